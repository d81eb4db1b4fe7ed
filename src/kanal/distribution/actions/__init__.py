"""What can happen to the status of an opportunity, one path each."""

from kanal.distribution.actions.answering import accept, decline, expire, expire_due, mark_seen
from kanal.distribution.actions.closing import cancel, lose, reopen, win
from kanal.distribution.actions.delivering import deliver, withdraw
from kanal.distribution.actions.leaving import Left, leave, successors
from kanal.distribution.actions.making import NextStep, make, revise
from kanal.distribution.actions.pipeline import Pipeline
from kanal.distribution.actions.saving import Move, save
from kanal.distribution.actions.several import Outcome, accept_all, decline_all
from kanal.distribution.actions.sharing import Member, arrange, change_role, remove, share, unshare
from kanal.distribution.actions.working import (
    approve,
    extend,
    hold,
    move_stage,
    refuse,
    resume,
    return_,
    take_back,
)

__all__ = [
    "Left",
    "Member",
    "Move",
    "NextStep",
    "Outcome",
    "Pipeline",
    "accept",
    "accept_all",
    "approve",
    "arrange",
    "cancel",
    "change_role",
    "decline",
    "decline_all",
    "deliver",
    "expire",
    "expire_due",
    "extend",
    "hold",
    "leave",
    "lose",
    "make",
    "mark_seen",
    "move_stage",
    "refuse",
    "remove",
    "reopen",
    "resume",
    "return_",
    "revise",
    "save",
    "share",
    "successors",
    "take_back",
    "unshare",
    "win",
    "withdraw",
]
