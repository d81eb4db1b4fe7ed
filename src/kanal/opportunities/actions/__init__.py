"""What can happen to the record itself; what happens to its status stands in `distribution.actions`."""

from kanal.opportunities.actions.notes import Upload, add_note
from kanal.opportunities.actions.record import change_owner, create, edit
from kanal.opportunities.actions.values import NewAccount, NewContact, Values

__all__ = ["NewAccount", "NewContact", "Upload", "Values", "add_note", "change_owner", "create", "edit"]
