"""What every record of the directory has."""

from __future__ import annotations

import uuid
from typing import Any

import uuid_utils.compat
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from kanal.config import clock


def new_id() -> uuid.UUID:
    """Give a new key: a UUID of version 7, so that keys made later sort later."""
    key: uuid.UUID = uuid_utils.compat.uuid7()
    return key


def search_index(*fields: str, name: str) -> GinIndex:
    """Give the index with which `icontains` finds a part of a text in any of these fields."""
    return GinIndex(*(OpClass(Upper(field), name="gin_trgm_ops") for field in fields), name=name)


class RecordQuerySet(models.QuerySet[Any]):
    """Records, archived ones included."""

    def current(self) -> RecordQuerySet:
        """Give those that are not archived."""
        return self.filter(archived_at__isnull=True)


class Record(models.Model):
    """A kept record: it has a key, a version for safe edits, and is archived rather than deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    modified_at = models.DateTimeField(default=clock.now, editable=False)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True
