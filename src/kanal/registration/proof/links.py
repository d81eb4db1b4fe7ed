"""Checking links one after another, as values: the whole chain, and that of one registration. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kanal.registration.proof import digests
from kanal.registration.proof.digests import FIRST
from kanal.registration.proof.faults import Fault, FaultKind, Report

_PARTS: tuple[tuple[str, FaultKind, Callable[[Mapping[str, Any]], Any]], ...] = (
    ("time", FaultKind.TIME, digests.time_part),
    ("actor", FaultKind.ACTOR, digests.actor_part),
    ("content", FaultKind.CONTENT, digests.content_part),
)


def _digest(value: Any) -> str:
    """Give a digest; empty for what has no canonical form, which no digest equals."""
    try:
        return digests.digest_of(value)
    except (TypeError, ValueError, RecursionError):
        return ""


@dataclass(frozen=True)
class Judged:
    """A link that was checked by itself.

    Attributes:
        kinds: what is wrong with it.
        ends: the digests that the link after it may name: what stands there, and what should. One of them is enough, so
            that a fault is said once.
    """

    kinds: tuple[FaultKind, ...]
    ends: tuple[str, str]


def judge(link: Mapping[str, Any], *, withheld: bool = False) -> Judged:
    """Check the digests of a link.

    Args:
        link: as plain values, see `document`.
        withheld: what is sealed is left out, so that only its digest counts.
    """
    wrong = [kind for name, kind, part in _PARTS if _digest(part(link)) != link["digests"][name]]
    if not withheld and link["digests"]["sealed"] != (_digest(link["sealed"]) if link["sealed"] else ""):
        wrong.append(FaultKind.SEALED)
    should = _digest(digests.whole_part(link))
    if should != link["digest"]:
        wrong.append(FaultKind.DIGEST)
    return Judged(tuple(wrong), (link["digest"], should))


class Chain:
    """A walk along links, each beside the one before: of the whole chain, or of one registration."""

    def __init__(
        self, report: Report, *, count: str, before: str, gap: FaultKind, previous: FaultKind
    ) -> None:
        """Begin before the first link.

        Args:
            report: takes what is found.
            count: the name of the number that counts along this chain.
            before: the name of the digest of the link before.
            gap: what a number that is left out is called here.
            previous: the same of a digest that does not follow.
        """
        self.report, self._count, self._before = report, count, before
        self._gap, self._previous = gap, previous
        self.last = 0
        self.ends: tuple[str, ...] = (FIRST,)

    def step(self, link: Mapping[str, Any], ends: tuple[str, ...]) -> None:
        """Go on to the next link; `ends` are the digests that the one after it may name."""
        here = link[self._count]
        if here != self.last + 1:
            self.report.add(self._break(link, here))
        elif link[self._before] not in self.ends:
            self.report.add(self._fault(self._previous, link))
        self.last, self.ends = here, ends

    def _break(self, link: Mapping[str, Any], here: int) -> Fault:
        detail = f"{self.last + 1}–{here - 1}" if here > self.last + 2 else f"{self.last + 1}"
        if self._gap is FaultKind.GAP:
            return Fault(self._gap, self.last + 1, here - 1, detail=detail)
        return Fault(self._gap, link["number"], None, link["reference"], self.last + 1, detail)

    @staticmethod
    def _fault(kind: FaultKind, link: Mapping[str, Any]) -> Fault:
        return Fault(kind, link["number"], None, link["reference"], link["place"])


def whole_chain(report: Report) -> Chain:
    """Give a walk along the whole chain."""
    return Chain(report, count="number", before="previous", gap=FaultKind.GAP, previous=FaultKind.PREVIOUS)


def own_chain(report: Report) -> Chain:
    """Give a walk along the chain of one registration."""
    return Chain(
        report,
        count="place",
        before="previous_own",
        gap=FaultKind.OWN_GAP,
        previous=FaultKind.OWN_PREVIOUS,
    )


def note(report: Report, link: Mapping[str, Any], judged: Judged) -> None:
    """Put what is wrong with a link by itself into a report."""
    report.add(
        *(Fault(kind, link["number"], None, link["reference"], link["place"]) for kind in judged.kinds)
    )
