"""What can happen to an application: the applicant's verbs and the vendor's."""

from kanal.joining.actions.applying import answer, apply, confirm, remove_unconfirmed, withdraw
from kanal.joining.actions.deciding import Approval, approve, ask, note, reject, take_up

__all__ = [
    "Approval",
    "answer",
    "apply",
    "approve",
    "ask",
    "confirm",
    "note",
    "reject",
    "remove_unconfirmed",
    "take_up",
    "withdraw",
]
