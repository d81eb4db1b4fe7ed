"""The section *Partner pipeline* of the opportunity's page: the box, the rows, and the page's one Save."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from kanal.directory.models import Partner
from kanal.distribution import actions
from kanal.distribution.models import WorkRules
from kanal.opportunities.models import Opportunity, Participation
from tests import cast as casting
from tests.cast import Cast
from tests.desk.test_opportunity import NEW, address, form_of, save, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(cast: Cast) -> Client:
    return signed_in(cast.chris)


def rows(*added: tuple[Partner, str], standing: int = 0, **more: str) -> dict[str, Any]:
    """Give the rows as a browser sends them; the first `standing` ones were there."""
    facts: dict[str, Any] = {
        "members-TOTAL_FORMS": len(added) + 2,
        "members-INITIAL_FORMS": standing,
        **{f"members-{name.replace('_', '-', 1)}": value for name, value in more.items()},
    }
    for number, (partner, role) in enumerate(added):
        facts |= {f"members-{number}-partner": partner.pk, f"members-{number}-role": role}
    return facts


def only() -> Opportunity:
    return Opportunity.objects.get()


def taking_part() -> dict[str, str]:
    running = Participation.objects.filter(until=None).select_related("partner__account")
    return {part.partner.name: part.role for part in running}


def shared(cast: Cast) -> Opportunity:
    made = cast.opportunity()
    roles = {cast.nordlys.pk: "lead", cast.fjord.pk: "delivery"}
    actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris, roles=roles)
    return only()


def test_the_box_the_rows_the_status_and_save_share_it(desk: Client, cast: Cast) -> None:
    made = cast.opportunity()
    sent = rows((cast.nordlys, "lead"), (cast.fjord, "support"))
    answer = save(desk, address(made), collaboration="on", status="accepted", topic="Together", **sent)
    assert answer.status_code == 302
    assert (only().status, only().collaboration, only().topic) == ("accepted", True, "Together")
    assert taking_part() == {"Nordlys IT": "lead", "Fjord Consulting": "support"}
    text = desk.get(address(made)).content.decode()
    assert "Saved and shared. Each partner manages it from now on and is told at once." in text
    assert "Remove Fjord Consulting" in text


def test_a_new_opportunity_is_shared_by_the_save_that_makes_it(desk: Client, cast: Cast) -> None:
    sent = rows((cast.nordlys, ""), (cast.fjord, ""))
    assert save(desk, NEW, topic="ERP", collaboration="on", status="accepted", **sent).status_code == 302
    assert (only().status, set(taking_part())) == ("accepted", {"Nordlys IT", "Fjord Consulting"})


def test_without_accepted_it_is_refused_at_the_status_and_the_rows_are_kept(desk: Client, cast: Cast) -> None:
    made = cast.opportunity()
    sent = rows((cast.nordlys, "lead"), (cast.fjord, "support"))
    answer = save(desk, address(made), collaboration="on", topic="Typed", **sent)
    assert answer.status_code == 422
    assert "Set the status to “Accepted”" in str(answer.context["form"].errors["status"])
    text = answer.content.decode()
    assert 'value="Typed"' in text
    for partner in (cast.nordlys, cast.fjord):
        assert f'value="{partner.pk}" selected>{partner.name}' in text
    assert '<option value="support" selected>' in text
    assert (only().status, taking_part()) == ("in_progress", {})


@pytest.mark.parametrize(
    ("facts", "field", "words"),
    [
        ({"status": "accepted"}, "collaboration", "Tick “Partner collaboration” and add partners"),
        ({"status": "accepted", "collaboration": "on"}, "collaboration", "Add at least one partner"),
    ],
)
def test_what_does_not_fit_together_names_the_field_and_the_mend(
    desk: Client, cast: Cast, facts: dict[str, str], field: str, words: str
) -> None:
    answer = save(desk, address(cast.opportunity()), **facts, **rows())
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])


def test_rows_without_the_box_are_refused(desk: Client, cast: Cast) -> None:
    answer = save(desk, address(cast.opportunity()), **rows((cast.fjord, "")))
    assert "Tick the box" in str(answer.context["form"].errors["collaboration"])


def test_the_same_partner_twice_is_refused(desk: Client, cast: Cast) -> None:
    sent = rows((cast.fjord, ""), (cast.fjord, "lead"))
    answer = save(desk, address(cast.opportunity()), collaboration="on", status="accepted", **sent)
    assert "Fjord Consulting stands here twice" in str(answer.context["form"].errors["collaboration"])


def test_more_than_the_rules_allow_are_refused_and_the_page_says_how_many(desk: Client, cast: Cast) -> None:
    WorkRules.objects.create(partners_at_most=2)
    made = shared(cast)
    assert "2 partners at most" in desk.get(address(made)).content.decode()
    third = casting.partner_company("Viborg Data")
    sent = rows((cast.nordlys, "lead"), (cast.fjord, "delivery"), (third, ""), standing=2)
    answer = save(desk, address(made), collaboration="on", **sent)
    assert "2 partners collaborate at most; this would be 3" in str(
        answer.context["form"].errors["collaboration"]
    )


def test_an_offer_that_waits_is_withdrawn_first(desk: Client, cast: Cast) -> None:
    made = cast.delivered()
    answer = save(desk, address(made), collaboration="on", status="accepted", **rows((cast.fjord, "")))
    assert "Nordlys IT has an offer of it" in str(answer.context["form"].errors["collaboration"])
    assert only().status == "delivered"


def test_what_one_partner_manages_is_shared_with_more(desk: Client, cast: Cast) -> None:
    made = cast.managed()
    assert "Nordlys IT manages it now and stays" in desk.get(address(made)).content.decode()
    assert save(desk, address(made), collaboration="on", **rows((cast.fjord, "co_sell"))).status_code == 302
    assert taking_part() == {"Nordlys IT": "", "Fjord Consulting": "co_sell"}


def test_the_x_removes_a_partner_and_roles_change_in_the_same_save(desk: Client, cast: Cast) -> None:
    made = shared(cast)
    third = casting.partner_company("Viborg Data")
    sent = rows((cast.nordlys, "lead"), (cast.fjord, "lead"), (third, "support"), standing=2)
    answer = save(desk, address(made), collaboration="on", **sent, **{"members-0-DELETE": "on"})
    assert answer.status_code == 302
    assert taking_part() == {"Fjord Consulting": "lead", "Viborg Data": "support"}
    assert only().partner == cast.fjord


def test_rows_that_were_not_sent_remove_nobody(desk: Client, cast: Cast) -> None:
    made = shared(cast)
    assert save(desk, address(made), topic="Other", collaboration="on", **rows()).status_code == 302
    assert save(desk, address(made), topic="Another").status_code == 302
    assert set(taking_part()) == {"Nordlys IT", "Fjord Consulting"}


def test_unticking_the_box_with_several_is_refused_and_with_one_left_it_goes_on_alone(
    desk: Client, cast: Cast
) -> None:
    made = shared(cast)
    sent = rows((cast.nordlys, "lead"), (cast.fjord, "delivery"), standing=2)
    answer = save(desk, address(made), collaboration="", **sent)
    assert "Nordlys IT, Fjord Consulting take part" in str(answer.context["form"].errors["collaboration"])
    answer = save(desk, address(made), collaboration="", **sent, **{"members-1-DELETE": "on"})
    assert answer.status_code == 302
    assert (only().collaboration, only().partner) == (False, cast.nordlys)
    assert Participation.objects.get(until=None).kind == "managing"


def test_removing_the_last_one_is_refused_and_in_progress_takes_it_back(desk: Client, cast: Cast) -> None:
    made = shared(cast)
    sent = rows((cast.nordlys, "lead"), (cast.fjord, "delivery"), standing=2)
    both = {"members-0-DELETE": "on", "members-1-DELETE": "on"}
    answer = save(desk, address(made), collaboration="on", **sent, **both)
    assert answer.status_code == 422
    assert "set the status to “In progress”" in str(answer.context["form"].errors["collaboration"])
    answer = save(desk, address(made), collaboration="on", status="in_progress", text="Another way", **sent)
    assert answer.status_code == 302
    assert (only().status, only().collaboration, only().partner, taking_part()) == (
        "in_progress",
        False,
        None,
        {},
    )


def test_other_fields_of_a_collaboration_on_hold_are_saved(desk: Client, cast: Cast) -> None:
    made = shared(cast)
    actions.hold(key=made.pk, reason="Budget", by=cast.chris)
    sent = rows((cast.nordlys, "lead"), (cast.fjord, "delivery"), standing=2)
    assert save(desk, address(made), collaboration="on", topic="Later", **sent).status_code == 302
    assert only().topic == "Later"
    third = rows((cast.nordlys, "support"), (cast.fjord, "delivery"), standing=2)
    answer = save(desk, address(made), collaboration="on", **third)
    assert answer.status_code == 409
    assert "On hold" in str(answer.context["form"].errors["status"])


def test_a_partner_chosen_under_partner_details_is_not_lost_silently(desk: Client, cast: Cast) -> None:
    made = cast.opportunity()
    sent = rows((cast.fjord, ""))
    answer = save(desk, address(made), collaboration="on", status="accepted", partner=cast.nordlys.pk, **sent)
    assert "add Nordlys IT to them under General" in str(answer.context["form"].errors["partner"])


def test_who_joined_or_left_meanwhile_is_shown_and_what_was_chosen_is_kept(desk: Client, cast: Cast) -> None:
    made = shared(cast)
    third, fourth = casting.partner_company("Viborg Data"), casting.partner_company("Samsø Soft")
    sent = rows(
        (cast.nordlys, "co_sell"), (cast.fjord, "delivery"), (third, "support"), standing=2,
        **{"0_was": "lead", "1_was": "delivery"},
    )  # fmt: skip
    mine = form_of(desk, address(made)) | {"collaboration": "on"} | {k: str(v) for k, v in sent.items()}
    actions.arrange(key=made.pk, members=[actions.Member(fourth)], leaving=[cast.fjord], by=cast.ada)
    answer = desk.post(address(made), mine)
    assert answer.status_code == 409
    assert [(one.label, one.theirs) for one in answer.context["differences"]] == [
        ("Partner collaboration accounts", "Nordlys IT, Samsø Soft")
    ]
    shown = [(row.form["partner"].value(), row.form["role"].value()) for row in answer.context["member_rows"]]
    assert shown == [(str(cast.nordlys.pk), "co_sell"), (str(fourth.pk), ""), (str(third.pk), "support")]


@pytest.mark.parametrize("name", ["sally", "otto"])
def test_who_may_not_edit_sees_who_takes_part_and_changes_nothing(cast: Cast, name: str) -> None:
    made = shared(cast)
    client = signed_in(cast.people[name])
    text = client.get(address(made)).content.decode()
    assert "Nordlys IT" in text
    assert "Remove Nordlys IT" not in text
    sent = rows((cast.nordlys, "lead"), standing=1, **{"0_DELETE": "on"})
    assert save(client, address(made), collaboration="on", **sent).status_code == 403
    assert len(taking_part()) == 2


def test_a_page_with_five_partners_asks_no_more_than_one_with_two(desk: Client, cast: Cast) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    made = shared(cast)
    counts = []
    for more in ([], [casting.partner_company(f"Partner {letter}") for letter in "ABC"]):
        if more:
            actions.share(key=made.pk, partners=more, by=cast.chris)
        desk.get(address(made))
        with CaptureQueriesContext(connection) as queries:
            desk.get(address(made))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_list_and_the_header_mark_a_collaboration(desk: Client, cast: Cast) -> None:
    made = shared(cast)
    assert "with other partners" in desk.get("/sales/opportunities/").content.decode()
    head = desk.get(address(made)).content.decode()
    assert "Collaboration</span>" in head
