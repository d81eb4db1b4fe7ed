"""Many opportunities in every status, and the people who look at them."""

from __future__ import annotations

import time
from argparse import Namespace
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench import place

WAITING = 3000


@dataclass(frozen=True)
class Crowd:
    """What was made.

    Attributes:
        ada: an administrator of the vendor.
        mads: the administrator of a partner that manages about 5,000 opportunities.
        manages: how many it manages.
        opportunity: one of them.
        count: how many there are in all.
    """

    ada: Any
    mads: Any
    manages: int
    opportunity: Any
    count: int


def gather(wanted: Namespace, data: Path) -> Crowd:
    """Import the files `times` times, add offers that wait, and people."""
    from kanal.importing.actions import import_folder

    folder, source = place.crm_files(wanted.folder, data / "crm")
    began = time.perf_counter()
    import_folder(
        kind="crm-sales", folder=place.repeat(folder, wanted.times, data / "times"), by=None, rate=place.RATE
    )
    print(f"{source} {wanted.times} times: imported in {time.perf_counter() - began:.0f} seconds.")
    partner, manages = _partner()
    _offer(partner)
    _tidy()
    return _people(partner, manages)


def _partner() -> tuple[Any, int]:
    """Choose the partner whose number of opportunities is nearest to 5,000."""
    from django.db.models import Count

    from kanal.directory.models import Partner

    counted = Partner.objects.annotate(parts=Count("participations"))
    found = min(counted, key=lambda partner: abs(partner.parts - 5000))
    return found, found.parts


def _offer(partner: Any) -> None:
    """Copy some opportunities into the statuses that the files do not have; half of the offers are for one partner."""
    from kanal.config import clock
    from kanal.directory.models import Partner, new_id
    from kanal.distribution.models import Offer
    from kanal.opportunities.models import Kind, Opportunity, Participation

    now, others = clock.now(), list(Partner.objects.all())
    originals = Opportunity.objects.filter(account__isnull=False).order_by("reference")[:WAITING]
    for number, item in enumerate(originals.iterator()):
        item.id, item.reference, item.external_key = new_id(), f"BENCH-{number}", f"bench:{number}"
        item.status = ("delivered", "delivered", "in_progress", "declined", "expired")[number % 5]
        item.actual_revenue = item.actual_revenue_base = item.actual_close_date = None
        item.close_reason, item.created_at = "", now - timedelta(minutes=number)
        item.status_since = item.stage_since = item.created_at
        waits = item.status == "delivered"
        item.partner = (partner if number % 2 else others[number % len(others)]) if waits else None
        item.answer_by = now + timedelta(hours=1 + number % 60) if waits else None
        item.save(force_insert=True)
        if item.partner and item.answer_by:
            Offer.objects.create(opportunity=item, partner=item.partner, deadline=item.answer_by)
            Participation.objects.create(opportunity=item, partner=item.partner, kind=Kind.OFFERED)


def _tidy() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _people(partner: Any, manages: int) -> Crowd:
    from kanal.directory.models import Person
    from kanal.opportunities.models import Opportunity

    ada = Person.objects.create_user("ada@bench.example", name="Ada", vendor_role="administrator")
    mads = Person.objects.create_user(
        "mads@bench.example", name="Mads", partner=partner, partner_role="administrator"
    )
    mine = Opportunity.objects.filter(partner=partner, status="accepted").order_by("id").first()
    return Crowd(ada, mads, manages, mine, Opportunity.objects.count())
