"""Changes of a profile that declines suggest: the partner asks or puts off, the vendor decides."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory import access
from kanal.directory.acting import acting
from kanal.directory.actions.records import lock, permit, store
from kanal.directory.models import Partner, PartnerRole, Person, VendorRole
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed
from kanal.distribution.models import ChangeState, ProfileChange, Subject
from kanal.distribution.teaching import FIELDS, PUT_OFF_DAYS, suggestions, visible_changes
from kanal.notify.actions import Message, tell


def answer_suggestion(*, subject: str, about: uuid.UUID, take_off: bool, by: Person) -> ProfileChange:
    """Ask the vendor to take something off the own company's profile, or put the question off.

    Args:
        subject: a `Subject`.
        about: the key of the industry, product family or territory.
        take_off: ask for it; else it is not suggested again for a while.
        by: an administrator of the partner.

    Raises:
        NotAllowed: the person does not keep their company.
        Conflict: nothing suggests this now, as where a colleague has answered already.
    """
    with acting(by):
        reason = access.refusal_to_keep_company(by)
        if reason is not None or by.partner_id is None:
            raise NotAllowed(reason or "")
        partner = lock(Partner, by.partner_id)
        found = [one for one in suggestions(partner) if (one.subject, one.about.pk) == (subject, about)]
        if not found:
            raise Conflict(_("This is settled already."))
        change = ProfileChange.objects.create(
            partner=partner,
            subject=subject,
            **{f"{Subject(subject).value}_id": about},
            state=ChangeState.ASKED if take_off else ChangeState.PUT_OFF,
            declined=found[0].declined,
            answered=found[0].answered,
            asked_by=by,
            asked_at=clock.now(),
            show_again=None if take_off else clock.today() + timedelta(days=PUT_OFF_DAYS),
        )
        if take_off:
            _tell(change, "profile_change_asked", _deciders(partner), "/sales/profile-changes/")
    return change


def decide_change(*, key: uuid.UUID, approve: bool, reason: str = "", by: Person) -> ProfileChange:
    """Approve a change, which takes it off the profile at once, or reject it with a reason; the partner is told.

    Raises:
        Missing: there is none for this person.
        NotAllowed: the person keeps no partners.
        Conflict: somebody has decided.
        Invalid: a rejection without a reason, or with one that is too long.
    """
    with acting(by):
        if not visible_changes(by).filter(pk=key).exists():
            raise Missing
        permit(by, "partners")
        change = ProfileChange.objects.select_for_update(of=("self",)).get(pk=key)
        if change.state != ChangeState.ASKED:
            raise Conflict(_("Somebody has decided this already."))
        reason = reason.strip()
        if not approve and not 0 < len(reason) <= 500:
            raise Invalid({"reason": _("Write in up to 500 characters why. The partner reads it.")})
        change.state = ChangeState.APPROVED if approve else ChangeState.REJECTED
        change.decided_at, change.decided_by = clock.now(), by
        change.reason = "" if approve else reason
        change.save()
        if approve:
            partner = lock(Partner, change.partner_id)
            getattr(partner, FIELDS[Subject(change.subject)]).remove(change.about)
            store(partner, new=False)
        kind = "profile_change_approved" if approve else "profile_change_rejected"
        _tell(change, kind, _askers(change), "/portal/company/")
    return change


def _deciders(partner: Partner) -> Q:
    """Give the condition on who is told: the partner's channel manager, or every one where it has none."""
    if partner.channel_manager_id:
        return Q(pk=partner.channel_manager_id)
    return Q(vendor_role=VendorRole.CHANNEL_MANAGER)


def _askers(change: ProfileChange) -> Q:
    return Q(pk=change.asked_by_id) | Q(partner=change.partner_id, partner_role=PartnerRole.ADMINISTRATOR)


def _tell(change: ProfileChange, kind: str, who: Q, path: str) -> None:
    actor = change.decided_by or change.asked_by
    facts = {
        "partner": change.partner.name,
        "about": str(change.about),
        "who": actor.name,
        "text": change.reason,
        "declined": str(change.declined),
        "answered": str(change.answered),
    }
    message = Message(kind=kind, facts=facts, path=path, source=str(change.pk))
    for person in Person.objects.filter(who, is_active=True):
        tell(person=person, message=message)
