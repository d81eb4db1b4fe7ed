"""How a sale goes forward: its stage, its figures, its next step, its expected close."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.models import Person
from kanal.directory.refusal import Invalid, Stale, Text
from kanal.distribution import extensions
from kanal.distribution.actions.step import Step, begin, need_reason, tell_the_others
from kanal.distribution.telling import Happening
from kanal.opportunities import stages
from kanal.opportunities.actions.record import keep_lines, set_base_value
from kanal.opportunities.actions.values import Line
from kanal.opportunities.lifecycle import Stage, Verb
from kanal.opportunities.models import Opportunity

# What a partner keeps of an opportunity, beside its products.
FIELDS = ("estimated_revenue", "estimated_close_date", "next_step", "next_step_on")
_NEXT_STEP = {"next_step", "next_step_on"}


def move_stage(
    *,
    key: uuid.UUID,
    stage: str,
    by: Person,
    note: str = "",
    values: Mapping[str, Any] | None = None,
    seen: str = "",
) -> Opportunity:
    """Move the sale to another stage; the status stays.

    Args:
        key: which one.
        stage: a `Stage`.
        by: who.
        note: what there is to say with it.
        values: what the stage asks for and the opportunity lacks, by field; see `stages.ASKS`.
        seen: the stage from which the person meant to move it; empty where that is all one.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to move, or closed.
        Invalid: the stage is unknown, or asks for a field that is empty; or somebody moved it meanwhile.
    """
    with acting(by):
        step = begin(key, Verb.MOVE_STAGE, by=by)
        if stage not in Stage.values:
            raise Invalid({"stage": _("“%(stage)s” is no stage.") % {"stage": stage}})
        opportunity, old = step.opportunity, step.opportunity.stage
        if old == stage:
            return _there_already(opportunity, note, values)
        if seen and seen != old:
            raise Invalid({"stage": _moved_meanwhile(opportunity)})
        filled = _fill(step, stage, values or {})
        wanting = stages.refusals(opportunity, stage)
        if wanting:
            raise Invalid(wanting)
        opportunity.stage, opportunity.stage_since = stage, clock.now()
        step.save()
        _record_changes(step, filled)
        step.record("stage_moved", facts={"old": old, "new": stage}, body=note)
    return opportunity


def _there_already(opportunity: Opportunity, note: str, values: Mapping[str, Any] | None) -> Opportunity:
    """Leave it where it is; what somebody wrote with the move is handed back rather than lost."""
    if note.strip() or values:
        raise Invalid(
            {
                "stage": _("It is at “%(stage)s” already. Write what you have to say as a note.")
                % {"stage": Stage(opportunity.stage).label}
            }
        )
    return opportunity


def _moved_meanwhile(opportunity: Opportunity) -> str:
    return _(
        "%(who)s changed this meanwhile; it is at “%(stage)s” now. Move it only if you still want to."
    ) % {
        "who": opportunity.modified_by.name if opportunity.modified_by else _("Somebody"),
        "stage": Stage(opportunity.stage).label,
    }


def _fill(step: Step, stage: str, values: Mapping[str, Any]) -> list[str]:
    """Fill in what the stage asks for and nobody has filled in meanwhile; give the fields."""
    lacking = stages.missing(step.opportunity, stage)
    given = {name: value for name, value in values.items() if value not in (None, "")}
    meanwhile = {
        name for name in given if name not in lacking and getattr(step.opportunity, name) != given[name]
    }
    if meanwhile:
        raise Invalid(dict.fromkeys(meanwhile, _("Somebody filled this in meanwhile. Open the page again.")))
    return _take(step, {name: given[name] for name in lacking if name in given})


def update(
    *,
    key: uuid.UUID,
    version: int,
    changes: Mapping[str, Any],
    by: Person,
    lines: Sequence[Line] | None = None,
) -> Opportunity:
    """Change what a partner keeps of an opportunity; everybody who takes part reads on the timeline what changed.

    Args:
        key: which one.
        version: the version that the person started from.
        changes: new values of some of `FIELDS`.
        by: somebody of a partner that works on it.
        lines: its products as they shall be; None leaves them.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to change, or closed.
        Stale: somebody changed it meanwhile; says which of these fields stand otherwise.
        Invalid: a field can't be taken, or the date would move later without an extension.
    """
    unknown = changes.keys() - set(FIELDS)
    if unknown:
        raise ValueError(f"A partner does not keep {sorted(unknown)}")
    with acting(by):
        step = begin(key, Verb.UPDATE, by=by)
        if step.opportunity.version != version:
            raise _stale(step.opportunity, changes)
        changed = _take(step, changes)
        if keep_lines(step.opportunity, lines):
            changed.append("products")
        if step.opportunity.next_step_on and not step.opportunity.next_step:
            raise Invalid({"next_step": _("Say what is to be done on that day.")})
        if changed:
            step.save()
            _record_changes(step, changed)
    return step.opportunity


def extend(*, key: uuid.UUID, until: date, reason: str, by: Person) -> Opportunity:
    """Move the expected close date further away; the other side is told.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to extend, or not in this status; or the partner has
            used its extensions.
        Invalid: the date is not later, or too far away for a partner, or no reason is given.
    """
    with acting(by):
        step = begin(key, Verb.EXTEND, by=by)
        need_reason(reason)
        extensions.check_extension(step.opportunity, until, step.part)
        old = step.opportunity.estimated_close_date
        step.opportunity.estimated_close_date = until
        step.save()
        facts = {"old": old.isoformat() if old else "–", "new": until.isoformat()}
        entry = step.record("extended", facts=facts, body=reason)
        tell_the_others(step, Happening.EXTENDED, entry)
    return step.opportunity


def _take(step: Step, changes: Mapping[str, Any]) -> list[str]:
    """Set fields of a locked opportunity, each as its column takes it; give those that were otherwise before."""
    opportunity, errors, changed = step.opportunity, dict[str, Text](), list[str]()
    if step.part is not None and extensions.FIELD in changes:
        extensions.check_edit(opportunity, changes[extensions.FIELD], step.part)
    for name, value in changes.items():
        field: Any = Opportunity._meta.get_field(name)
        try:
            clean = field.clean(value.strip() if isinstance(value, str) else value, opportunity)
        except ValidationError as error:
            errors[name] = " ".join(error.messages)
            continue
        if clean != getattr(opportunity, name):
            setattr(opportunity, name, clean)
            changed.append(name)
    if errors:
        raise Invalid(errors)
    if "estimated_revenue" in changed:
        set_base_value(opportunity)
    return changed


def _record_changes(step: Step, changed: Iterable[str]) -> None:
    """Say on the timeline what changed: a next step in its own words, other fields by their names."""
    names, opportunity = list(changed), step.opportunity
    if _NEXT_STEP & set(names) and opportunity.next_step:
        day = opportunity.next_step_on
        facts = {"step": opportunity.next_step, **({"day": day.isoformat()} if day else {})}
        step.record("next_step_on" if day else "next_step", facts=facts)
        names = [name for name in names if name not in _NEXT_STEP]
    if names:
        step.record("changed", facts={"fields": ",".join(names)})


def _stale(opportunity: Opportunity, changes: Mapping[str, Any]) -> Stale:
    """Make the refusal of an edit that started from an old version."""
    who = opportunity.modified_by.name if opportunity.modified_by else ""
    return Stale(
        _("%(who)s changed this while you wrote. Nothing of yours is lost: compare, then save again.")
        % {"who": who or _("Somebody")},
        changed={
            name: getattr(opportunity, name)
            for name, value in changes.items()
            if getattr(opportunity, name) != value
        },
        by=who,
    )
