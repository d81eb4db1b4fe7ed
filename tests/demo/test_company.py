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
from kanal.demo.company import cases_danish, chapters, people, plan, registering
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
from kanal.registration import access as registrations
from kanal.registration.lifecycle import Status as RequestStatus
from kanal.registration.models import Answer, Extension, Link, Registration, RegistrationPolicy

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
    found = Opportunity.objects.exclude(topic__in=[deal.topic for deal in registering.DEALS])
    found = found.exclude(topic=registering.OFFERED)
    assert sorted(found.values_list("topic", "estimated_revenue", "status")) == company
    assert len(company) == 250


def test_a_second_load_changes_nothing(company: Facts) -> None:
    loaded = Opportunity.objects.count(), Person.objects.count(), Link.objects.count()
    assert load_company(lambda _line: None) is False
    assert (Opportunity.objects.count(), Person.objects.count(), Link.objects.count()) == loaded


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
    named_by_partners = [deal.customer.name for deal in registering.DEALS]
    assert Account.objects.filter(kind="customer").exclude(name__in=named_by_partners).count() == 80
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
    assert running.count() == 15
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


def request(key: str) -> Registration:
    [topic] = [deal.topic for deal in registering.DEALS if deal.key == key]
    found: Registration = Registration.objects.select_related("protection", "behind").get(
        opportunity__topic=topic
    )
    return found


def test_deals_were_registered_in_every_state(company: Facts) -> None:
    found = Counter(Registration.objects.values_list("status", flat=True))
    assert set(found) == set(RequestStatus.values)
    assert found.total() == len(registering.DEALS)
    reasons = set(Registration.objects.filter(status="rejected").values_list("reason", flat=True))
    assert reasons == {"direct", "not_qualified", "no_relation", "too_little", "not_sold_there"}
    ended = set(Registration.objects.filter(status="expired").values_list("reason", flat=True))
    assert ended == {"time", "silence", "unanswered", "lost"}


def test_a_customer_of_nordlys_has_fjord_in_line_and_another_came_up_by_itself(company: Facts) -> None:
    held, waits = request("braedstrup"), request("braedstrup-line")
    assert (str(held.partner), str(waits.partner)) == ("Nordlys IT", "Fjord Consulting")
    assert held.is_protected
    assert waits.behind == held
    assert "promoted" in request("thybo-line").links.values_list("kind", flat=True)
    assert request("thybo-line").is_protected


def test_protections_are_of_various_ages_and_some_need_somebody(company: Facts) -> None:
    ending = request("vinding")
    assert ending.protection is not None
    assert ending.protection.last_day == clock.today() + timedelta(days=12)
    assert ending.reminded == [14, 30]
    assert Extension.objects.get(registration=ending).state == "pending"
    warned = request("lagerhuset").idle_ends_at
    assert warned is not None
    assert clock.now() + timedelta(days=1) < warned < clock.now() + timedelta(days=9)
    assert Extension.objects.get(registration=request("kvarnby")).state == "granted"


def test_a_request_clashes_with_an_offer_to_another_partner_and_is_to_be_decided_soon(company: Facts) -> None:
    one = request("lindholm")
    assert (one.status, one.verdict) == (RequestStatus.IN_REVIEW, Answer.REVIEW)
    assert {"Nordlys IT"} <= {clash["partner"] for clash in one.findings if clash["heavy"]}
    assert [step.person and step.person.name for step in one.steps.all()] == ["Chris Mølgaard", "Ada Holm"]
    offered = Opportunity.objects.get(topic=registering.OFFERED)
    assert offered.status == Status.DELIVERED
    assert one.decide_by is not None
    assert clock.now() < one.decide_by < clock.now() + timedelta(days=6)


def test_small_deals_are_approved_by_the_policy_since_it_says_so(company: Facts) -> None:
    assert [version.number for version in RegistrationPolicy.objects.order_by("number")] == [1, 2]
    one = request("sulabad")
    assert (one.status, one.decided_by) == (RequestStatus.APPROVED, None)


@pytest.mark.parametrize("name", ["ada", "chris", "anna", "mads", "sofie", "bo", "freja", "stig"])
def test_everybody_who_tries_the_demo_sees_a_request(company: Facts, name: str) -> None:
    person = Person.objects.get(email__startswith=f"{name}@")
    assert registrations.visible(person).exists()


def test_every_step_of_a_request_stands_on_the_timeline_and_in_the_chain(company: Facts) -> None:
    entries = TimelineEntry.objects.filter(event__startswith="registration_")
    assert entries.count() == Link.objects.count() > 80
    moments = list(Link.objects.order_by("number").values_list("at", flat=True))
    assert moments == sorted(moments)
    assert not ProcrastinateJob.objects.filter(
        task_name__startswith="kanal.registration.tasks.", status="todo", queue_name__in=["tell", "bulk"]
    ).exists()


@pytest.mark.django_db
def test_deals_are_the_same_every_time(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    with clock.frozen(clock.now()):
        assert dealt() == dealt()


def dealt() -> list[tuple[Any, ...]]:
    """Play the deals alone, and give what became of them."""
    with transaction.atomic():
        world = people.enter(clock.now())
        for at, act in sorted(registering.Dealing(world, clock.now()).acts(), key=lambda one: one[0]):
            with clock.frozen(at):
                act()
        found = Registration.objects.order_by("opportunity__topic").values_list(
            "company",
            "status",
            "status_since",
            "reason",
            "verdict",
            "decide_by",
            "idle_ends_at",
            "links_count",
        )
        facts = list(found)
        transaction.set_rollback(True)
    return facts
