"""Inviting people: a link by mail, bound to an address, that works once and runs out."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory import access, tasks
from kanal.directory.acting import acting
from kanal.directory.actions.records import Values, store, validate
from kanal.directory.invitations import fingerprint
from kanal.directory.models import Invitation, Partner, PartnerRole, PartnerStatus, Person, VendorRole
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed

LASTS = timedelta(days=7)
# What one company may have mailed: so much that nobody who works is stopped, too little to pester strangers.
MAILS_A_DAY = 30
MAILS_EACH = 5
PAUSE = timedelta(minutes=1)


def invite(*, values: Values, role: str, by: Person, partner: Partner | None = None) -> Invitation:
    """Invite somebody who shall sign in; a mail with a link goes to them. They exist once they accept.

    Args:
        values: `email`; and, where known, `name`, `job_title`, `phone`, `language`, `time_zone`.
        role: a role of the vendor; of the partner where one is given.
        by: who invites: whoever keeps the people of that company.
        partner: whom they shall work for; None is the vendor.

    Raises:
        NotAllowed: the person invites nobody there.
        Invalid: a field can't be taken; the address is a colleague's, or is invited already.
        Conflict: the company has invited very many today.
    """
    with acting(by):
        reason = access.refusal_to_invite(by, partner)
        if reason is not None:
            raise NotAllowed(reason)
        if partner is not None:
            _check_partner(partner)
        _check_limit(by)
        invitation = Invitation(
            partner=partner, role=role, invited_by=by, expires_at=clock.now() + LASTS, **_facts(values, by)
        )
        _check(invitation, by)
        _create(invitation)
        tasks.send_invitation.defer(invitation_id=str(invitation.pk))
    return invitation


def resend(*, key: uuid.UUID, by: Person) -> Invitation:
    """Mail an invitation anew: the old link dies at once, the new one lasts as long as a first one.

    Raises:
        Missing, NotAllowed: there is no such invitation for this person; they invite nobody.
        Conflict: it was accepted or revoked, or has been mailed a moment ago or very often.
    """
    with acting(by):
        invitation = _take(key, by)
        _check_waiting(invitation)
        if invitation.partner is not None:
            _check_partner(invitation.partner)
        _check_again(invitation, by)
        invitation.sent_at = clock.now()
        invitation.times_sent += 1
        invitation.expires_at = clock.now() + LASTS
        invitation.token_hash = ""
        invitation.invited_by = (
            by  # who answers for it from now on: it opens nothing once they may invite no more
        )
        invitation.save()
        tasks.send_invitation.defer(invitation_id=str(invitation.pk))
    return invitation


def revoke(*, key: uuid.UUID, by: Person) -> Invitation:
    """Take an invitation back: its link dies at once. Again changes nothing.

    Raises:
        Missing, NotAllowed: there is no such invitation for this person; they invite nobody.
        Conflict: it was accepted.
    """
    with acting(by):
        invitation = _take(key, by)
        if invitation.revoked_at is None:
            _check_waiting(invitation)
            invitation.revoked_at = clock.now()
            invitation.save()
    return invitation


def accept_invitation(*, token: str, name: str, password: str, language: str) -> Person:
    """Become the person whom an invitation asks for; its address is theirs, whatever else is sent.

    Args:
        token: what stands in the link.
        name: how they are called.
        password: what they chose.
        language: which they read.

    Raises:
        Missing: there is no such link.
        Conflict: it was used, revoked or has run out; the address has an account; the partnership has ended.
        Invalid: name, password or language can't be taken.
    """
    with acting(None):
        invitation = _locked().filter(token_hash=fingerprint(token)).first() if token else None
        if invitation is None:
            raise Missing
        check_open(invitation)
        person = _become(invitation, name=name, password=password, language=language)
        invitation.accepted_at, invitation.person = clock.now(), person
        invitation.save()
    return person


def check_open(invitation: Invitation) -> None:
    """Refuse an invitation that can't be accepted now.

    Raises:
        Conflict: says kindly why, and what to do.
    """
    if invitation.accepted_at is not None:
        raise Conflict(_("This invitation has been used. Sign in with the password that you chose."))
    if invitation.revoked_at is not None:
        raise Conflict(_("This invitation was taken back. Ask whoever invited you."))
    if invitation.has_run_out:
        raise Conflict(_("This invitation has run out. Ask whoever invited you for a new one."))
    partner = invitation.partner
    if partner is not None and (partner.archived_at or partner.status == PartnerStatus.ENDED):
        raise Conflict(_("The partnership with %(name)s has ended.") % {"name": partner.name})
    if access.refusal_to_invite(invitation.invited_by, partner) is not None:
        raise Conflict(_("Whoever invited you no longer may. Ask their company for a new invitation."))
    if _has_account(invitation.email):
        raise Conflict(_("There is an account with this address already. Sign in with it."))


def _become(invitation: Invitation, *, name: str, password: str, language: str) -> Person:
    person = Person(
        email=invitation.email,
        name=" ".join(name.split()),
        language=language,
        time_zone=invitation.time_zone,
        job_title=invitation.job_title,
        phone=invitation.phone,
        partner=invitation.partner,
        **{"partner_role" if invitation.partner_id else "vendor_role": invitation.role},
    )
    if language not in dict(settings.LANGUAGES):
        raise Invalid({"language": _("There is no such choice.")})
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Invalid({"password": " ".join(error.messages)}) from error
    person.set_password(password)
    store(person, new=True)
    return person


def _take(key: uuid.UUID, by: Person) -> Invitation:
    found = _locked().filter(access.invitations_seen_by(by), pk=key).first()
    if found is None:
        raise Missing
    reason = access.refusal_to_invite(by, found.partner)
    if reason is not None:
        raise NotAllowed(reason)
    return found


def _locked() -> QuerySet[Invitation]:
    locked = Invitation.objects.select_for_update(of=("self",), no_key=True)
    return locked.select_related("partner__account", "invited_by")


def _facts(values: Values, by: Person) -> dict[str, str]:
    """Give the fields of a new invitation; language and time zone are the inviter's where they are not known."""
    known = {"language": by.language, "time_zone": by.time_zone, **values}
    facts = {name: str(value).strip() for name, value in known.items()}
    return {**facts, "email": facts.get("email", "").lower()}


def _check(invitation: Invitation, by: Person) -> None:
    """Refuse what can't be taken.

    Whoever may not see all people is not told that an address is known at another company: the mail says so to
    its owner alone.
    """
    roles: list[str] = VendorRole.values if invitation.partner is None else PartnerRole.values
    if invitation.role not in roles:
        raise Invalid({"role": _("There is no such role.")})
    validate(invitation)
    if access.visible_people(by).filter(email__iexact=invitation.email).exists():
        raise Invalid({"email": _("Somebody has this address already.")})


def _create(invitation: Invitation) -> None:
    try:
        with transaction.atomic():
            invitation.save(force_insert=True)
    except IntegrityError:
        validate(invitation)  # somebody invited the same address between the check and the write
        raise


def _check_partner(partner: Partner) -> None:
    if partner.archived_at or partner.status == PartnerStatus.ENDED:
        raise Invalid({"partner": _("The partnership with %(name)s has ended.") % {"name": partner.name}})


def _check_waiting(invitation: Invitation) -> None:
    if invitation.accepted_at is not None:
        raise Conflict(_("%(email)s has accepted this invitation.") % {"email": invitation.email})
    if invitation.revoked_at is not None:
        raise Conflict(
            _("This invitation was taken back. Invite %(email)s anew.") % {"email": invitation.email}
        )


def _check_limit(by: Person) -> None:
    """Refuse a company whose people had very many mails sent to addresses of their choice today."""
    if by.partner_id is None:
        return
    lately = clock.now() - timedelta(days=1)
    if Invitation.objects.filter(partner=by.partner_id, created_at__gte=lately).count() >= MAILS_A_DAY:
        raise Conflict(
            _("Your company has invited %(n)s people today, which is the most. Go on tomorrow.")
            % {"n": MAILS_A_DAY}
        )


def _check_again(invitation: Invitation, by: Person) -> None:
    if clock.now() < invitation.sent_at + PAUSE:
        raise Conflict(_("A mail has just gone to %(email)s. Wait a minute.") % {"email": invitation.email})
    if by.partner_id is not None and invitation.times_sent >= MAILS_EACH:
        raise Conflict(
            _("%(n)s mails have gone to %(email)s, which is the most. Ask them by another way.")
            % {"n": invitation.times_sent, "email": invitation.email}
        )


def _has_account(email: str) -> bool:
    return Person.objects.filter(email__iexact=email).exists()
