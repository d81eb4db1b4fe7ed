"""The rules of work at the desk, and what the vendor does by its own dialogs: more time, a competitor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kanal.directory.models import Person
from kanal.distribution.models import WorkRules
from kanal.opportunities.models import Opportunity
from tests.cast import Cast

pytestmark = pytest.mark.django_db
RULES = {
    "stalled_days": 7,
    "overdue_days": 2,
    "extensions": 3,
    "extension_days": 30,
    "partners_at_most": 4,
    "share_warning": 30,
    "quiet_warning": 60,
}


def enter(person: Person) -> Any:
    client = Client()
    client.force_login(person)
    return client


def test_an_administrator_changes_the_rules_and_the_page_says_who_did(cast: Cast) -> None:
    client, address = enter(cast.ada), reverse("desk:rules")
    assert "Nobody has changed them yet" in client.get(address).content.decode()
    assert client.post(address, {**RULES, "version": 1}).status_code == 302
    assert WorkRules.current().extension_days == 30
    assert "Ada Holm" in client.get(address).content.decode().split("Last change")[1]


def test_a_rule_out_of_range_is_named_and_what_was_typed_stays(cast: Cast) -> None:
    answer = enter(cast.ada).post(reverse("desk:rules"), {**RULES, "partners_at_most": 1, "version": 1})
    assert answer.status_code == 422
    assert 'name="partners_at_most" value="1"' in answer.content.decode()
    assert WorkRules.objects.count() == 0


def test_rules_that_somebody_changed_meanwhile_are_compared(cast: Cast) -> None:
    client, address = enter(cast.ada), reverse("desk:rules")
    client.post(address, {**RULES, "version": 1})
    answer = client.post(address, {**RULES, "extensions": 9, "version": 1})
    assert answer.status_code == 409
    assert "changed this while you wrote" in answer.content.decode()
    assert WorkRules.current().extensions == 3


def test_an_auditor_reads_the_rules_and_finds_no_save(cast: Cast) -> None:
    body = enter(cast.otto).get(reverse("desk:rules")).content.decode()
    assert "Only an administrator may change this." in body
    assert ">Save</button>" not in body


def test_the_vendor_extends_by_its_dialog_as_far_as_it_likes(cast: Cast) -> None:
    made = cast.managed()
    assert made.estimated_close_date
    far = made.estimated_close_date + timedelta(700)
    address = reverse("desk:opportunity_verb", args=[made.pk, "extend"])
    client = enter(cast.chris)
    assert client.post(address, {"extend-until": far.isoformat(), "extend-reason": ""}).status_code == 422
    facts = {"extend-until": far.isoformat(), "extend-reason": "Their budget year"}
    assert client.post(address, facts).status_code == 302
    assert Opportunity.objects.get(pk=made.pk).estimated_close_date == far


def test_the_vendor_names_the_competitor_that_won(cast: Cast) -> None:
    made = cast.managed()
    address = reverse("desk:opportunity_verb", args=[made.pk, "lose"])
    answer = enter(cast.chris).post(address, {"lose-reason": "competitor", "lose-competitor": "Rival ERP"})
    assert answer.status_code == 302
    lost = Opportunity.objects.get(pk=made.pk)
    assert (lost.status, lost.competitor) == ("lost", "Rival ERP")
