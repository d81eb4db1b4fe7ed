"""Writing the chain of proof: what a digest covers, and how a link is appended."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kanal.config import clock
from kanal.directory.models import Person
from kanal.registration.models import ChainHead, Link, Registration

FIRST = "0" * 64


def canonical(value: Any) -> bytes:
    """Give plain values as the one text that a digest is taken of: keys sorted, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(facts: Mapping[str, Any]) -> str:
    """Give the SHA-256 of plain values in their canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(facts)).hexdigest()


def moment(at: datetime) -> str:
    """Give a moment as links write it: in UTC, to the microsecond, `2026-11-25T08:31:00.000000Z`."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def facts_of(link: Link, reference: str) -> dict[str, Any]:
    """Give what the digest of a link covers: all that the link says, and the code of its request."""
    return {
        "registration": str(link.registration_id),
        "reference": reference,
        "number": link.number,
        "place": link.place,
        "at": moment(link.at),
        "actor": link.actor,
        "actor_name": link.actor_name,
        "actor_company": link.actor_company,
        "kind": link.kind,
        "content_digest": link.content_digest,
        "previous": link.previous,
        "previous_own": link.previous_own,
    }


def lock_head() -> ChainHead:
    """Take the end of the chain until the transaction ends: one step of one request at a time.

    Every action of registration takes it after partners and opportunities, and before requests; so nobody waits in a
    ring. The number of steps a day is small, and each takes some milliseconds.
    """
    ChainHead.objects.bulk_create([ChainHead()], ignore_conflicts=True)
    return ChainHead.objects.select_for_update().get()


def append(registration: Registration, kind: str, *, by: Person | None, content: Mapping[str, Any]) -> Link:
    """Append a link for a step of a request.

    Args:
        registration: locked; its count and last digest go on with it, and are written.
        kind: a key of `words.SENTENCES`.
        by: who; None is the system.
        content: what the step says, as plain values.
    """
    head = lock_head()
    link = Link(
        registration=registration,
        number=head.count + 1,
        place=registration.links_count + 1,
        at=clock.now(),
        actor=str(by.pk) if by else "",
        actor_name=by.name if by else "",
        actor_company=by.partner.name if by and by.partner else "",
        kind=kind,
        content=dict(content),
        content_digest=digest_of(content),
        previous=head.digest,
        previous_own=registration.last_digest,
    )
    link.digest = digest_of(facts_of(link, registration.reference))
    link.save(force_insert=True)
    head.count, head.digest = link.number, link.digest
    head.save(update_fields=["count", "digest"])
    registration.links_count, registration.last_digest = link.place, link.digest
    Registration.objects.filter(pk=registration.pk).update(links_count=link.place, last_digest=link.digest)
    return link
