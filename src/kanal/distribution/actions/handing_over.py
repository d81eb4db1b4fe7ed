"""Giving what one partner has to another, in one step."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from kanal.directory.acting import acting
from kanal.directory.models import Partner, Person
from kanal.directory.refusal import Conflict
from kanal.distribution.actions.delivering import deliver, withdraw
from kanal.distribution.actions.sharing import Member, arrange
from kanal.distribution.actions.step import hold_partners
from kanal.distribution.actions.working import take_back
from kanal.distribution.handing import Work, kind_of, why_made
from kanal.opportunities.actions.record import lock
from kanal.opportunities.models import Participation


def hand_over(*, key: uuid.UUID, giver: Partner, taker: Partner, reason: str, by: Person) -> None:
    """Give an open opportunity of one partner to another.

    An offer is withdrawn and delivered anew; what a partner manages is taken back and delivered; in a collaboration
    the other takes its place and its role. All of it, or nothing.

    Args:
        key: the opportunity.
        giver: who has it.
        taker: who shall have it.
        reason: why; the giver is told it.
        by: who hands it over.

    Raises:
        Missing, NotAllowed: it is not theirs to see, or to hand over.
        Conflict: the giver no longer has it, made it itself, or its status forbids it.
        Invalid: the taker takes no opportunities now, or declined this one before.
    """
    with acting(by):
        hold_partners(giver, taker)
        opportunity = lock(key, by=by)
        part = Participation.objects.filter(
            opportunity=opportunity, partner=giver, until__isnull=True
        ).first()
        if part is None:
            raise Conflict(_("%(partner)s no longer has it.") % {"partner": giver.name})
        work = kind_of(opportunity, part)
        if work is Work.MADE:
            raise Conflict(why_made(giver.name))
        if work is Work.TOGETHER:
            arrange(key=key, members=[Member(taker, part.role)], leaving=[giver], by=by, reason=reason)
            return
        if work is Work.OFFERED:
            withdraw(key=key, by=by, reason=reason)
        else:
            take_back(key=key, by=by, reason=reason)
        deliver(key=key, partner=taker, by=by)
