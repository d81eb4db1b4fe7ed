"""What a partner proves to know: a certificate for a product family, until a day."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.actions.kinds import KINDS
from kanal.directory.actions.records import fill, lock, permit, store
from kanal.directory.models import Certification, Partner, Person, ProductFamily
from kanal.directory.refusal import Conflict, Invalid


def certify(
    *, partner: uuid.UUID, family: uuid.UUID, name: str, valid_until: date | None, by: Person
) -> Certification:
    """Note that a partner has a certificate; where it has it already, until when it is valid now.

    Args:
        partner: its key.
        family: the key of the product family that it is for.
        name: what it is called.
        valid_until: its last day; None is without end.
        by: who.

    Raises:
        NotAllowed, Missing: the person keeps no partners; there is no such partner or product family.
        Conflict: the partner is archived.
        Invalid: the name is missing, or the last day has been.
    """
    with acting(by):
        permit(by, KINDS[Partner].area)
        holder = lock(Partner, partner)  # two at once would both be new
        if holder.archived_at is not None:
            raise Conflict(_("%(name)s is archived. Restore it to change it.") % {"name": holder})
        if valid_until is not None and valid_until < clock.today():
            raise Invalid({"valid_until": _("This day has been. Give a later one, or leave it empty.")})
        about = lock(ProductFamily, family)
        held = Certification.objects.filter(partner=holder, family=about, name=name.strip()).first()
        record = held or Certification(partner=holder, family=about, name=name.strip())
        if fill(record, {"valid_until": valid_until}) or held is None:
            store(record, new=held is None)
    return record


def end_certificate(*, partner: uuid.UUID, key: uuid.UUID, by: Person) -> Certification:
    """Let a certificate of a partner be no longer valid from now on. Again changes nothing; it can be given anew.

    Raises:
        NotAllowed, Missing: the person keeps no partners; the partner has no such certificate.
    """
    with acting(by):
        permit(by, KINDS[Partner].area)
        record = lock(Certification, key, among=Certification.objects.filter(partner=partner))
        yesterday = clock.today() - timedelta(days=1)
        if record.valid_until is None or record.valid_until > yesterday:
            fill(record, {"valid_until": yesterday})
            store(record, new=False)
    return record
