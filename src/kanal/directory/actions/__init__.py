"""What can happen to the directory: keep, archive, restore; and what can happen to people."""

from kanal.directory.actions.beginning import begin
from kanal.directory.actions.certificates import certify, end_certificate
from kanal.directory.actions.invitations import accept_invitation, check_open, invite, resend, revoke
from kanal.directory.actions.keeping import archive, keep, restore
from kanal.directory.actions.looks import begin_look, end_look, note_look
from kanal.directory.actions.partners import keep_company, keep_partner
from kanal.directory.actions.partnership import begin_partner
from kanal.directory.actions.people import (
    change_role,
    deactivate,
    hold_people,
    keep_person,
    keep_self,
    reactivate,
    set_preferences,
)
from kanal.directory.actions.rates import set_rate

__all__ = [
    "accept_invitation",
    "archive",
    "begin",
    "begin_look",
    "begin_partner",
    "certify",
    "change_role",
    "check_open",
    "deactivate",
    "end_certificate",
    "end_look",
    "hold_people",
    "invite",
    "keep",
    "keep_company",
    "keep_partner",
    "keep_person",
    "keep_self",
    "note_look",
    "reactivate",
    "resend",
    "restore",
    "revoke",
    "set_preferences",
    "set_rate",
]
