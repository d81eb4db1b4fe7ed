"""Why something was not done. Actions raise these; each face turns them into its own kind of answer."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """Something was asked that is not done; `message` says why, in the reader's language."""

    def __init__(self, message: Text) -> None:
        self.message = message
        super().__init__(message)

    def __str__(self) -> str:
        return str(self.message)


class Missing(Refusal):
    """What was asked for does not exist for this person; faces answer 404."""

    def __init__(self, message: Text = "") -> None:
        super().__init__(message or _("There is nothing here for you."))


class NotAllowed(Refusal):
    """The person may see it but not do this; faces answer 403 with the reason."""


class Conflict(Refusal):
    """The state of things forbids it now: a status, a deadline, somebody who was faster."""


class Stale(Conflict):
    """Somebody else changed the record since it was opened.

    Attributes:
        changed: the fields that differ now, by name, each with the value that stands in the record.
        by: who changed it last, or an empty text.
    """

    def __init__(self, message: Text, *, changed: Mapping[str, object], by: str = "") -> None:
        self.changed = dict(changed)
        self.by = by
        super().__init__(message)


class Invalid(Refusal):
    """Input that can't be taken.

    Attributes:
        errors: what is wrong with each field, by its name; an empty name means the whole form.
    """

    def __init__(self, errors: Mapping[str, Text]) -> None:
        self.errors = dict(errors)
        super().__init__(" ".join(str(text) for text in self.errors.values()))
