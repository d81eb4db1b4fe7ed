"""Who may see a deal registration request, and who may do what to it. Faces ask nothing else.

At a partner, administrators and managers see all of the company's; a seller those on opportunities that are shared with
them and those that they made. At the vendor everybody who sees opportunities reads them; administrators and channel
managers decide, though nobody on an opportunity that they own themselves.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kanal.directory.access import may_enter_desk, may_enter_portal
from kanal.directory.models import PartnerRole, Person, VendorRole
from kanal.opportunities import access as opportunities
from kanal.opportunities.access import YES, Answer
from kanal.opportunities.models import Opportunity, Participation
from kanal.registration import lifecycle
from kanal.registration.lifecycle import BY_VERB, Actor, Status, Verb
from kanal.registration.models import ApprovalStep, Registration

DECIDE = frozenset({VendorRole.ADMINISTRATOR, VendorRole.CHANNEL_MANAGER})
# What gives up a right of the company is its administrator's or managers' word.
_COMPANY_DECIDES = frozenset({Verb.WITHDRAW})


def visible(person: Person) -> QuerySet[Registration]:
    """Give the requests that a person may see; a draft is its company's alone."""
    if may_enter_desk(person):
        # What was withdrawn before it was submitted was never the vendor's to see.
        return Registration.objects.filter(submitted_at__isnull=False)
    if not may_enter_portal(person):
        return Registration.objects.none()
    mine = Registration.objects.filter(partner=person.partner_id)
    if person.partner_role == PartnerRole.SELLER:
        shared = Participation.objects.filter(opportunities.running(person)).values("opportunity_id")
        mine = mine.filter(Q(opportunity__in=shared) | Q(created_by=person))
    return mine


def may_decide(person: Person) -> bool:
    """Tell whether a person is one of those who decide on requests, and are told of them."""
    return may_enter_desk(person) and person.vendor_role in DECIDE


def refusal_to_decide(person: Person) -> str | Promise | None:
    """Say why a person does not decide on requests at all, or None where they do."""
    if may_decide(person):
        return None
    return _("Administrators and channel managers decide on deal registration requests.")


def may_see_proof(person: Person) -> bool:
    """Tell whether a person reads how the chain of proof stands: those who decide, and auditors."""
    return may_enter_desk(person) and person.vendor_role in {*DECIDE, VendorRole.AUDITOR}


def deciders() -> QuerySet[Person]:
    """Give everybody who decides on requests."""
    return Person.objects.filter(is_active=True, archived_at__isnull=True, vendor_role__in=sorted(DECIDE))


def refusal_to_register(person: Person, opportunity: Opportunity) -> str | Promise | None:
    """Say why a person can't register a deal for an opportunity that they see, or None where they may."""
    if not may_enter_portal(person):
        return _("Only the partner may do this.")
    if opportunity.made_by_partner_id != person.partner_id:
        return _("Only what your company made itself can be registered.")
    part = opportunities.participation(person, opportunity)
    if part is None:
        return _("Your company no longer takes part in this opportunity.")
    if not opportunity.is_open:
        return _("The opportunity is closed.")
    return None


def may(person: Person, verb: Verb, registration: Registration) -> Answer:
    """Say whether a person may do something to a request that they see, apart from what the status allows."""
    actors = BY_VERB[verb].actors
    if may_enter_desk(person):
        if Actor.VENDOR not in actors:
            return Answer(_("Only the partner may do this."))
        refused = refusal_to_decide(person)
        if refused is not None:
            return Answer(refused)
        if verb == Verb.APPROVE:
            return _may_approve(person, registration)
        return YES
    if Actor.PARTNER not in actors or not may_enter_portal(person):
        return Answer(_("Only people of the vendor may do this."))
    if verb in _COMPANY_DECIDES and person.partner_role == PartnerRole.SELLER:
        draft = registration.status == Status.DRAFT and registration.created_by_id == person.pk
        return YES if draft else Answer(_("Your company’s administrator or managers do this."))
    return YES


def _may_approve(person: Person, registration: Registration) -> Answer:
    if registration.opportunity.owner_id == person.pk:
        return Answer(_("You own this opportunity, so somebody else decides on its registration."))
    step = open_step(registration)
    if step is None:
        return YES
    if step.role == VendorRole.ADMINISTRATOR and person.vendor_role != VendorRole.ADMINISTRATOR:
        return Answer(_("An administrator gives this approval."))
    if registration.steps.filter(by=person).exists():
        return Answer(_("You have approved this request already; the second word is somebody else’s."))
    return YES


def open_step(registration: Registration) -> ApprovalStep | None:
    """Give the approval that is wanted next; None where none is."""
    steps = registration.steps.filter(approved_at__isnull=True).select_related("person", "by")
    return steps.order_by("number").first()


def verbs(person: Person, registration: Registration) -> list[Verb]:
    """Give the verbs that a person may do now: what a face shows as buttons."""
    actor = Actor.VENDOR if may_enter_desk(person) else Actor.PARTNER
    found = lifecycle.verbs_from(registration.status, actor)
    if registration.waits_in_line:  # it waits its turn; until then there is nothing to decide
        found = [verb for verb in found if verb not in {Verb.APPROVE, Verb.TAKE_UP, Verb.ASK}]
    return [verb for verb in found if may(person, verb, registration)]


def may_extend(person: Person, registration: Registration) -> Answer:
    """Say whether a person may ask for more time, apart from what the policy and the status allow."""
    if not may_enter_portal(person) or registration.partner_id != person.partner_id:
        return Answer(_("Only the partner may do this."))
    return YES


def people_of(registration: Registration) -> Q:
    """Give the condition on the partner's people who are told: its administrators and managers, and who asked."""
    leading = Q(
        partner=registration.partner_id, partner_role__in=[PartnerRole.ADMINISTRATOR, PartnerRole.MANAGER]
    )
    asked = [key for key in (registration.created_by_id, registration.submitted_by_id) if key]
    return leading | Q(pk__in=asked, partner=registration.partner_id)
