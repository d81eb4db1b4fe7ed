"""Looking at the portal as a partner's person sees it: begun, noted page by page, ended."""

from __future__ import annotations

import uuid
from datetime import timedelta

from kanal.config import clock
from kanal.directory import access
from kanal.directory.acting import acting
from kanal.directory.models import Look, LookedAt, Person
from kanal.directory.refusal import Missing, NotAllowed

LASTS = timedelta(hours=1)


def begin_look(*, key: uuid.UUID, by: Person) -> Look:
    """Begin to look as somebody; another look of the same person ends.

    Args:
        key: as whom.
        by: who looks.

    Raises:
        Missing: there is nobody with this key.
        NotAllowed: this person may not look, or not as them.
    """
    with acting(by):
        person = access.visible_people(by).select_related("partner__account").filter(pk=key).first()
        if person is None:
            raise Missing
        reason = access.refusal_to_look(by, person)
        if reason is not None:
            raise NotAllowed(reason)
        now = clock.now()
        Look.objects.filter(by=by, until__gt=now).update(until=now)
        return Look.objects.create(by=by, person=person, since=now, until=now + LASTS)


def end_look(*, key: uuid.UUID, by: Person) -> Look | None:
    """End a look of one's own. Again changes nothing; None where there is none."""
    with acting(by):
        look = Look.objects.select_related("person").filter(pk=key, by=by).first()
        if look is not None and look.runs:
            look.until = clock.now()
            look.save(update_fields=["until"])
        return look


def note_look(*, look: Look, path: str) -> None:
    """Note that a page is opened in a look."""
    LookedAt.objects.create(look=look, at=clock.now(), path=path[:300])
