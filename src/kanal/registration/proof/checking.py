"""The nightly check of the whole chain: what it writes, whom it tells, and how it stands now."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate.exceptions import AlreadyEnqueued

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.models import Person
from kanal.directory.refusal import NotAllowed
from kanal.notify.actions import Message, tell_many
from kanal.registration import access, tasks
from kanal.registration.models import ChainHead
from kanal.registration.proof import anchors, words
from kanal.registration.proof.anchors import Anchor, NotesUnsigned
from kanal.registration.proof.faults import Fault, FaultKind, Report
from kanal.registration.proof.keys import KeyUnreadable
from kanal.registration.proof.verifying import check_chain
from kanal.registration.telling import Told

log = logging.getLogger(__name__)
# So many faults are kept for the pages.
KEPT = 50
PATH = "/sales/registrations/proof/"


@dataclass(frozen=True)
class State:
    """How the proof stood when it was last checked.

    Attributes:
        links: how many links there are now.
        checked_at: when the chain was last found whole, with `checked` links; None is never.
        tried_at: when it was last checked; None is never.
        faults: the first ones that were found then; `count`: how many there were.
    """

    links: int
    checked_at: datetime | None
    checked: int
    tried_at: datetime | None
    faults: tuple[Fault, ...]
    count: int

    @property
    def is_broken(self) -> bool:
        """Tell whether the last check found a fault."""
        return self.count > 0


def state() -> State:
    """Give how the proof stood when it was last checked: one read, for pages."""
    head = ChainHead.objects.first() or ChainHead()
    faults = tuple(Fault.read(one) for one in head.faults)
    return State(head.count, head.checked_at, head.checked, head.tried_at, faults, head.fault_count)


def ask_for_check(*, by: Person) -> None:
    """Let the worker check the whole chain as soon as it can; asked for twice, it is done once.

    Raises:
        NotAllowed: the person does not decide on registrations.
    """
    if not access.may_decide(by):
        raise NotAllowed(_("Administrators and channel managers have the proof checked."))
    with suppress(AlreadyEnqueued), transaction.atomic():
        tasks.check_chain.configure().defer(timestamp=int(clock.now().timestamp()))


def check() -> Report:
    """Check the whole chain in the database against itself, and against the ends that were noted in the data folder."""
    try:
        noted: Sequence[Anchor] = anchors.read(settings.PROOF_DIR)
    except (KeyUnreadable, NotesUnsigned, OSError) as error:
        kind = FaultKind.NOTES if isinstance(error, NotesUnsigned) else FaultKind.KEY
        report = check_chain()
        report.add(Fault(kind, detail=str(error)))
        return report
    return check_chain(noted)


def check_and_tell() -> Report:
    """Check the whole chain, keep what was found, and tell those who decide on registrations of a fault.

    A chain that is whole has its end noted in the data folder, see `anchors`.
    """
    now, report = clock.now(), check()
    with acting(None):
        _keep(report, now)
        if not report.whole:
            _tell(report, now)
    if report.whole:
        anchors.note(settings.PROOF_DIR, count=report.links, digest=report.digest, at=now)
        log.info("The chain of deal registrations is whole: %d links, %s", report.links, report.digest)
    else:
        _log(report)
    return report


def _keep(report: Report, now: datetime) -> None:
    ChainHead.objects.bulk_create([ChainHead()], ignore_conflicts=True)
    ChainHead.objects.update(
        tried_at=now,
        faults=[one.plain() for one in report.faults[:KEPT]],
        fault_count=report.count,
        **({"checked_at": now, "checked": report.links} if report.whole else {}),
    )


def _tell(report: Report, now: datetime) -> None:
    """Tell each in their language, once a day for as long as it is so."""
    told = []
    for person in access.deciders():
        with translation.override(person.language):
            facts = {"what": words.sentence(report.faults[0])}
        source = f"chain {now.date().isoformat()}"
        told.append((person.pk, Message(Told.BROKEN.value, facts, PATH, source)))
    tell_many(told)


def _log(report: Report) -> None:
    with translation.override("en"):
        log.error(
            "The chain of deal registrations is broken: %d faults in %d links", report.count, report.links
        )
        for fault in report.faults[:KEPT]:
            log.error("%s", words.sentence(fault))
