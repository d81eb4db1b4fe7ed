"""Offers and their answers; the rules of work; bulk runs; policies of assignment and what they decided."""

from kanal.distribution.models.bulk import BulkRow, BulkRun, BulkState, BulkVerb, RowOutcome
from kanal.distribution.models.decision import (
    AssignmentRun,
    Decision,
    Outcome,
    RunKind,
    RunState,
    Skip,
    Snapshot,
)
from kanal.distribution.models.offer import DeclineReason, Offer, OfferStatus
from kanal.distribution.models.policy import Policy, PolicyPin, PolicyVersion
from kanal.distribution.models.profile import ChangeState, ProfileChange, Subject
from kanal.distribution.models.protection import Override, ProtectedKey, Protection
from kanal.distribution.models.rules import WorkRules

__all__ = [
    "AssignmentRun",
    "BulkRow",
    "BulkRun",
    "BulkState",
    "BulkVerb",
    "ChangeState",
    "Decision",
    "DeclineReason",
    "Offer",
    "OfferStatus",
    "Outcome",
    "Override",
    "Policy",
    "PolicyPin",
    "PolicyVersion",
    "ProfileChange",
    "ProtectedKey",
    "Protection",
    "RowOutcome",
    "RunKind",
    "RunState",
    "Skip",
    "Snapshot",
    "Subject",
    "WorkRules",
]
