"""Several answers at once: one call, one outcome."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from django.utils.translation import gettext as _

from kanal.directory.models import Person
from kanal.directory.refusal import Conflict, Missing, NotAllowed
from kanal.distribution import queries
from kanal.distribution.actions.answering import accept, check_reason, decline

MOST = 100


@dataclass
class Outcome:
    """What became of several answers.

    Attributes:
        done: the opportunities whose answer was taken.
        refused: the name and the reason of each whose answer was not.
    """

    done: list[uuid.UUID] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def accept_all(*, keys: Sequence[uuid.UUID], by: Person) -> Outcome:
    """Accept several offers, each in a transaction of its own, so that one refusal does not undo the others.

    Args:
        keys: the opportunities; those beyond `MOST` are left as they are.
        by: as for `accept`.
    """
    return _each(keys, partial(accept, by=by), by)


def decline_all(*, keys: Sequence[uuid.UUID], reason: str, by: Person, text: str = "") -> Outcome:
    """Decline several offers for one reason, each in a transaction of its own.

    Args:
        keys: the opportunities; those beyond `MOST` are left as they are.
        reason: a `DeclineReason`.
        by: as for `decline`.
        text: in the partner's own words; needed where the reason is `other`.

    Raises:
        Invalid: the reason is missing or unknown, or needs words; nothing was declined.
    """
    check_reason(reason, text)
    return _each(keys, partial(decline, reason=reason, text=text, by=by), by)


def _each(keys: Sequence[uuid.UUID], answer: Callable[..., object], by: Person) -> Outcome:
    wanted = list(dict.fromkeys(keys))[:MOST]
    known = queries.names(by, wanted)
    outcome = Outcome()
    for key in wanted:
        try:
            answer(key=key)
        except (Missing, NotAllowed, Conflict) as refused:
            outcome.refused.append((known.get(key, _("An opportunity that you don’t see")), str(refused)))
        else:
            outcome.done.append(key)
    return outcome
