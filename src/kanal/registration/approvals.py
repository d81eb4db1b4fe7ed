"""Whose word a request needs, and who is asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.directory.models import Person, VendorRole
from kanal.registration import access, clashes
from kanal.registration.lifecycle import TO_DECIDE
from kanal.registration.models import Absence, Answer, ApprovalStep, Registration
from kanal.registration.terms import Terms

# Why a word is needed, by the key that a step keeps.
WHY = {
    "always": _("Every request that is not approved by itself"),
    "value": _("Its value needs a second word"),
    "conflict": _("Somebody else is concerned"),
}


@dataclass(frozen=True)
class Needed:
    """One word that a request needs: whose, and why, a key of `WHY`."""

    role: VendorRole
    why: str


ALWAYS = Needed(VendorRole.CHANNEL_MANAGER, "always")


def needed(registration: Registration, terms: Terms) -> tuple[Needed, ...]:
    """Say whose words a request needs, in their order; none where the policy approves it by itself.

    Args:
        registration: with its value in the base currency and with what was found.
        terms: what the policy says.
    """
    clear = registration.verdict == Answer.CLEAR and clashes.names_its_record(registration)
    value = registration.value_base
    tier = registration.partner.tier
    if (
        clear
        and terms.auto_below
        and value is not None
        and value < terms.auto_below
        and (tier.rank if tier else 0) >= terms.auto_rank
    ):
        return ()
    steps = [ALWAYS]
    if terms.two_above and value is not None and value >= terms.two_above:
        steps.append(Needed(VendorRole.ADMINISTRATOR, "value"))
    elif terms.two_for_conflict and any(one.get("heavy") for one in registration.findings):
        steps.append(Needed(VendorRole.ADMINISTRATOR, "conflict"))
    return tuple(steps)


def write_steps(registration: Registration, wanted: Sequence[Needed]) -> None:
    """Ask for the words that a request needs and that nobody is asked for yet.

    What was given stays given, and who is asked stays asked: a second word that is no longer needed is wanted still.
    """
    standing = list(registration.steps.select_related("by", "person"))
    taken: list[Person] = [person for step in standing for person in (step.by, step.person) if person]
    for number, one in enumerate(wanted[len(standing) :], start=len(standing) + 1):
        person = approver(registration, one.role, but=taken)
        ApprovalStep.objects.create(
            registration=registration, number=number, role=one.role, person=person, why=one.why
        )
        taken += [person] if person else []


def role_of(step: ApprovalStep) -> VendorRole:
    """Give whose word a step is."""
    return VendorRole(step.role)


def able(registration: Registration, role: VendorRole, *, but: Sequence[Person] = ()) -> QuerySet[Person]:
    """Give everybody who can give a word: of the role, an administrator for a channel manager too, never the owner."""
    roles = [VendorRole.ADMINISTRATOR] if role == VendorRole.ADMINISTRATOR else sorted(access.DECIDE)
    out = [registration.opportunity.owner_id, *(person.pk for person in but)]
    return access.deciders().filter(vendor_role__in=roles).exclude(pk__in=[key for key in out if key])


def approver(registration: Registration, role: VendorRole, *, but: Sequence[Person] = ()) -> Person | None:
    """Say who is asked for a word: the partner's channel manager where they may, else who has least to decide.

    Nobody is asked on what they own; who is away is stood in for by their deputy. None where nobody is left.
    """
    free = able(registration, role, but=but)
    away = dict(Absence.objects.filter(until__gte=clock.today()).values_list("person_id", "deputy_id"))
    wanted = registration.partner.channel_manager_id if role == VendorRole.CHANNEL_MANAGER else None
    if wanted in away:
        wanted = away[wanted]
    found = free.filter(pk=wanted).first() if wanted else None
    if found is not None and found.pk not in away:
        return found
    open_steps = Count(
        "pk",
        filter=Q(
            registration_steps__approved_at__isnull=True,
            registration_steps__registration__status__in=sorted(TO_DECIDE),
        ),
    )
    # A channel manager before an administrator, then who has least to decide.
    ranked = (
        free.exclude(pk__in=away)
        .annotate(has=open_steps)
        .order_by(
            "-vendor_role" if role == VendorRole.CHANNEL_MANAGER else "vendor_role", "has", "created_at", "pk"
        )
    )
    return ranked.first() or free.first()
