"""What can happen to the directory: keep, archive, restore; and what can happen to people."""

from kanal.directory.actions.beginning import begin
from kanal.directory.actions.invitations import accept_invitation, check_open, invite, resend, revoke
from kanal.directory.actions.keeping import archive, keep, restore
from kanal.directory.actions.partners import keep_partner
from kanal.directory.actions.partnership import begin_partner
from kanal.directory.actions.people import (
    change_role,
    deactivate,
    keep_person,
    reactivate,
    set_preferences,
)
from kanal.directory.actions.rates import set_rate

__all__ = [
    "accept_invitation",
    "archive",
    "begin",
    "begin_partner",
    "change_role",
    "check_open",
    "deactivate",
    "invite",
    "keep",
    "keep_partner",
    "keep_person",
    "reactivate",
    "resend",
    "restore",
    "revoke",
    "set_preferences",
    "set_rate",
]
