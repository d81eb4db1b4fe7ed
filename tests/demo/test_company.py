"""The demo company is whole, believable, and the same at every load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.config import clock
from kanal.demo.company import cases_danish, chapters, people, plan
from kanal.demo.company.story import values_of
from kanal.demo.load import load_company
from kanal.demo.models import DemoMail
from kanal.directory.models import Account, Certification, Partner, Person
from kanal.distribution import deadlines
from kanal.distribution.models import Offer, OfferStatus
from kanal.distribution.policies import in_force
from kanal.joining.lifecycle import Status as ApplicationStatus
from kanal.joining.models import Application
from kanal.notify.models import Notification
from kanal.opportunities import access, uploads
from kanal.opportunities.actions import Upload
from kanal.opportunities.lifecycle import Status
from kanal.opportunities.models import Attachment, Kind, Opportunity, Participation, TimelineEntry

Facts = list[tuple[str, Any, str]]


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Facts]:
    """The loaded company, for every test of this module; gives what the plan said just before."""
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files")),
        transaction.atomic(),
    ):
        facts, _steps = planned()
        assert load_company(lambda _line: None) is True
        yield facts
        transaction.set_rollback(True)


def planned() -> tuple[Facts, list[tuple[str, float]]]:
    """What the plan holds, without playing it."""
    with transaction.atomic():
        now = clock.now()
        world = people.enter(now)
        stories = plan.stories(world)
        chapters.tell(world, stories)
        facts = []
        for story in stories:
            values, _lines = values_of(story, world, now.date())
            facts.append((values.topic, values.estimated_revenue, story.status))
        steps = [(step.do, step.after) for story in stories for step in story.steps]
        transaction.set_rollback(True)
    return sorted(facts), steps


@pytest.mark.django_db
def test_the_plan_is_the_same_every_time() -> None:
    assert planned() == planned()


@pytest.mark.django_db
def test_what_was_planned_differs_from_case_to_case() -> None:
    facts, _steps = planned()
    assert len({topic for topic, _value, _status in facts}) > 200
    assert len(plan.CASES + cases_danish.CASES) >= 40


def test_policies_came_about_over_the_ninety_days(company: Facts) -> None:
    large, default = in_force()
    assert (str(large.version.policy), str(default.version.policy)) == ("Large deals", "Nordic default")
    versions = list(default.version.policy.versions.order_by("number"))
    assert [version.number for version in versions] == [1, 2, 3, 4]
    assert all(version.why for version in versions[1:])
    assert [str(Account.objects.get(pk=one)) for one in default.pins] == ["Lindholm Foods"]
    # Nothing is assigned by itself in the demo: its queue is there to be tried out.
    assert {large.terms.when, default.terms.when} == {"asked"}


def test_partners_prove_what_they_know_and_nearly_everybody_has_a_place(company: Facts) -> None:
    assert Certification.objects.count() > 10
    # Of the partner that joined last nobody has asked yet.
    assert Partner.objects.filter(languages=[]).count() <= 1
    assert not Account.objects.exclude(city="").filter(located_for="").exists()
    located, everybody = Account.objects.filter(latitude__isnull=False).count(), Account.objects.count()
    assert located > 0.85 * everybody, unknown()


def unknown() -> list[str]:
    return list(Account.objects.filter(latitude=None).values_list("city", flat=True))


def test_the_load_gives_what_was_planned(company: Facts) -> None:
    assert sorted(Opportunity.objects.values_list("topic", "estimated_revenue", "status")) == company
    assert len(company) == 250


def test_a_second_load_changes_nothing(company: Facts) -> None:
    people_of_the_load = Person.objects.count()
    assert load_company(lambda _line: None) is False
    assert (Opportunity.objects.count(), Person.objects.count()) == (250, people_of_the_load)


def test_every_status_is_there(company: Facts) -> None:
    found = Counter(Opportunity.objects.values_list("status", flat=True))
    assert set(found) == set(Status.values)
    assert min(found.values()) >= 8


def test_there_are_twelve_partners_in_several_countries_and_tiers(company: Facts) -> None:
    joined = Partner.objects.filter(pk__in=Application.objects.values("partner"))
    assert joined.get().name == "Weserufer Digital"  # whose administrator has yet to accept the invitation
    partners = Partner.objects.exclude(pk__in=joined)
    assert partners.count() == 12
    assert Partner.objects.values("account__country").distinct().count() >= 5
    assert Partner.objects.values("tier").distinct().count() == 4
    for partner in partners:
        assert {"administrator", "manager", "seller"} == set(
            partner.people.values_list("partner_role", flat=True)
        )
    assert Account.objects.filter(kind="customer").count() == 80
    assert not Account.objects.exclude(domain__endswith=".example").exists()


def test_there_are_applications_in_every_state_with_their_mails(company: Facts) -> None:
    assert set(Application.objects.values_list("status", flat=True)) == set(ApplicationStatus.values)
    assert {application.language for application in Application.objects.all()} == {"en", "da"}
    assert DemoMail.objects.filter(to__contains="ingrid@fjellvann.example").count() == 3
    assert DemoMail.objects.filter(subject__contains="Weserufer Digital is a partner").count() == 1


def test_the_people_whom_the_sign_in_page_names_can_sign_in(company: Facts) -> None:
    emails = ["ada", "chris", "sally", "otto"]
    addresses = [f"{name}@havn.example" for name in emails]
    addresses += [f"{name}@nordlys.example" for name in ("anna", "mads", "sofie")]
    addresses += [f"{name}@fjord.example" for name in ("bo", "freja", "stig")]
    found = Person.objects.filter(email__in=addresses)
    assert found.count() == 10
    assert all(person.check_password("kanal-demo") and person.language == "en" for person in found)


def test_nordlys_has_offers_of_different_urgency_and_work_in_hand(company: Facts) -> None:
    nordlys = Partner.objects.get(account__name="Nordlys IT")
    waiting = Offer.objects.filter(partner=nordlys, status=OfferStatus.PENDING)
    left = sorted(deadlines.time_left(nordlys, offer.deadline).left for offer in waiting)
    assert len(left) >= 3
    assert left[0] < timedelta(hours=8) < left[-1]
    running = Participation.objects.filter(
        partner=nordlys, until__isnull=True, opportunity__status__in=["accepted", "approved"]
    )
    assert running.count() == 12
    together = running.filter(kind=Kind.COLLABORATING).values_list("opportunity", flat=True)
    fjord = Participation.objects.filter(partner__account__name="Fjord Consulting", until__isnull=True)
    assert fjord.filter(opportunity__in=list(together)).count() == 2


@pytest.mark.parametrize("email", ["sofie@nordlys.example", "stig@fjord.example"])
def test_sellers_see_what_was_shared_with_them(company: Facts, email: str) -> None:
    seller = Person.objects.get(email=email)
    everything = Participation.objects.filter(partner=seller.partner, until__isnull=True).count()
    assert 0 < access.visible(seller).count() < everything


def test_everything_happened_in_order_before_now(company: Facts) -> None:
    now = clock.now()
    assert not TimelineEntry.objects.filter(at__gt=now).exists()
    assert not Opportunity.objects.filter(created_at__lt=now - timedelta(days=130)).exists()
    for opportunity in Opportunity.objects.prefetch_related("timeline"):
        moments = [entry.at for entry in opportunity.timeline.all()]
        assert moments[-1] == opportunity.created_at
    for offer in Offer.objects.exclude(answered_at__isnull=True):
        assert offer.delivered_at < offer.answered_at
    assert not Offer.objects.filter(status=OfferStatus.PENDING, deadline__lte=now).exists()


def test_the_history_tells_the_time_of_the_story(company: Facts) -> None:
    events = Opportunity.pgh_event_model.objects.order_by("pgh_created_at")  # type: ignore[attr-defined]
    assert events.first().pgh_created_at < clock.now() - timedelta(days=30)
    assert all(event.pgh_created_at == event.modified_at for event in events[:50])


def test_notes_and_files_are_there_and_real(company: Facts) -> None:
    assert TimelineEntry.objects.filter(event="").count() > 500
    assert Attachment.objects.count() > 40
    suffixes = set()
    for attachment in Attachment.objects.all():
        with attachment.file.open() as content:
            uploads.checked(
                attachment.name, attachment.size, Upload(attachment.name, attachment.size, content).content
            )
        suffixes.add(attachment.name.rsplit(".", 1)[1])
    assert suffixes == {"pdf", "png", "txt", "csv"}


def test_nothing_is_left_unfilled(company: Facts) -> None:
    texts = [
        text
        for row in Opportunity.objects.values_list(
            "topic", "customer_situation", "customer_need", "proposed_solution"
        )
        for text in row
    ]
    texts += TimelineEntry.objects.values_list("body", flat=True)
    assert not [text for text in texts if "{" in text or "lorem" in text.lower()]


def test_people_were_told_and_nothing_old_waits_to_be_sent(company: Facts) -> None:
    assert DemoMail.objects.count() >= 10
    assert not Notification.objects.filter(mailed_at__isnull=True).exists()
    assert not ProcrastinateJob.objects.filter(queue_name__in=["tell", "mail"], status="todo").exists()
    mads = Person.objects.get(email="mads@nordlys.example")
    assert mads.notifications.filter(read_at__isnull=True).exists()
