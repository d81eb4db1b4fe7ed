"""The page of one partner: who it is, its people, its opportunities, its answers and what they amount to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kanal.config import clock
from kanal.desk.directory import cells
from kanal.desk.directory.forms import RecordForm
from kanal.desk.directory.pages import RecordPage
from kanal.desk.guard import person
from kanal.desk.paging import CappedPaginator, size
from kanal.directory import queries
from kanal.directory.access import may_see_invitations
from kanal.directory.models import Partner, Person
from kanal.distribution.assignment.snapshots import Used
from kanal.distribution.deadlines import calendar_of
from kanal.distribution.models import ChangeState, Offer, OfferStatus
from kanal.distribution.teaching import visible_changes
from kanal.distribution.terms import Terms
from kanal.insights.answers import Answers, Rate, answers_of, used_by_assignment
from kanal.opportunities import access, figures
from kanal.opportunities.lifecycle import OPEN, Status
from kanal.opportunities.models import Kind, Opportunity, Participation
from kanal.web import words
from kanal.web.components import Tab

NEWEST = 8
# How an outcome is drawn: its glyph and its hue.
_DRAWN = {
    OfferStatus.PENDING: ("delivered", "wait"),
    OfferStatus.ACCEPTED: ("accepted", "run"),
    OfferStatus.DECLINED: ("declined", "bad"),
    OfferStatus.EXPIRED: ("expired", "bad"),
    OfferStatus.WITHDRAWN: ("canceled", "off"),
}
_WORKED = [Status.ACCEPTED.value, Status.APPROVED.value, Status.ON_HOLD.value]
_PARTS: Mapping[str, Any] = {
    "": gettext_lazy("Profile"),
    "people": gettext_lazy("People"),
    "opportunities": gettext_lazy("Opportunities"),
    "answers": gettext_lazy("Answers"),
    "rates": pgettext_lazy("of a partner", "Rates"),
}


class PartnerPage(RecordPage):
    """A partner, part by part; the first part is its form."""

    template = "desk/directory/partner.html"

    def show(
        self,
        request: HttpRequest,
        record: Any,
        form: RecordForm,
        *,
        status: int = HTTPStatus.OK,
        **facts: Any,
    ) -> HttpResponse:
        """Draw the part that is asked for, below what all parts have."""
        if record is not None:
            by = person(request)
            part = request.GET.get("part", "") if request.method != "POST" else ""
            part = part if part in _PARTS else ""
            facts |= _head(by, record) | {"part": part, "parts": _tabs(self.noun.url_of(record), part)}
            if part:
                facts |= _READ[part](request, record)
        return super().show(request, record, form, status=status, **facts)


def _tabs(url: str, part: str) -> list[Tab]:
    return [
        Tab(str(label), url + (f"?part={key}" if key else ""), current=key == part)
        for key, label in _PARTS.items()
    ]


def _head(by: Person, partner: Partner) -> dict[str, Any]:
    """Give what stands above every part: where the partnership stands, and how much the partner has and takes."""
    open_count = figures.open_of_partners(by, [partner.pk]).get(partner.pk, 0)
    paused = partner.paused_until if partner.paused_until and partner.paused_until > clock.today() else None
    left = None if partner.capacity is None else max(0, partner.capacity - open_count)
    return {
        "state": cells.partnership(partner),
        "open_count": open_count,
        "capacity_left": left,
        "full": left == 0,
        "paused": paused,
        "hand_over_url": reverse("desk:partner_hand_over", args=[partner.pk]) if open_count else "",
        "may_hand_over": bool(access.may(by, "change", None)),
        "asked_changes": list(visible_changes(by).filter(partner=partner, state=ChangeState.ASKED)),
    }


def _people(request: HttpRequest, partner: Partner) -> dict[str, Any]:
    by = person(request)
    waiting = queries.invitations(by, partner)[:50] if may_see_invitations(by) else []
    return {
        "colleagues": [(one, cells.access_state(one)) for one in queries.people_of(partner)],
        "waiting": list(waiting),
    }


@dataclass(frozen=True)
class Group:
    """Some of a partner's opportunities: what they are, how many, the list of all, the newest."""

    title: Any
    count: int
    url: str
    newest: list[Opportunity]


def _opportunities(request: HttpRequest, partner: Partner) -> dict[str, Any]:
    by = person(request)
    seen = access.visible(by)
    numbers = figures.of_partner(by, partner)
    made = seen.filter(made_by_partner=partner)
    working = [Kind.MANAGING, Kind.COLLABORATING]
    return {
        "groups": [
            Group(
                _("Distributed opportunities"),
                numbers[Kind.OFFERED],
                _list_of(view="waiting", takes_part=partner.pk),
                _newest(seen, partner, [Kind.OFFERED]),
            ),
            Group(
                _("Managed opportunities"),
                numbers[Kind.MANAGING] + numbers[Kind.COLLABORATING],
                _list_of(view="open", takes_part=partner.pk, status=_WORKED),
                _newest(seen, partner, working),
            ),
            Group(
                _("Made by the partner"),
                made.count(),
                _list_of(view="all", made_by=partner.pk),
                list(_rows(made).order_by("-created_at")[:NEWEST]),
            ),
        ],
        "won": numbers["won"],
        "lost": numbers["lost"],
    }


def _list_of(**query: Any) -> str:
    return f"{reverse('desk:opportunities')}?{urlencode(query, doseq=True)}"


def _rows(found: QuerySet[Opportunity]) -> QuerySet[Opportunity]:
    return found.select_related("currency").only(
        "reference", "topic", "account_name", "status", "estimated_revenue", "currency__code"
    )


def _newest(seen: QuerySet[Opportunity], partner: Partner, kinds: list[Kind]) -> list[Opportunity]:
    running = Participation.objects.filter(
        partner=partner, kind__in=kinds, until__isnull=True, opportunity__in=seen.filter(status__in=OPEN)
    )
    keys = list(running.order_by("-since", "-id").values_list("opportunity_id", flat=True)[:NEWEST])
    found = _rows(seen).in_bulk(keys)
    return [found[key] for key in keys]


def _answers(request: HttpRequest, partner: Partner) -> dict[str, Any]:
    """Give the offers to a partner, those that wait first, then the newest answers."""
    offers = Offer.objects.filter(partner=partner, opportunity__in=access.visible(person(request)))
    rows = offers.select_related("opportunity", "answered_by").order_by(
        F("answered_at").desc(nulls_first=True), "-delivered_at", "-id"
    )
    pages = CappedPaginator(rows, size(request), count=offers.count())
    page = pages.get_page(request.GET.get("page", "1"))
    calendar = calendar_of(partner)
    return {
        "page": page,
        "offers": [
            {
                "offer": offer,
                "drawn": _DRAWN[OfferStatus(offer.status)],
                "took": calendar.between(offer.delivered_at, offer.answered_at)
                if offer.answered_at
                else None,
                "day": int(calendar.day_length.total_seconds() // 3600),
            }
            for offer in page.object_list
        ],
    }


@dataclass(frozen=True)
class Figure:
    """One rate as the page shows it: its name, what it counts, the figure, the counts behind it, what is made of it."""

    name: Any
    meaning: Any
    value: str
    counts: str
    used: str


def _rates(_request: HttpRequest, partner: Partner) -> dict[str, Any]:
    answers, used = answers_of(partner), used_by_assignment(partner)
    return {
        "answers": answers,
        "used": used,
        "terms": Terms(),
        "rates": [*_figures(answers, used), _time(answers, used)],
    }


def _figures(answers: Answers, used: Used | None) -> list[Figure]:
    rates: list[tuple[Any, Any, Rate, int | None, Any]] = [
        (
            _("Touch rate"),
            _("Accepted or declined, of what was delivered"),
            answers.touch_rate,
            used.touch if used else None,
            _("%(part)s of %(whole)s delivered"),
        ),
        (
            _("Feedback rate"),
            _("Accepted ones whose stage the partner has moved"),
            answers.feedback_rate,
            used.feedback if used else None,
            _("%(part)s of %(whole)s accepted"),
        ),
        (
            _("Return rate"),
            _("Accepted ones that the partner gave back"),
            answers.return_rate,
            used.returns if used else None,
            _("%(part)s of %(whole)s accepted"),
        ),
        (
            _("Win rate"),
            _("Won, of those that were won or lost with the partner"),
            answers.win_rate,
            used.win if used else None,
            _("%(part)s of %(whole)s closed"),
        ),
    ]
    return [
        Figure(
            name,
            meaning,
            "–" if rate.percent is None else _("%(percent)d %%") % {"percent": rate.percent},
            counts % {"part": words.number(rate.part), "whole": words.number(rate.whole)},
            "–" if shrunk is None else _("%(percent)d %%") % {"percent": round(shrunk / 100)},
        )
        for name, meaning, rate, shrunk, counts in rates
    ]


def _time(answers: Answers, used: Used | None) -> Figure:
    hours = answers.day.total_seconds() / 3600
    value = "–" if answers.answer_time is None else words.span(answers.answer_time, int(hours))
    return Figure(
        _("Answer time"),
        _("The median, in the partner’s working hours, of its own answers"),
        value,
        _("%(number)s answers") % {"number": words.number(answers.timed)},
        "–" if used is None else words.span(timedelta(minutes=used.answer_minutes), int(hours)),
    )


_READ: Mapping[str, Callable[[HttpRequest, Partner], dict[str, Any]]] = {
    "people": _people,
    "opportunities": _opportunities,
    "answers": _answers,
    "rates": _rates,
}
