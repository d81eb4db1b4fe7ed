"""The steps that every change to a record of the directory takes: permission, lock, version, check, write."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory import access, places
from kanal.directory.models import Account, Person, Record
from kanal.directory.models.record import RecordQuerySet
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed, Stale, Text

R = TypeVar("R", bound=Record)
Values = Mapping[str, Any]
Related = Mapping[str, Iterable[Record]]


def permit(by: Person, area: str) -> None:
    """Refuse a person who does not keep this area.

    Raises:
        NotAllowed: with the reason.
    """
    reason = access.refusal_to_keep(by, area)
    if reason is not None:
        raise NotAllowed(reason)


def lock(model: type[R], key: uuid.UUID, *, among: RecordQuerySet | None = None) -> R:
    """Take a record for change until the transaction ends.

    Args:
        model: its kind.
        key: which one.
        among: those that it may be one of; every one by default.

    Raises:
        Missing: there is none.
    """
    # Its key stays, so rows that point at it may be written meanwhile; else a rename and an answer would deadlock.
    records = model._default_manager.all() if among is None else among
    locked = records.select_for_update(of=("self",), no_key=True)
    record: R | None = locked.filter(pk=key).first()
    if record is None:
        raise Missing
    return record


def check_version(record: Record, version: int, values: Values, related: Related) -> None:
    """Refuse an edit of what is archived, or that started from another version than the one that stands now.

    Raises:
        Conflict: it is archived.
        Stale: names the fields that stand otherwise than what is asked for, and who changed the record last.
    """
    if record.archived_at is not None:
        raise Conflict(_("%(name)s is archived. Restore it to change it.") % {"name": record})
    if record.version == version:
        return
    changed = {
        name: getattr(record, name) for name, value in values.items() if getattr(record, name) != value
    }
    changed |= {
        name: now for name, now in _related_now(record, related).items() if set(now) != set(related[name])
    }
    who = last_changed_by(record)
    raise Stale(
        _("%(who)s changed this while you wrote. Nothing of yours is lost: compare, then save again.")
        % {"who": who or _("Somebody")},
        changed=changed,
        by=who,
    )


def last_changed_by(record: Record) -> str:
    """Give the name of who changed a record last, by its history; empty where the system did."""
    events = type(record).pgh_event_model.objects.filter(pgh_obj=record)  # type: ignore[attr-defined]
    key = events.order_by("-pgh_id").values_list("pgh_context__metadata__person", flat=True).first()
    return (Person.objects.filter(pk=key).values_list("name", flat=True).first() or "") if key else ""


def fill(record: Record, values: Values) -> bool:
    """Set fields; tell whether any of them was otherwise before."""
    before = {name: getattr(record, name, None) for name in values}
    for name, value in values.items():
        setattr(record, name, value.strip() if isinstance(value, str) else value)
    return before != {name: getattr(record, name) for name in values}


def store(record: Record, *, new: bool, version: bool = True) -> None:
    """Check a record and write it; a changed one gets a new version.

    Raises:
        Invalid: a field can't be taken.
    """
    validate(record)
    if not new and version:
        record.version += 1
        record.modified_at = clock.now()
    try:
        with transaction.atomic():
            record.save(force_insert=new, force_update=not new)
    except IntegrityError:
        validate(record)  # somebody took the same name between the check and the write
        raise
    if isinstance(record, Account):
        places.locate_later(record)


def relate(record: Record, related: Related) -> bool:
    """Make the related records those of `related`; tell whether anything changed."""
    changed = False
    for name, now in _related_now(record, related).items():
        wanted = list(related[name])
        if set(now) != set(wanted):
            getattr(record, name).set(wanted)
            changed = True
    return changed


def _related_now(record: Record, related: Related) -> dict[str, list[Record]]:
    return {name: list(getattr(record, name).all()) for name in related}


def validate(record: Model) -> None:
    """Check every field and constraint of a record.

    Raises:
        Invalid: a field can't be taken.
    """
    try:
        record.full_clean(exclude=["password"] if isinstance(record, Person) else None)
    except ValidationError as error:
        raise Invalid(_by_field(error)) from error


def _by_field(error: ValidationError) -> dict[str, Text]:
    return {
        "" if name == NON_FIELD_ERRORS else name: " ".join(messages)
        for name, messages in error.message_dict.items()
    }
