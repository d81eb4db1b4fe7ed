"""Offers: an opportunity given to a partner, and the answer; the rules of work; what is done to many at once."""

from kanal.distribution.models.bulk import BulkRow, BulkRun, BulkState, BulkVerb, RowOutcome
from kanal.distribution.models.offer import DeclineReason, Offer, OfferStatus
from kanal.distribution.models.rules import WorkRules

__all__ = [
    "BulkRow",
    "BulkRun",
    "BulkState",
    "BulkVerb",
    "DeclineReason",
    "Offer",
    "OfferStatus",
    "RowOutcome",
    "WorkRules",
]
