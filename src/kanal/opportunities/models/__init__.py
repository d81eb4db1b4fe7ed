"""The opportunity and what belongs to it."""

from kanal.opportunities.models.opportunity import (
    CANCELED_BY,
    LOST_BY,
    WON_BY,
    CloseReason,
    Opportunity,
    OpportunityProduct,
    OpportunityQuerySet,
    Rating,
    Source,
)
from kanal.opportunities.models.participation import CollaborationRole, Kind, Participation
from kanal.opportunities.models.timeline import Attachment, TimelineEntry, Visibility

__all__ = [
    "CANCELED_BY",
    "LOST_BY",
    "WON_BY",
    "Attachment",
    "CloseReason",
    "CollaborationRole",
    "Kind",
    "Opportunity",
    "OpportunityProduct",
    "OpportunityQuerySet",
    "Participation",
    "Rating",
    "Source",
    "TimelineEntry",
    "Visibility",
]
