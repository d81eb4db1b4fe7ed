"""Another role for a person: nobody loses sight of the work that is theirs."""

from __future__ import annotations

import uuid

from kanal.directory import actions as directory
from kanal.directory.acting import acting
from kanal.directory.models import PartnerRole, Person
from kanal.opportunities.models import Participation

_Share = Participation.people.through
_BATCH = 1000


def give_role(*, key: uuid.UUID, role: str, by: Person) -> Person:
    """Give a person another role at their own company; who becomes a seller goes on seeing what is assigned to them.

    Raises:
        Missing, NotAllowed, Invalid, Conflict: as with `directory.actions.change_role`.
    """
    with acting(by):
        # It holds the person, as `assign` does: work that is handed to them meanwhile waits and meets the new role.
        person = directory.change_role(key=key, role=role, by=by)
        if person.partner_role == PartnerRole.SELLER:
            _share_own(person)
    return person


def _share_own(person: Person) -> None:
    own = Participation.objects.filter(assignee=person, partner=person.partner_id, until__isnull=True)
    shares = [_Share(participation_id=part, person=person) for part in own.values_list("pk", flat=True)]
    _Share.objects.bulk_create(shares, batch_size=_BATCH, ignore_conflicts=True)
