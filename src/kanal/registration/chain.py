"""Writing the chain of proof: how a link is appended. What its digests cover is said in `proof.digests`."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from kanal.config import clock
from kanal.directory.models import Person
from kanal.registration.models import ChainHead, Link, Registration
from kanal.registration.proof import digests
from kanal.registration.proof.digests import digest_of, moment


def as_plain(link: Link, reference: str) -> dict[str, Any]:
    """Give a link as plain values: what its digests are taken of, and what a file holds.

    Args:
        link: which one.
        reference: the code of its registration.
    """
    return {
        "id": str(link.pk),
        "registration": str(link.registration_id),
        "reference": reference,
        "number": link.number,
        "place": link.place,
        "at": moment(link.at),
        "actor": {"key": link.actor, "name": link.actor_name, "company": link.actor_company},
        "kind": link.kind,
        "status": link.status,
        "until": moment(link.until) if link.until else "",
        "content": link.content,
        "sealed": link.sealed or None,
        "digests": {
            "time": link.time_digest,
            "actor": link.actor_digest,
            "content": link.content_digest,
            "sealed": link.sealed_digest,
        },
        "previous": link.previous,
        "previous_own": link.previous_own,
        "digest": link.digest,
    }


def lock_head() -> ChainHead:
    """Take the end of the chain until the transaction ends: one step of one request at a time.

    Every action of registration takes it after partners and opportunities, and before requests; so nobody waits in a
    ring. The number of steps a day is small, and each takes some milliseconds.
    """
    head: ChainHead | None = ChainHead.objects.select_for_update().first()
    if head is None:  # the first step ever; of two at once one makes it and the other waits
        ChainHead.objects.bulk_create([ChainHead()], ignore_conflicts=True)
        head = ChainHead.objects.select_for_update().get()
    return head


def append(
    registration: Registration,
    kind: str,
    *,
    by: Person | None,
    content: Mapping[str, Any],
    sealed: Mapping[str, Any] | None = None,
) -> Link:
    """Append a link for a step of a request, as it stands after the step.

    Args:
        registration: locked, with its new status and protection; its count and last digest go on with it, and are
            written.
        kind: a key of `words.SENTENCES`.
        by: who; None is the system.
        content: what the step says, as plain values; the partner reads it.
        sealed: what only the vendor reads. A salt hides it from whoever would guess it and compare the digest.

    Raises:
        TypeError: a value has no canonical form, see `proof.digests.canonical`.
    """
    head = lock_head()
    held = registration.protection
    link = Link(
        registration=registration,
        number=head.count + 1,
        place=registration.links_count + 1,
        at=clock.now(),
        actor=str(by.pk) if by else "",
        actor_name=by.name if by else "",
        actor_company=by.partner.name if by and by.partner else "",
        kind=kind,
        status=registration.status,
        until=held.ends if held else None,
        content=dict(content),
        sealed={**sealed, "salt": secrets.token_hex(16)} if sealed else {},
        previous=head.digest,
        previous_own=registration.last_digest,
    )
    _seal(link, registration.reference)
    link.save(force_insert=True)
    head.count, head.digest = link.number, link.digest
    head.save(update_fields=["count", "digest"])
    registration.links_count, registration.last_digest = link.place, link.digest
    Registration.objects.filter(pk=registration.pk).update(links_count=link.place, last_digest=link.digest)
    return link


def _seal(link: Link, reference: str) -> None:
    """Take the digests of the parts of a link, and then its own."""
    plain = as_plain(link, reference)
    link.time_digest = digest_of(digests.time_part(plain))
    link.actor_digest = digest_of(digests.actor_part(plain))
    link.content_digest = digest_of(digests.content_part(plain))
    link.sealed_digest = digests.sealed_digest(plain["sealed"])
    link.digest = digest_of(digests.whole_part(as_plain(link, reference)))
