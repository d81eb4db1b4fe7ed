"""What assignment proposes: who gets what, why, and what is done with it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from kanal.desk import why
from kanal.desk.distribution import showing
from kanal.desk.guard import person, vendor_only
from kanal.desk.opportunities.bulk import partner_field
from kanal.desk.opportunities.listing import keys_of
from kanal.desk.opportunities.record import refuse_readers
from kanal.directory.models import Person
from kanal.directory.refusal import Invalid
from kanal.distribution import actions, proposed
from kanal.distribution.models import AssignmentRun, Outcome, RunState
from kanal.distribution.proposed import Line
from kanal.notify import actions as notify
from kanal.opportunities import access
from kanal.opportunities.lifecycle import Verb
from kanal.web.components import Crumb

# So many partners stand on the page at first; the others come when they are asked for.
FIRST, MORE = 7, 25


@require_safe
@vendor_only
@vary_on_headers("HX-Request")
def page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show one run; the next partners, or how far the delivery is, where htmx asks for just that."""
    run = proposed.visible_run(person(request), key)
    sums = proposed.overview(run)
    asked_by_script = bool(request.headers.get("HX-Request"))
    if asked_by_script and run.state == RunState.DELIVERING:
        return render(request, "desk/distribution/progress.html", {"run": run, "sums": sums})
    if asked_by_script and "after" in request.GET:
        start = _number(request.GET["after"])
        facts = _groups(run, sums, start, start + MORE)
        return render(request, "desk/distribution/groups.html", {**facts, "run": run, **_may(request)})
    notify.mark_read(person=person(request), path=request.path)
    response = render(request, "desk/distribution/run.html", _context(request, run, sums))
    if asked_by_script:
        response["HX-Refresh"] = "true"  # it has ended: the whole page is another one now
    return response


def _context(request: HttpRequest, run: AssignmentRun, sums: proposed.Overview) -> dict[str, Any]:
    until = max(FIRST, _number(request.GET.get("partners", "")))
    versions = showing.versions(run)
    return {
        "nav": "desk:distribution",
        "crumbs": _crumbs(),
        "run": run,
        "sums": sums,
        "title": showing.title(run, sums),
        "currency": settings.BASE_CURRENCY,
        "figures": showing.figures(run, sums),
        "versions": versions,
        "has_earlier": any(version.number > 1 for version in versions),
        "is_old": proposed.is_old(run),
        "nobody": showing.left_over(run, Outcome.NOBODY),
        "skipped": showing.left_over(run, Outcome.SKIPPED),
        "places": showing.places(run),
        "compared": showing.compared(run) if "compare" in request.GET else None,
        **_may(request),
        **_groups(run, sums, 0, until),
    }


def _may(request: HttpRequest) -> dict[str, bool]:
    return {"may_deliver": bool(access.may(person(request), Verb.DELIVER, None))}


def _crumbs(*more: Crumb) -> list[Crumb]:
    return [Crumb(_("Sales"), ""), Crumb(_("Distribution"), reverse("desk:distribution")), *more]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _groups(run: AssignmentRun, sums: proposed.Overview, start: int, until: int) -> dict[str, Any]:
    """Give the partners from one place to another with their lines, and what comes after them."""
    shown = sums.shares[start:until]
    lines = proposed.lines_of(run, [share.partner for share in shown])
    rest = sums.shares[until:]
    return {
        "groups": [showing.group(share, lines[share.partner.pk]) for share in shown],
        "rest": (len(rest), sum(share.number for share in rest)) if rest else None,
        "next": until,
        "next_but": until + MORE,
        "first": start == 0,
    }


@require_POST
@vendor_only
def deliver(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Deliver all, or all but what was taken out of the selection.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see or to deliver, or no proposal any more.
    """
    but = _left_out(request) if request.POST.get("what") == "selected" else []
    try:
        run = actions.deliver_proposed(key=key, by=person(request), but=but)
    except Invalid as refusal:
        messages.warning(request, str(refusal))
        return redirect("desk:distribution_run", key=key)
    if run.state != RunState.DELIVERING:
        number = proposed.delivered(run)
        said = ngettext("%(n)d opportunity is delivered.", "%(n)d opportunities are delivered.", number)
        messages.success(request, said % {"n": number})
    return redirect("desk:distribution_run", key=key)


def _left_out(request: HttpRequest) -> Sequence[uuid.UUID]:
    """Give the lines that were on the page and are not selected; those that were not shown stay in."""
    kept = set(keys_of(request.POST))
    shown = request.POST.copy()
    shown.setlist("id", request.POST.getlist("shown"))
    return [one for one in keys_of(shown) if one not in kept]


@require_POST
@vendor_only
def discard(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Put a proposal away.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see or to deliver, or no proposal any more.
    """
    actions.discard(key=key, by=person(request))
    messages.success(request, _("The proposal is put away; nothing was sent."))
    return redirect("desk:distribution")


class MoveForm(forms.Form):
    """Who gets a line instead, and why."""

    partner = partner_field(gettext_lazy("Partner"), required=True)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("It is kept with the decision. Partners don’t see it."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@vendor_only
@vary_on_headers("HX-Request")
def line(request: HttpRequest, key: uuid.UUID, line: uuid.UUID) -> HttpResponse:
    """Show why a line is what it is, and let it be given to another partner.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see or to deliver, or no proposal any more.
    """
    run = proposed.visible_run(person(request), key)
    one = proposed.line(run, line)
    if request.method == "POST":
        refuse_readers(request, Verb.DELIVER, one.decision.opportunity)
    form = MoveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _moved(request, form, one):
        return redirect("desk:distribution_run", key=key)
    open_ = run.state == RunState.PROPOSED and one.decision.outcome in {Outcome.PROPOSED, Outcome.NOBODY}
    facts = {
        "nav": "desk:distribution",
        "crumbs": _crumbs(Crumb(_("Proposal"), reverse("desk:distribution_run", args=[key]))),
        "run": run,
        "line": one,
        "form": form,
        "may_move": open_ and _may_move(person(request), one),
        "explained": why.shown(one.decision),
    }
    part = request.headers.get("HX-Request") and request.method != "POST"
    template = "desk/distribution/why.html" if part else "desk/distribution/line.html"
    return render(request, template, facts, status=422 if form.errors else 200)


def _may_move(by: Person, one: Line) -> bool:
    return bool(access.may(by, Verb.DELIVER, one.decision.opportunity))


def _moved(request: HttpRequest, form: MoveForm, one: Line) -> bool:
    """Do it; where it is refused, the form says why."""
    partner = form.cleaned_data["partner"]
    try:
        moved = actions.move(
            key=one.decision.pk, partner=partner, reason=form.cleaned_data["reason"], by=person(request)
        )
    except Invalid as refusal:
        for name, text in refusal.errors.items():
            form.add_error(name if name in form.fields else None, str(text))
        return False
    said = _("%(topic)s goes to %(partner)s once it is delivered.")
    messages.success(request, said % {"topic": one.decision.opportunity.topic, "partner": partner.name})
    if moved.warning:
        messages.warning(request, moved.warning)
    return True
