"""What can happen to a deal registration request, one path each."""

from kanal.registration.actions.absence import be_away, be_back
from kanal.registration.actions.checking import Checked, TooMany, check_customer
from kanal.registration.actions.clearing import stop_offers
from kanal.registration.actions.deciding import (
    LONGEST_DAYS,
    approve,
    ask,
    hand_over,
    line_up,
    mark_duplicate,
    reject,
    revoke,
    take_up,
)
from kanal.registration.actions.drafting import open_fields, register, registrable, save_draft
from kanal.registration.actions.ending import end, follow, note_override, promote, withdraw
from kanal.registration.actions.extending import ask_extension, decide_extension, refusal_to_extend
from kanal.registration.actions.policies import keep_policy
from kanal.registration.actions.submitting import add_evidence, answer, drop_evidence, submit
from kanal.registration.actions.watching import run_clock

__all__ = [
    "LONGEST_DAYS",
    "Checked",
    "TooMany",
    "add_evidence",
    "answer",
    "approve",
    "ask",
    "ask_extension",
    "be_away",
    "be_back",
    "check_customer",
    "decide_extension",
    "drop_evidence",
    "end",
    "follow",
    "hand_over",
    "keep_policy",
    "line_up",
    "mark_duplicate",
    "note_override",
    "open_fields",
    "promote",
    "refusal_to_extend",
    "register",
    "registrable",
    "reject",
    "revoke",
    "run_clock",
    "save_draft",
    "stop_offers",
    "submit",
    "take_up",
    "withdraw",
]
