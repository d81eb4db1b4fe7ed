"""The chain of proof: every step of every request is a link, and each link holds the digest of the one before.

Two chains run through the same links: the whole one, in the order of `number`, and that of one request, in the order of
`place`. So a link that is changed, moved or taken out breaks a chain, and one request can be proved by itself.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from kanal.directory.models import new_id
from kanal.opportunities.guards import KEEP
from kanal.registration.lifecycle import Status


class Link(models.Model):
    """One step of one request. Append-only: the database refuses changes.

    Attributes:
        number: its place in the whole chain, from 1 without a gap.
        place: its place among those of its request, from 1 without a gap.
        at: when, in UTC, to the microsecond.
        actor: the key of who did it; empty is the system. `actor_name` and `actor_company` as they were then.
        kind: what happened, a key of `words.SENTENCES`.
        status, until: the status of its request after the step, and the end of the protection where there is one.
        content: what the step said, as plain values; the partner reads it.
        sealed: what only the vendor reads of it, with a salt; empty is nothing.
        time_digest, actor_digest, content_digest, sealed_digest: SHA-256 of each part, in hexadecimal; see
            `proof.digests`. The last is empty where nothing is sealed.
        previous: the digest of the link before it in the whole chain; `previous_own`: of the one before it in the
            chain of the request. The first of each has 64 zeros.
        digest: SHA-256 of the digests of the parts and of the places in both chains, in hexadecimal.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    registration = models.ForeignKey(
        "registration.Registration", models.PROTECT, db_index=False, related_name="links"
    )
    number = models.PositiveBigIntegerField(unique=True)
    place = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=36, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)
    actor_company = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=30)
    status = models.CharField(max_length=24, choices=Status)
    until = models.DateTimeField(null=True)
    content: models.JSONField[Any, Any] = models.JSONField(default=dict)
    sealed: models.JSONField[Any, Any] = models.JSONField(default=dict)
    time_digest = models.CharField(max_length=64)
    actor_digest = models.CharField(max_length=64)
    content_digest = models.CharField(max_length=64)
    sealed_digest = models.CharField(max_length=64, blank=True)
    previous = models.CharField(max_length=64)
    previous_own = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "place"], name="link_place_once"),
        ]
        triggers = [KEEP]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class ChainHead(models.Model):
    """How long the whole chain is and how it ends: what tells that its last link was taken away.

    There is one row. Whoever writes a link locks it, so that links come one after another.

    Attributes:
        checked_at: when the chain was last found whole; `checked`: how many links it had then.
        tried_at: when it was last checked.
        faults: what the last check found wrong, as plain values of `proof.faults.Fault`: the first ones.
        fault_count: how many it found.
    """

    one = models.BooleanField(primary_key=True, default=True)
    count = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)
    checked_at = models.DateTimeField(null=True)
    checked = models.PositiveBigIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    faults: models.JSONField[Any, Any] = models.JSONField(default=list)
    fault_count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(name="one_chain", condition=models.Q(one=True))]

    def __str__(self) -> str:
        return f"{self.count} links"
