"""What every step of a request begins and ends with: lock, access, lifecycle, write, prove, tell."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.models import Person
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed
from kanal.opportunities.models import Opportunity
from kanal.registration import access, chain, tasks
from kanal.registration.lifecycle import BY_VERB, Verb, refusal
from kanal.registration.models import Link, Registration
from kanal.registration.policy import terms_of, vendor_calendar
from kanal.registration.telling import Told
from kanal.registration.terms import Terms

LONGEST = 2000
# What stopping, going on and beginning the vendor's promise writes.
CLOCK = ("decide_by", "left_seconds", "hurried_at", "overdue_at")


@dataclass
class Step:
    """A locked request on which a verb is allowed.

    Attributes:
        registration: locked, as is its opportunity, until the transaction ends.
        by: who acts; None is the clock.
        terms: the policy that judges it.
    """

    registration: Registration
    by: Person | None
    terms: Terms

    def move(self, verb: Verb, **facts: Any) -> None:
        """Write the status that a verb leads to, with further fields."""
        one = self.registration
        one.status, one.status_since = BY_VERB[verb].target, clock.now()
        for name, value in facts.items():
            setattr(one, name, value)
        self.save("status", "status_since", *facts)

    def save(self, *fields: str) -> None:
        """Write fields as a new version."""
        one = self.registration
        one.version += 1
        one.modified_at = clock.now()
        one.save(update_fields=["version", "modified_at", *fields])

    def prove(
        self, kind: str, content: Mapping[str, Any] | None = None, *, sealed: Mapping[str, Any] | None = None
    ) -> Link:
        """Append the step to the chain of proof, and let the timeline of the opportunity say it.

        Args:
            kind: a key of `words.SENTENCES`.
            content: what it says, which the partner reads.
            sealed: what only the vendor reads.
        """
        link = chain.append(self.registration, kind, by=self.by, content=content or {}, sealed=sealed)
        tasks.note.defer(link_id=str(link.pk))
        return link

    def tell(self, told: Told, link: Link, *, people: Iterable[Person] = ()) -> None:
        """Put the telling of people into the queue, in the transaction that causes it."""
        tasks.tell.defer(told=told.value, link_id=str(link.pk), person_ids=[str(one.pk) for one in people])

    def stop_clock(self) -> None:
        """Let the vendor's promise stand still, with the working time that is left; the caller saves."""
        one = self.registration
        if one.decide_by is not None and one.left_seconds is None:
            left = vendor_calendar().between(clock.now(), one.decide_by)
            # An answer in the last moment still leaves the vendor an hour.
            one.left_seconds = max(3600, int(left.total_seconds()))

    def go_on(self) -> None:
        """Let the vendor's promise go on with the time that was left; the caller saves."""
        one = self.registration
        if one.left_seconds is not None:
            left = timedelta(seconds=one.left_seconds)
            one.decide_by = vendor_calendar().add(clock.now(), left).astimezone(UTC)
            one.left_seconds, one.hurried_at, one.overdue_at = None, None, None

    def promise(self) -> None:
        """Begin the vendor's promise anew; the caller saves."""
        hours = timedelta(hours=self.terms.decide_hours)
        self.registration.decide_by = vendor_calendar().add(clock.now(), hours).astimezone(UTC)
        self.registration.left_seconds = None
        self.registration.hurried_at = self.registration.overdue_at = None


def begin(key: uuid.UUID, verb: Verb, *, by: Person) -> Step:
    """Lock a request with its opportunity, ask `access`, ask `lifecycle`.

    Raises:
        Missing: this person sees no such request.
        NotAllowed: the person may not do this.
        Conflict: the status forbids it, as where somebody was faster.
    """
    registration = lock_for(key, by)
    reason = refusal(verb, registration.status)
    if reason is not None:
        raise Conflict(reason)
    answer = access.may(by, verb, registration)
    if not answer:
        raise NotAllowed(answer.reason or "")
    return Step(registration, by, terms_of(registration))


def lock_for(key: uuid.UUID, by: Person) -> Registration:
    """Take a request that a person sees for change until the transaction ends.

    Raises:
        Missing: this person sees none such.
    """
    found = access.visible(by).filter(pk=key).values_list("opportunity_id", flat=True).first()
    if found is None:
        raise Missing
    lock_opportunity(found)
    chain.lock_head()
    locked = access.visible(by).select_for_update(of=("self",)).filter(pk=key)
    registration = locked.select_related(
        "opportunity__owner",
        "partner__account",
        "partner__tier",
        "family",
        "currency",
        "policy",
        "protection",
    ).first()
    if registration is None:
        raise Missing
    return registration


def begin_by_clock(key: uuid.UUID, verb: Verb, *, opportunity: bool = True) -> Step | None:
    """Lock a request for the clock; None where the status no longer allows the verb.

    Args:
        key: which one.
        verb: what the clock does.
        opportunity: lock the opportunity first; left out where the caller holds it, or only the request changes.
    """
    if opportunity:
        lock_opportunity(Registration.objects.values_list("opportunity_id", flat=True).get(pk=key))
    chain.lock_head()
    registration = (
        Registration.objects.select_for_update(of=("self",))
        .select_related(
            "opportunity__owner", "partner__account", "partner__tier", "family", "policy", "protection"
        )
        .get(pk=key)
    )
    if refusal(verb, registration.status) is not None:
        return None
    return Step(registration, None, terms_of(registration))


def lock_opportunity(key: uuid.UUID) -> Opportunity:
    """Take an opportunity until the transaction ends, as every action on it does, before the chain and the request."""
    return Opportunity.objects.select_for_update(of=("self",), no_key=True).get(pk=key)


def needed(text: str, field: str, say: str) -> str:
    """Give a text without blanks around it.

    Raises:
        Invalid: there is none, or it is too long; names the field.
    """
    text = text.strip()
    if not text:
        raise Invalid({field: say})
    return within(text, field)


def within(text: str, field: str, longest: int = LONGEST) -> str:
    """Give a text that is not too long.

    Raises:
        Invalid: it is; names the field.
    """
    if len(text) > longest:
        raise Invalid(
            {
                field: _("This is %(length)d characters long; %(limit)d are the most.")
                % {"length": len(text), "limit": longest}
            }
        )
    return text
