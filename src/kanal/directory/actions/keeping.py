"""Creating, editing, archiving and restoring a record of the directory. Nothing is ever deleted."""

from __future__ import annotations

import uuid
from typing import TypeVar

from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory import access
from kanal.directory.acting import acting
from kanal.directory.actions.kinds import KINDS
from kanal.directory.actions.records import Related, Values, check_version, fill, lock, permit, relate, store
from kanal.directory.holding import why_held
from kanal.directory.models import Person, Record
from kanal.directory.refusal import Conflict, NotAllowed

R = TypeVar("R", bound=Record)


def keep(
    *,
    kind: type[R],
    key: uuid.UUID | None,
    version: int,
    values: Values,
    by: Person,
    related: Related | None = None,
) -> R:
    """Create a record, or change one.

    Args:
        kind: its model, one of `KINDS`.
        key: which one; None makes a new one.
        version: the version that the person started from; of no matter for a new one.
        values: its fields as they shall be.
        by: who.
        related: the records on its many-to-many fields as they shall be.

    Raises:
        NotAllowed: the person does not keep this area.
        Missing: there is no such record.
        Stale: somebody changed it meanwhile.
        Invalid: a field can't be taken.
        Conflict: it is archived, or kept elsewhere.
    """
    rules, related = KINDS[kind], related or {}
    with acting(by):
        permit(by, rules.area)
        record = kind() if key is None else lock(kind, key, among=access.reach(by, kind))
        if key is not None:
            check_version(record, version, values, related)
        changed = fill(record, values)
        rules.own(record, by)
        rules.check(record)
        if key is None:
            store(record, new=True)
            relate(record, related)
        elif relate(record, related) or changed:
            store(record, new=False)
    return record


def archive(*, kind: type[R], key: uuid.UUID, by: Person) -> R:
    """Put a record away: it stays where it is used, and is not offered for new use. Again changes nothing.

    Raises:
        NotAllowed, Missing: the person does not keep this area; there is no such record.
        Conflict: something still needs it; says what.
    """
    with acting(by):
        _permit_archive(by, kind)
        record = lock(kind, key, among=access.reach(by, kind))
        own = KINDS[kind].archiving(record)
        reasons = [own] if own is not None else list(why_held(record))
        if reasons and not by.is_vendor:
            # How much work there is elsewhere is not for a partner to know.
            raise Conflict(
                _("Open work still needs %(name)s. It can be archived when that is closed.")
                % {"name": record}
            )
        if reasons:
            raise Conflict(" ".join(str(reason) for reason in reasons))
        if record.archived_at is None:
            record.archived_at = clock.now()
            store(record, new=False)
    return record


def restore(*, kind: type[R], key: uuid.UUID, by: Person) -> R:
    """Take an archived record into use again. Again changes nothing.

    Raises:
        NotAllowed, Missing: the person does not keep this area; there is no such record.
        Conflict: what it belongs to is archived.
    """
    with acting(by):
        _permit_archive(by, kind)
        record = lock(kind, key, among=access.reach(by, kind))
        reason = KINDS[kind].restoring(record)
        if reason is not None:
            raise Conflict(reason)
        if record.archived_at is not None:
            record.archived_at = None
            store(record, new=False)
    return record


def _permit_archive(by: Person, kind: type[Record]) -> None:
    reason = access.refusal_to_archive(by, KINDS[kind].area)
    if reason is not None:
        raise NotAllowed(reason)
