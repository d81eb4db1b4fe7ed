"""Looks: when somebody of the vendor saw the portal as a partner's person sees it."""

from __future__ import annotations

import pgtrigger
from django.db import models

from kanal.config import clock
from kanal.directory.models.people import Person
from kanal.directory.models.record import new_id


class Look(models.Model):
    """One look at the portal through the eyes of a partner's person; it changes nothing there.

    Attributes:
        by: who looked.
        person: as whom.
        until: when it ended; while it runs, when it ends by itself.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, db_index=False, related_name="looks")
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField()

    class Meta:
        ordering = ["-since", "-id"]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]
        indexes = [models.Index(fields=["person", "-since"], name="look_at_person")]

    def __str__(self) -> str:
        return f"{self.by_id} as {self.person_id}"

    @property
    def runs(self) -> bool:
        """Tell whether it goes on."""
        return clock.now() < self.until


class LookedAt(models.Model):
    """A page that was opened in a look."""

    look = models.ForeignKey(Look, models.PROTECT, related_name="pages")
    at = models.DateTimeField(default=clock.now)
    path = models.CharField(max_length=300)

    class Meta:
        ordering = ["at", "id"]
        triggers = [pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.path
