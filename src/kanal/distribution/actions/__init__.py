"""What can happen to the status of an opportunity, one path each."""

from kanal.distribution.actions.answering import accept, decline, expire, expire_due, mark_seen, remind_due
from kanal.distribution.actions.asking import ask, write_note
from kanal.distribution.actions.assigning import assign
from kanal.distribution.actions.closing import cancel, lose, reopen, win
from kanal.distribution.actions.contacts import add_contact
from kanal.distribution.actions.delivering import deliver, withdraw
from kanal.distribution.actions.leaving import Left, leave, successors
from kanal.distribution.actions.making import NextStep, make, revise
from kanal.distribution.actions.pausing import hold, resume
from kanal.distribution.actions.pipeline import Pipeline
from kanal.distribution.actions.policies import (
    archive_policy,
    make_policy,
    move_policy,
    restore_version,
    save_policy,
    unarchive_policy,
)
from kanal.distribution.actions.preferring import assign_partner, offer_next
from kanal.distribution.actions.progress import extend, move_stage, update
from kanal.distribution.actions.proposals import Moved, deliver_proposed, discard, move, propose
from kanal.distribution.actions.returning import ReturnReason, return_
from kanal.distribution.actions.roles import give_role
from kanal.distribution.actions.rules import keep_rules
from kanal.distribution.actions.saving import Move, save
from kanal.distribution.actions.several import Outcome, accept_all, decline_all
from kanal.distribution.actions.sharing import Member, arrange, change_role, remove, share, unshare
from kanal.distribution.actions.teaching import answer_suggestion, decide_change
from kanal.distribution.actions.working import approve, refuse, take_back

__all__ = [
    "Left",
    "Member",
    "Move",
    "Moved",
    "NextStep",
    "Outcome",
    "Pipeline",
    "ReturnReason",
    "accept",
    "accept_all",
    "add_contact",
    "answer_suggestion",
    "approve",
    "archive_policy",
    "arrange",
    "ask",
    "assign",
    "assign_partner",
    "cancel",
    "change_role",
    "decide_change",
    "decline",
    "decline_all",
    "deliver",
    "deliver_proposed",
    "discard",
    "expire",
    "expire_due",
    "extend",
    "give_role",
    "hold",
    "keep_rules",
    "leave",
    "lose",
    "make",
    "make_policy",
    "mark_seen",
    "move",
    "move_policy",
    "move_stage",
    "offer_next",
    "propose",
    "refuse",
    "remind_due",
    "remove",
    "reopen",
    "restore_version",
    "resume",
    "return_",
    "revise",
    "save",
    "save_policy",
    "share",
    "successors",
    "take_back",
    "unarchive_policy",
    "unshare",
    "update",
    "win",
    "withdraw",
    "write_note",
]
