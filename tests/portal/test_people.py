"""The team and the company on the portal: who reads, who changes, and that nobody is locked out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kanal.directory import actions
from kanal.directory.models import Invitation, Partner, Person
from kanal.directory.refusal import Invalid, NotAllowed, Stale
from kanal.opportunities.models import Participation
from tests.cast import Cast, partner_person
from tests.portal.conftest import Enter

pytestmark = pytest.mark.django_db

TEAM = "portal:people"


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


# Who reads and who changes.
def test_an_administrator_sees_everybody_and_the_invitations(cast: Cast, enter: Enter) -> None:
    actions.deactivate(key=cast.sofie.pk, by=cast.anna)
    actions.invite(
        values={"email": "vera@nordlys.example"}, role="seller", partner=cast.nordlys, by=cast.anna
    )
    shown = text(enter(cast.anna).get(reverse(TEAM)))
    for part in ("Mads Iversen", "Sofie Dahl", "Deactivated", "vera@nordlys.example", "Invite a colleague"):
        assert part in shown
    assert "Bo Lund" not in shown


@pytest.mark.parametrize("who", ["mads", "sofie"])
def test_managers_and_sellers_read_names_and_roles_and_are_offered_nothing_more(
    cast: Cast, enter: Enter, who: str
) -> None:
    left = partner_person("Gert Gone", cast.nordlys, "seller", is_active=False)
    actions.invite(
        values={"email": "vera@nordlys.example"}, role="seller", partner=cast.nordlys, by=cast.anna
    )
    answer = enter(cast.people[who]).get(reverse(TEAM))
    shown = text(answer)
    assert "Anna Bak" in shown
    assert "Administrator" in shown
    for hidden in (left.name, "vera@nordlys.example", "Invite a colleague", "Last sign-in"):
        assert hidden not in shown
    assert reverse("portal:person", args=[cast.anna.pk]) not in answer.content.decode()
    assert (reverse("portal:company") in answer.content.decode()) == (who == "mads")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_team_asks_as_much_for_many_as_for_one(cast: Cast, enter: Enter, rows: int) -> None:
    for number in range(rows):
        partner_person(f"P{number} Person", cast.nordlys, "seller")
        values = {"email": f"{number}@x.example"}
        actions.invite(values=values, role="seller", partner=cast.nordlys, by=cast.anna)
    client = enter(cast.anna)
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse(TEAM))
    assert len(queries) <= 7, [one["sql"] for one in queries]


# Inviting.
def test_an_administrator_invites_sends_again_and_takes_back(cast: Cast, enter: Enter, freeze: Any) -> None:
    freeze(datetime(2026, 11, 23, 9, tzinfo=UTC))
    anna = enter(cast.anna)
    form = {"email": "vera@nordlys.example", "name": "Vera Vind", "role": "manager", "language": "da"}
    assert "A mail goes to vera@nordlys.example." in text(
        anna.post(reverse("portal:invite"), form, follow=True)
    )
    invitation = Invitation.objects.get()
    assert (invitation.partner, invitation.role, invitation.language) == (cast.nordlys, "manager", "da")
    again = anna.post(reverse("portal:invite"), form)
    assert again.status_code == 422
    assert "invited already" in text(again)
    assert 'value="Vera Vind"' in again.content.decode()
    freeze(datetime(2026, 11, 23, 10, tzinfo=UTC))
    sent = anna.post(reverse("portal:invitation_resend", args=[invitation.pk]), follow=True)
    assert "The old link no longer works" in text(sent)
    back = anna.post(reverse("portal:invitation_revoke", args=[invitation.pk]), follow=True)
    assert "is taken back" in text(back)
    assert Invitation.objects.waiting().count() == 0


def test_what_is_no_role_of_a_partner_is_refused(cast: Cast, enter: Enter) -> None:
    form = {"email": "vera@nordlys.example", "role": "channel_manager", "language": "en"}
    assert enter(cast.anna).post(reverse("portal:invite"), form).status_code == 422
    assert not Invitation.objects.exists()


# Roles and access.
def test_a_role_is_changed_and_navigation_follows(cast: Cast, enter: Enter) -> None:
    sofie = enter(cast.sofie)
    assert reverse("portal:company") not in sofie.get(reverse(TEAM)).content.decode()
    answer = enter(cast.anna).post(
        reverse("portal:person_role", args=[cast.sofie.pk]), {"role": "manager"}, follow=True
    )
    assert "Sofie Dahl is now manager." in text(answer)
    assert reverse("portal:company") in sofie.get(reverse(TEAM)).content.decode()


def test_the_last_administrator_is_told_why_they_stay(cast: Cast, enter: Enter) -> None:
    anna = enter(cast.anna)
    for name, data in (("person_role", {"role": "seller"}), ("person_leave", {})):
        answer = anna.post(reverse(f"portal:{name}", args=[cast.anna.pk]), data)
        assert answer.status_code == 409
        assert "Anna Bak is the last administrator" in text(answer)
    assert anna.get(reverse(TEAM)).status_code == 200


def test_who_leaves_hands_over_in_the_same_step(cast: Cast, enter: Enter) -> None:
    part = Participation.objects.get(opportunity=cast.managed(), until=None)
    Participation.objects.filter(pk=part.pk).update(assignee=cast.sofie)
    part.people.add(cast.sofie)
    anna, page = enter(cast.anna), reverse("portal:person", args=[cast.sofie.pk])
    shown = anna.get(page).content.decode()
    assert "Open opportunities assigned to them" in shown
    assert f'value="{cast.mads.pk}"' in shown
    assert f'value="{cast.stig.pk}"' not in shown
    leave = reverse("portal:person_leave", args=[cast.sofie.pk])
    for wrong in (str(cast.stig.pk), "nobody I know"):
        refused = anna.post(leave, {"to": wrong})
        assert refused.status_code == 422
        assert "may sign in" in text(refused)
    answer = anna.post(leave, {"to": str(cast.mads.pk)}, follow=True)
    assert "Sofie Dahl can no longer sign in. 1 open opportunity is now Mads Iversen’s." in text(answer)
    part.refresh_from_db()
    assert part.assignee == cast.mads
    answer = anna.post(reverse("portal:person_reactivate", args=[cast.sofie.pk]), follow=True)
    assert "Sofie Dahl can sign in again." in text(answer)


def test_whom_the_vendor_deactivated_has_no_button_and_the_page_says_whom_to_ask(
    cast: Cast, enter: Enter
) -> None:
    actions.deactivate(key=cast.sofie.pk, by=cast.ada)
    anna, verb = enter(cast.anna), reverse("portal:person_reactivate", args=[cast.sofie.pk])
    shown = text(anna.get(reverse("portal:person", args=[cast.sofie.pk])))
    assert verb not in shown
    assert "The vendor deactivated this person." in shown
    assert anna.post(verb).status_code == 403
    cast.sofie.refresh_from_db()
    assert not cast.sofie.is_active


# The company.
COMPANY = {
    "capacity": "8",
    "paused_until": "2027-03-01",
    "time_zone": "Europe/Oslo",
    "phone": "+45 70 00 00 01",
    "domain": "nordlys.example",
    "street": "Havnegade 1",
    "postal_code": "6000",
    "city": "Kolding",
    "country": "DK",
    "employees": "40",
}


def test_an_administrator_keeps_what_the_company_takes_on(cast: Cast, enter: Enter) -> None:
    anna, url = enter(cast.anna), reverse("portal:company")
    answer = anna.post(url, {**COMPANY, "version": "1"}, follow=True)
    assert "Saved." in text(answer)
    assert "Paused: you are offered nothing new until 1 March 2027" in text(answer)
    kept = Partner.objects.get(pk=cast.nordlys.pk)
    assert (kept.capacity, str(kept.paused_until), kept.time_zone) == (8, "2027-03-01", "Europe/Oslo")
    assert (kept.account.city, kept.account.name) == ("Kolding", "Nordlys IT")
    assert not kept.takes_offers
    stale = anna.post(url, {**COMPANY, "city": "Vejle", "version": "1"})
    assert stale.status_code == 409
    assert "City stands there now as: Kolding" in text(stale)
    assert 'value="Vejle"' in stale.content.decode()
    again = re.search(r'name="version" value="(\d+)"', stale.content.decode())
    assert again
    anna.post(url, {**COMPANY, "city": "Vejle", "version": again.group(1)})
    assert Partner.objects.get(pk=cast.nordlys.pk).account.city == "Vejle"


@pytest.mark.parametrize(
    ("field", "value"),
    [("capacity", "-1"), ("paused_until", "2020-01-01"), ("time_zone", "Moon"), ("country", "XX")],
)
def test_what_can_not_be_is_refused_at_its_field_and_stays(
    cast: Cast, enter: Enter, field: str, value: str
) -> None:
    answer = enter(cast.anna).post(reverse("portal:company"), {**COMPANY, field: value, "version": "1"})
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert Partner.objects.get(pk=cast.nordlys.pk).version == 1


def test_a_manager_reads_the_company_and_a_seller_does_not(cast: Cast, enter: Enter) -> None:
    url = reverse("portal:company")
    mads = enter(cast.mads)
    assert "An administrator of your company changes this." in text(mads.get(url))
    assert mads.post(url, {**COMPANY, "version": "1"}).status_code == 403
    assert enter(cast.sofie).get(url).status_code == 403
    assert Partner.objects.get(pk=cast.nordlys.pk).capacity is None


def test_a_partner_keeps_neither_its_name_nor_what_it_covers(cast: Cast) -> None:
    for company, values in (({"name": "Best IT"}, {}), ({}, {"status": "active"}), ({}, {"tier": None})):
        with pytest.raises(Invalid):
            actions.keep_company(version=1, company=company, values=values, by=cast.anna)
    for by in (cast.mads, cast.ada, cast.sofie):
        with pytest.raises(NotAllowed):
            actions.keep_company(version=1, company={"city": "X"}, values={}, by=by)
    actions.keep_company(version=1, company={"city": "X"}, values={}, by=cast.anna)
    with pytest.raises(Stale):
        actions.keep_company(version=1, company={"city": "Y"}, values={}, by=cast.anna)


# One's own page.
def test_a_person_keeps_their_own_name_phone_and_language(cast: Cast, enter: Enter) -> None:
    sofie, url = enter(cast.sofie), reverse("portal:me")
    assert reverse("account_change_password") in sofie.get(url).content.decode()
    form = {"name": "Sofie Dal", "phone": "12", "job_title": "", "language": "da", "time_zone": "Europe/Oslo"}
    answer = sofie.post(url, {**form, "role": "administrator", "email": "x@x.example"}, follow=True)
    assert "Gemt." in text(answer)
    kept = Person.objects.get(pk=cast.sofie.pk)
    assert (kept.name, kept.phone, kept.language, kept.time_zone) == ("Sofie Dal", "12", "da", "Europe/Oslo")
    assert (kept.partner_role, kept.email) == ("seller", "sofie@nordlys.example")
    assert sofie.post(url, {**form, "name": ""}).status_code == 422
    with pytest.raises(Invalid):
        actions.keep_self(values={"partner_role": "administrator"}, by=cast.sofie)
