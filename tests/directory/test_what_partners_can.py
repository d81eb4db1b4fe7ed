"""What assignment knows of a partner: certificates with their day, languages, values; kept by whom they concern."""

from __future__ import annotations

from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kanal.config import clock
from kanal.directory import actions, queries
from kanal.directory.models import Account, Certification, Partner, Person, ProductFamily
from kanal.directory.refusal import Invalid, Missing, NotAllowed, Stale
from tests.cast import Cast

pytestmark = pytest.mark.django_db
TOMORROW = timedelta(days=1)


def enter(person: Person) -> Any:
    client = Client()
    client.force_login(person)
    return client


def body(answer: Any) -> str:
    return unescape(answer.content.decode())


def certify(cast: Cast, by: Person | None = None, **facts: Any) -> Certification:
    given = {"name": "ERP Professional", "valid_until": None, "partner": cast.nordlys.pk, **facts}
    return actions.certify(family=cast.erp.family_id, by=by or cast.chris, **given)


def test_a_certificate_is_noted_renewed_and_ended(cast):
    certify(cast, valid_until=clock.today())
    renewed = certify(cast, valid_until=clock.today() + TOMORROW)
    assert Certification.objects.get().valid_until == renewed.valid_until
    actions.end_certificate(partner=cast.nordlys.pk, key=renewed.pk, by=cast.chris)
    assert [one.valid for one in queries.certificates_of(cast.nordlys)] == [False]
    certify(cast)
    assert [one.valid for one in queries.certificates_of(cast.nordlys)] == [True]


def test_a_certificate_is_valid_on_its_last_day(cast):
    certify(cast, valid_until=clock.today())
    assert [one.valid for one in queries.certificates_of(cast.nordlys)] == [True]


def test_a_day_that_has_been_is_refused(cast):
    with pytest.raises(Invalid) as refused:
        certify(cast, valid_until=clock.today() - TOMORROW)
    assert refused.value.errors.keys() == {"valid_until"}


@pytest.mark.parametrize("name", ["sally", "otto", "anna", "bo"])
def test_who_keeps_no_partners_certifies_none(cast, name):
    held = certify(cast)
    with pytest.raises(NotAllowed):
        certify(cast, by=cast.people[name])
    with pytest.raises(NotAllowed):
        actions.end_certificate(partner=cast.nordlys.pk, key=held.pk, by=cast.people[name])


def test_the_certificate_of_another_partner_is_missing(cast):
    held = certify(cast)
    with pytest.raises(Missing):
        actions.end_certificate(partner=cast.fjord.pk, key=held.pk, by=cast.chris)
    address = reverse("desk:partner_certificate_end", args=[cast.fjord.pk, held.pk])
    assert enter(cast.chris).post(address).status_code == 404


def test_the_desk_adds_and_ends_a_certificate_beside_the_profile(cast):
    client, page = enter(cast.chris), reverse("desk:partner", args=[cast.nordlys.pk])
    typed = {"certificate-family": cast.erp.family_id, "certificate-name": "ERP Professional"}
    address = reverse("desk:partner_certify", args=[cast.nordlys.pk])
    refused = client.post(address, typed | {"certificate-valid_until": "2020-01-01"})
    assert refused.status_code == 422
    assert "This day has been." in body(refused)
    assert 'value="ERP Professional"' in body(refused)
    assert "ERP Professional is noted." in body(client.post(address, typed, follow=True))
    held = Certification.objects.get()
    assert "End ERP Professional" in body(client.get(page))
    client.post(reverse("desk:partner_certificate_end", args=[cast.nordlys.pk, held.pk]))
    assert "End ERP Professional" not in body(client.get(page))


def profile(**values: Any) -> dict[str, Any]:
    return {"languages": [], "value_least": None, "value_most": None, **values}


def test_a_partners_administrator_keeps_languages_and_values(cast):
    values = profile(languages=["da", "sv"], value_least=1000, value_most=900_000)
    kept = actions.keep_company(version=1, company={}, values=values, by=cast.anna)
    assert (kept.languages, kept.value_least, kept.value_most) == (["da", "sv"], 1000, 900_000)
    with pytest.raises(Stale) as stale:
        actions.keep_company(version=1, company={}, values=profile(languages=["da"]), by=cast.anna)
    assert stale.value.changed["languages"] == ["da", "sv"]


@pytest.mark.parametrize(
    ("values", "field"), [({"languages": ["qq"]}, "languages"), ({"value_least": 2, "value_most": 1}, "")]
)
def test_what_a_partner_can_not_take_is_named(cast, values, field):
    with pytest.raises(Invalid) as refused:
        actions.keep_company(version=1, company={}, values=profile(**values), by=cast.anna)
    assert refused.value.errors.keys() == {field}


def test_the_company_page_reads_languages_by_name_and_shows_valid_certificates(cast):
    certify(cast, valid_until=date(2099, 5, 1))
    certify(cast, name="Old one", valid_until=clock.today())
    Certification.objects.filter(name="Old one").update(valid_until=date(2020, 1, 1))
    client, address = enter(cast.anna), reverse("portal:company")
    shown = body(client.get(address))
    assert "ERP Professional" in shown
    assert "Old one" not in shown
    typed = {
        "version": 1,
        "time_zone": "Europe/Copenhagen",
        "languages": "danish, Swedish",
        "value_least": "5,000",
    }
    assert client.post(address, typed).status_code == 302
    kept = Partner.objects.get(pk=cast.nordlys.pk)
    assert (kept.languages, kept.value_least) == (["da", "sv"], 5000)
    assert 'value="Danish, Swedish"' in body(client.get(address))
    wrong = client.post(address, typed | {"version": 2, "languages": "Klingonese"})
    assert "There is no language “Klingonese”." in body(wrong)
    stale = client.post(address, typed | {"languages": "Danish"})
    assert stale.status_code == 409
    assert "Languages stands there now as: Danish, Swedish" in body(stale)


def test_the_desk_keeps_the_same_of_a_partner_a_customer_and_a_family(cast):
    client = enter(cast.ada)
    shown = body(client.get(reverse("desk:partner", args=[cast.nordlys.pk])))
    for name in ("languages", "value_least", "value_most"):
        assert f'name="{name}"' in shown
    address = reverse("desk:account", args=[cast.lindholm.pk])
    client.post(address, {"version": 1, "name": "Lindholm Foods", "city": "Kolding", "language": "da"})
    assert Account.objects.get(pk=cast.lindholm.pk).language == "da"
    family = cast.erp.family
    client.post(reverse("desk:family", args=[family.pk]), {"version": 1, "name": "ERP", "certificate": "on"})
    assert ProductFamily.objects.get(pk=family.pk).certificate
    assert "Needed" in body(client.get(reverse("desk:families")))
