"""What each stage asks for before a sale may stand there, as data. Faces ask for it in one step; actions check it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from kanal.opportunities.lifecycle import Stage
from kanal.opportunities.models import Opportunity

# Fields that may not be empty from this stage on. A stage asks for what those before it ask for, too.
ASKS: dict[Stage, tuple[str, ...]] = {
    Stage.PROSPECT: (),
    Stage.CONTACTING: (),
    Stage.INTEREST_CONFIRMED: ("customer_need",),
    Stage.QUOTING: ("estimated_revenue", "estimated_close_date"),
    Stage.CLOSING: (),
}
_ORDER = list(Stage)


def asked(stage: str) -> list[str]:
    """Give the fields that a stage and those before it ask for."""
    return [name for one in _ORDER[: _ORDER.index(Stage(stage)) + 1] for name in ASKS[one]]


def missing(opportunity: Opportunity, stage: str) -> list[str]:
    """Give the fields that must be filled in to move an opportunity on to a stage; moving back asks for nothing."""
    if _ORDER.index(Stage(stage)) <= _ORDER.index(Stage(opportunity.stage)):
        return []
    return [name for name in asked(stage) if getattr(opportunity, name) in (None, "")]


def following(opportunity: Opportunity) -> Stage | None:
    """Give the next stage; None at the last."""
    place = _ORDER.index(Stage(opportunity.stage)) + 1
    return _ORDER[place] if place < len(_ORDER) else None


def refusals(opportunity: Opportunity, stage: str) -> dict[str, str | Promise]:
    """Say for each missing field what the stage asks for; nothing where all is there."""
    return {
        name: _("“%(stage)s” asks for this: %(field)s.")
        % {
            "stage": Stage(stage).label,
            "field": Opportunity._meta.get_field(name).verbose_name,  # type: ignore[union-attr]
        }
        for name in missing(opportunity, stage)
    }
