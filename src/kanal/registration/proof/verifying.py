"""Checking the chain in the database: the whole of it in constant memory, or one registration."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from kanal.registration.lifecycle import Status
from kanal.registration.models import ChainHead, Link, Registration
from kanal.registration.proof import links
from kanal.registration.proof.anchors import Anchor
from kanal.registration.proof.digests import FIRST, moment
from kanal.registration.proof.faults import Fault, FaultKind, Report

_CHUNK = 2000
_FIELDS = (
    *("id", "registration_id", "registration__reference", "number", "place", "at"),
    *("actor", "actor_name", "actor_company", "kind", "status", "until", "content", "sealed"),
    *("time_digest", "actor_digest", "content_digest", "sealed_digest", "previous", "previous_own", "digest"),
)


def rows(found: QuerySet[Link], *more: str) -> Iterator[tuple[dict[str, Any], tuple[Any, ...]]]:
    """Give links as plain values, as `document` has them, one after another from the server.

    Args:
        found: which, in their order.
        more: further columns that are given beside each.
    """
    for row in found.values_list(*_FIELDS, *more).iterator(_CHUNK):
        yield _plain(row), row[len(_FIELDS) :]


def _plain(row: Sequence[Any]) -> dict[str, Any]:
    return {
        "id": str(row[0]),
        "registration": str(row[1]),
        "reference": row[2],
        "number": row[3],
        "place": row[4],
        "at": moment(row[5]),
        "actor": {"key": row[6], "name": row[7], "company": row[8]},
        "kind": row[9],
        "status": row[10],
        "until": moment(row[11]) if row[11] else "",
        "content": row[12],
        "sealed": row[13] or None,
        "digests": {"time": row[14], "actor": row[15], "content": row[16], "sealed": row[17]},
        "previous": row[18],
        "previous_own": row[19],
        "digest": row[20],
    }


def check_chain(anchors: Sequence[Anchor] = ()) -> Report:
    """Check every link of every registration, in constant memory; links that come meanwhile are no fault.

    Args:
        anchors: ends of the chain that earlier checks noted outside the database.
    """
    report = Report()
    _check_whole(report, {one.count: one for one in anchors})
    suspects = {one.number for one in report.faults}
    _check_owns(report, suspects)
    return report


def _check_whole(report: Report, anchors: Mapping[int, Anchor]) -> None:
    """Walk along the whole chain. The head is read by the same statement, so that both are of one moment."""
    heads = ChainHead.objects.all()
    found = Link.objects.order_by("number").annotate(
        head_count=Subquery(heads.values("count")[:1]), head_digest=Subquery(heads.values("digest")[:1])
    )
    chain = links.whole_chain(report)
    end: Sequence[Any] | None = None
    for link, head in rows(found, "head_count", "head_digest"):
        end = head
        judged = links.judge(link)
        links.note(report, link, judged)
        chain.step(link, judged.ends)
        anchor = anchors.get(link["number"])
        if anchor is not None and anchor.digest not in judged.ends:
            report.add(Fault(FaultKind.REWRITTEN, link["number"], None, link["reference"], link["place"]))
        report.links += 1
    if end is None:
        end = heads.values_list("count", "digest").first() or (0, FIRST)
    report.digest = chain.ends[0]
    report.add(*_end_of(chain, end[0], end[1], max(anchors, default=0)))


def _end_of(chain: links.Chain, count: int | None, digest: str | None, anchored: int) -> Iterator[Fault]:
    """Compare how the chain ends with what its head says, and with the longest that was ever noted."""
    last = max(count or 0, anchored)
    if chain.last < last:
        yield Fault(FaultKind.LAST_GONE, chain.last + 1, last)
    if count is None or chain.last > count or (chain.last == count and digest not in chain.ends):
        yield Fault(FaultKind.HEAD, chain.last or None)


class _Own:
    """What the links of one registration are compared with when the last of them has come."""

    FIELDS = (
        *("registration__links_count", "registration__last_digest", "registration__status"),
        "registration__protection__ends",
    )

    def __init__(self, report: Report, link: Mapping[str, Any], row: Sequence[Any]) -> None:
        self.report, self.key = report, link["registration"]
        self.count, self.digest, self.status, self.ends = row
        self.chain, self.last = links.own_chain(report), link

    def step(self, link: Mapping[str, Any], ends: tuple[str, ...]) -> None:
        self.chain.step(link, ends)
        self.last = link

    def close(self) -> None:
        """Compare the end with what the registration itself says."""
        last, reference, here = self.last, self.last["reference"], self.chain.last
        if here < self.count:
            detail = f"{here + 1}–{self.count}" if self.count > here + 1 else f"{self.count}"
            self.report.add(Fault(FaultKind.OWN_LAST_GONE, None, None, reference, None, detail=detail))
        elif here > self.count or self.digest not in self.chain.ends:
            self.report.add(Fault(FaultKind.OWN_HEAD, last["number"], None, reference, last["place"]))
        elif self.status != last["status"]:
            detail = f"{self.status} ≠ {last['status']}"
            self.report.add(Fault(FaultKind.STATUS, last["number"], None, reference, last["place"], detail))
        elif self.status == Status.APPROVED and last["until"] != (moment(self.ends) if self.ends else ""):
            detail = f"{moment(self.ends) if self.ends else '–'} ≠ {last['until'] or '–'}"
            self.report.add(Fault(FaultKind.END, last["number"], None, reference, last["place"], detail))


def _check_owns(report: Report, suspects: set[int | None]) -> None:
    """Walk along the chain of each registration, and compare its end with the registration.

    Args:
        report: takes what is found.
        suspects: links that were found wrong: what follows from them is not said again.
    """
    found = Link.objects.order_by("registration", "place")
    own: _Own | None = None
    for link, row in _short(found):
        if own is None or own.key != link["registration"]:
            if own is not None:
                own.close()
            own = _Own(report, link, row)
            report.registrations += 1
        suspect = link["number"] in suspects
        own.step(link, _Anything() if suspect else (link["digest"],))
    if own is not None:
        own.close()
    report.add(*_without_links())


class _Anything(tuple[str, ...]):
    """The ends of a link that is known to be wrong: whatever the next one names is no second fault."""

    def __contains__(self, _digest: object) -> bool:
        return True


def _short(found: QuerySet[Link]) -> Iterator[tuple[dict[str, Any], tuple[Any, ...]]]:
    names = (
        *("registration_id", "registration__reference", "number", "place", "previous_own", "digest"),
        *("status", "until"),
    )
    for row in found.values_list(*names, *_Own.FIELDS).iterator(_CHUNK):
        link = {
            "registration": row[0],
            "reference": row[1],
            "number": row[2],
            "place": row[3],
            "previous_own": row[4],
            "digest": row[5],
            "status": row[6],
            "until": moment(row[7]) if row[7] else "",
        }
        yield link, row[len(names) :]


def _without_links() -> Iterator[Fault]:
    """Give the registrations that were submitted and have no link at all."""
    some = Link.objects.filter(registration=OuterRef("pk"))
    gone = Registration.objects.filter(~Exists(some)).filter(
        Q(links_count__gt=0) | Q(submitted_at__isnull=False)
    )
    for reference, count in gone.order_by("pk").values_list("reference", "links_count").iterator(_CHUNK):
        yield Fault(FaultKind.OWN_LAST_GONE, None, None, reference, None, detail=f"1–{max(count, 1)}")


def check_registration(key: uuid.UUID) -> Report:
    """Check the links of one registration, each by itself and its own chain, and the registration's record of them."""
    report = Report()
    own: _Own | None = None
    found = Link.objects.filter(registration=key).order_by("place")
    for link, row in rows(found, *_Own.FIELDS):
        judged = links.judge(link)
        links.note(report, link, judged)
        own = own or _Own(report, link, row)
        own.step(link, judged.ends)
        report.links += 1
        report.digest = link["digest"]
    report.registrations = 1
    if own is not None:
        own.close()
    elif (
        Registration.objects.filter(pk=key)
        .filter(Q(links_count__gt=0) | Q(submitted_at__isnull=False))
        .exists()
    ):
        one = Registration.objects.get(pk=key)
        report.add(
            Fault(FaultKind.OWN_LAST_GONE, reference=one.reference, detail=f"1–{max(one.links_count, 1)}")
        )
    return report
