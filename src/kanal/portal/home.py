"""The portal's first page: what waits, and what there is."""

from __future__ import annotations

from decimal import Decimal

from babel import numbers
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from kanal.config import clock
from kanal.directory.models import Person
from kanal.insights import dashboard as figures
from kanal.insights import lists
from kanal.insights.attention import Measure, Need
from kanal.insights.dashboard import Overview
from kanal.insights.lists import Wanted
from kanal.portal import showing
from kanal.portal.guard import me, my_company, partner_page
from kanal.portal.pages import render
from kanal.web import words

OFFERS = 3
NEEDS = 3
NEAREST = 5
LATEST = 5
ACTIVITY = 6


@partner_page
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show what waits, what is distributed, what is managed, and what happened last."""
    person, company, measure = me(request), my_company(request), Measure.current()
    overview = figures.overview(person, measure)
    nearest = showing.offer_rows(lists.rows(lists.distributed(person), size=NEAREST), company)
    offers = nearest[:OFFERS]
    facts = {
        "greeting": greeting(person.name),
        "waits": waits(overview.distributed.count + overview.attention, company.name),
        "offers": offers,
        "needs": showing.need_rows(figures.needing(person, measure, limit=NEEDS), person, measure),
        "more": more(overview, len(offers)),
        "nearest": nearest,
        "base_currency": settings.BASE_CURRENCY,
        "activity": showing.activity_rows(figures.activity(person, limit=ACTIVITY), person),
        **_managed(person, overview, measure),
    }
    return render(request, "portal/home.html", facts)


def _managed(person: Person, overview: Overview, measure: Measure) -> dict[str, object]:
    """Give what the panel of the managed ones shows."""
    managed = lists.managed(person, Wanted(order="-activity"))
    listing = reverse("portal:opportunities")
    largest = max(each.value for each in overview.stages) or 1
    return {
        "overview": overview,
        "stages": [
            (each, each.value / largest, f"{listing}?stage={each.stage.value}#managed")
            for each in overview.stages
        ],
        "latest": showing.managed_rows(lists.rows(managed, size=LATEST), measure)
        if overview.managed.count
        else [],
        "won": figures.won_since(person, figures.quarter_of(measure.today)),
        "worth": {
            "distributed": compact(overview.distributed.value),
            "managed": compact(overview.managed.value),
        },
    }


def more(overview: Overview, shown: int) -> list[tuple[str, str]]:
    """Give the ways to all that waits: the words with their number, and the address."""
    listing = reverse("portal:opportunities")
    left = overview.distributed.count - shown
    found = []
    if left > 0:
        words_ = ngettext("%(n)s more offer", "%(n)s more offers", left) % {"n": words.number(left)}
        found.append((words_, f"{listing}#distributed"))
    for need, count in overview.needs.items():
        if count:
            found.append((counted(need, count), f"{listing}?need={need.value}#managed"))
    return found


def counted(need: Need, count: int) -> str:
    """Say how many need somebody for a reason."""
    said = {
        Need.ASKED: ngettext("%(n)s note to answer", "%(n)s notes to answer", count),
        Need.OVERDUE: ngettext("%(n)s overdue", "%(n)s overdue", count),
        Need.STALLED: ngettext("%(n)s without news", "%(n)s without news", count),
    }
    return said[need] % {"n": words.number(count)}


def greeting(name: str) -> str:
    """Greet somebody by the first name and the hour."""
    hour = timezone.localtime(clock.now()).hour
    facts = {"name": name.split(maxsplit=1)[0] if name else ""}
    if 5 <= hour < 11:
        return _("Good morning, %(name)s") % facts
    if 11 <= hour < 17:
        return _("Hello, %(name)s") % facts
    return _("Good evening, %(name)s") % facts


def compact(value: Decimal | int) -> str:
    """Give a large figure in few letters: `2.06M`."""
    return numbers.format_compact_decimal(value, locale=words.locale(), fraction_digits=2)


def waits(count: int, company: str) -> str:
    """Say how much waits for a company."""
    if not count:
        return _("Nothing waits for %(company)s right now.") % {"company": company}
    return ngettext(
        "%(count)s thing waits for %(company)s.", "%(count)s things wait for %(company)s.", count
    ) % {"count": words.number(count), "company": company}
