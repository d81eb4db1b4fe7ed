"""Trying a policy on the last ninety days: before and after, side by side."""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kanal.config import clock
from kanal.desk.guard import person, vendor_only
from kanal.desk.policies.editing import form_of, found, head, lines_of
from kanal.desk.policies.forms import pins
from kanal.directory.access import refusal_to_keep
from kanal.directory.models import Partner
from kanal.directory.refusal import NotAllowed
from kanal.distribution.actions.policies import AREA
from kanal.distribution.assignment.replaying import DAYS, Replay, Side, newest, replay
from kanal.distribution.models import Policy
from kanal.distribution.policies import InForce, of_version
from kanal.web.words import number

FIRST = 25


@dataclass(frozen=True)
class Row:
    """One partner, before and after; shares are of the value of all, from 0 to 1."""

    partner: Partner
    before: Side
    after: Side
    share_before: float
    share_after: float

    @property
    def shares(self) -> tuple[str, str]:
        """Give both shares in words."""
        return _percent(self.share_before), _percent(self.share_after)


def _percent(fraction: float) -> str:
    return f"{number(fraction * 100, 1)} %"


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show what a policy would have done: as it is saved, or, posted from its page, as it is edited.

    Raises:
        Missing: there is no such policy.
        NotAllowed: the person keeps no policies and tries an edited one.
    """
    policy = found(key)
    asked = of_version(policy.versions.select_related("policy").order_by("-number")[:1].get())
    edited = False
    if request.method == "POST":
        refused = refusal_to_keep(person(request), AREA)
        if refused is not None:
            raise NotAllowed(refused)
        form, lines = form_of(policy, request.POST), lines_of(policy, request.POST)
        if not (form.is_valid() & lines.is_valid()):
            return _shown(request, policy, {"wrong": True}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        asked, edited = replace(asked, terms=form.terms(), pins=dict(pins(lines))), True
    return _shown(request, policy, {"edited": edited, **_tried(request, asked)})


def _tried(request: HttpRequest, policy: InForce) -> dict[str, Any]:
    known = newest()
    last = min(clock.today(), known) if known else clock.today()
    with suppress(ValueError):
        last = min(clock.today(), date.fromisoformat(request.GET.get("last", "")))
    return {"last": last, "days": DAYS, **_compared(replay(policy, last=last))}


def _compared(tried: Replay) -> dict[str, Any]:
    before, after = tried.sum("before"), tried.sum("after")
    partners = Partner.objects.select_related("account", "tier").in_bulk(
        [one.partner for one in tried.partners]
    )
    rows = [
        Row(
            partners[one.partner],
            one.before,
            one.after,
            one.before.value / (before.value or 1),
            one.after.value / (after.value or 1),
        )
        for one in tried.partners
    ]
    most = max([0.0, *(max(row.share_before, row.share_after) for row in rows)])
    return {
        "tried": tried,
        "before": before,
        "after": after,
        "values": (round(before.value), round(after.value)),
        "rows": rows[:FIRST],
        "more": len(rows) - FIRST,
        "most": most or 1,
        "score": number(tried.score / 10, 1),
        "fairness": [
            _percent(max((row.share_before for row in rows), default=0.0)),
            _percent(max((row.share_after for row in rows), default=0.0)),
        ],
        "reached": (sum(1 for row in rows if row.before.count), sum(1 for row in rows if row.after.count)),
        "base": settings.BASE_CURRENCY,
    }


def _shown(
    request: HttpRequest, policy: Policy, facts: dict[str, Any], *, status: int = HTTPStatus.OK
) -> HttpResponse:
    context = head(request, policy, "replay") | {"title": _("Try on the last 90 days"), **facts}
    return render(request, "desk/policies/trying.html", context, status=status)
