"""The portal's first page: what waits, and what there is."""

from __future__ import annotations

from decimal import Decimal

from babel import numbers
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from kanal.config import clock
from kanal.distribution import queries
from kanal.portal import showing
from kanal.portal.guard import me, my_company, partner_page
from kanal.portal.pages import render
from kanal.web import words

WAITING = 5
LATEST = 5


@partner_page
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show what waits for an answer, and what the company manages."""
    person, company = me(request), my_company(request)
    offers, managed = queries.distributed(person), queries.managed(person)
    distributed = queries.sums(offers)
    waiting = showing.offer_rows(list(offers[:WAITING]), company)
    stages = queries.by_stage(managed)
    totals = {name: sum(getattr(each, name) for each in stages) for name in ("count", "value", "shared")}
    largest = max(each.value for each in stages) or 1
    facts = {
        "greeting": greeting(person.name),
        "waits": waits(distributed.count, company.name),
        "waiting": waiting,
        "more": distributed.count - len(waiting),
        "distributed": distributed,
        "stages": [(each, each.value / largest) for each in stages],
        "managed": totals,
        "worth": {"distributed": compact(distributed.value), "managed": compact(totals["value"])},
        "latest": showing.managed_rows(list(managed[:LATEST])),
        "base_currency": settings.BASE_CURRENCY,
    }
    return render(request, "portal/home.html", facts)


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
        "%(count)d opportunity waits for an answer from %(company)s.",
        "%(count)d opportunities wait for an answer from %(company)s.",
        count,
    ) % {"count": count, "company": company}
