"""Handing a partner's open work over to others: choose who gets what, see what would come of it, do it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from kanal.desk.guard import person, vendor_only
from kanal.desk.opportunities.bulk import partner_field
from kanal.desk.opportunities.record import refuse_readers
from kanal.directory import queries
from kanal.directory.models import Partner
from kanal.directory.refusal import Invalid, Missing
from kanal.distribution import bulk, handing
from kanal.distribution.actions.bulk import start_hand_over
from kanal.distribution.handing import Work
from kanal.web.components import Crumb

# So many partners can share one kind of work.
TAKERS = 3
_MOVED = (Work.OFFERED, Work.MANAGED, Work.TOGETHER)
_HOW = {
    Work.OFFERED: gettext_lazy("The offer is withdrawn and delivered anew, with a new deadline."),
    Work.MANAGED: gettext_lazy("It is taken back and delivered to the new partner, who answers the offer."),
    Work.TOGETHER: gettext_lazy("The new partner takes the place and the role in the collaboration at once."),
}


class HandOverForm(forms.Form):
    """Who gets each kind of work; a kind without a partner stays."""

    def __init__(self, data: Any = None, *, giver: Partner, kinds: Sequence[Work]) -> None:
        super().__init__(data, prefix="to")
        self.giver, self.kinds = giver, kinds
        for kind in kinds:
            for number in range(1, TAKERS + 1):
                label = _("Goes to") if number == 1 else _("and to")
                self.fields[f"{kind.value}_{number}"] = partner_field(label)

    def rows(self, kind: Work) -> list[forms.BoundField]:
        """Give the fields of one kind of work."""
        return (
            [self[f"{kind.value}_{number}"] for number in range(1, TAKERS + 1)] if kind in self.kinds else []
        )

    def clean(self) -> dict[str, Any]:
        """Refuse the partner whose work it is, and an answer without any partner."""
        data = super().clean() or {}
        for name, partner in list(data.items()):
            if partner == self.giver:
                self.add_error(name, _("Choose other partners than %(partner)s.") % {"partner": partner.name})
        if not any(data.values()) and not self.errors:
            raise forms.ValidationError(_("Choose at least one partner that takes something over."))
        return data

    def takers(self) -> dict[Work, list[Partner]]:
        """Give the chosen partners of each kind of work, each once."""
        chosen: dict[Work, list[Partner]] = {}
        for kind in self.kinds:
            partners = [self.cleaned_data[f"{kind.value}_{number}"] for number in range(1, TAKERS + 1)]
            chosen[kind] = list({one.pk: one for one in partners if one}.values())
        return chosen


class ReasonForm(forms.Form):
    """Why it is handed over."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The partner that gives is told it, and it stands on the timeline."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@vendor_only
def page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Ask who gets what; then show what would come of it; then do it."""
    by = person(request)
    giver = queries.partners(by).filter(pk=key).first()
    if giver is None:
        raise Missing
    refuse_readers(request, "change", None)
    work = handing.open_work(giver, by)
    kinds = [kind for kind in _MOVED if work[kind]]
    asked = "to" in request.GET
    form = HandOverForm(request.GET if asked else None, giver=giver, kinds=kinds)
    reason = ReasonForm(request.POST if request.method == "POST" else None)
    if not kinds or not asked or not form.is_valid():
        return _show(request, giver, work, form, status=422 if asked and form.errors else 200)
    plan = handing.plan(giver=giver, takers=form.takers(), by=by)
    if request.method != "POST":
        return _show(request, giver, work, form, plan=plan, reason=reason)
    return _start(request, giver, form, plan, reason) or _show(
        request, giver, work, form, plan=plan, reason=reason, status=422
    )


def _start(
    request: HttpRequest, giver: Partner, form: HandOverForm, plan: handing.Plan, reason: ReasonForm
) -> HttpResponse | None:
    """Do it; None where it is refused, and the form says why."""
    if not reason.is_valid():
        return None
    if request.POST.get("count") != str(plan.preview.total):
        reason.add_error(None, _("The list has changed meanwhile. This is how it stands now."))
        return None
    try:
        run = start_hand_over(
            giver=giver, takers=form.takers(), reason=reason.cleaned_data["reason"], by=person(request)
        )
    except Invalid as refusal:
        reason.add_error(None, str(refusal))
        return None
    return redirect("desk:bulk_run", key=run.pk)


def _show(
    request: HttpRequest,
    giver: Partner,
    work: dict[Work, list[Any]],
    form: HandOverForm,
    *,
    plan: handing.Plan | None = None,
    reason: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    url = reverse("desk:partner", args=[giver.pk])
    for row in plan.preview.first if plan else ():
        row.goes_to = plan.takers[row.pk].name  # type: ignore[attr-defined,union-attr]
    context = {
        "nav": "desk:partners",
        "crumbs": [Crumb(_("Partners"), reverse("desk:partners")), Crumb(giver.name, url)],
        "giver": giver,
        "back": url,
        "form": form,
        "groups": [
            (kind.label, rows[: bulk.FIRST], len(rows), _HOW.get(kind, ""), form.rows(kind))
            for kind, rows in work.items()
            if rows and kind is not Work.MADE
        ],
        "made": work[Work.MADE],
        "why_made": handing.why_made(giver.name),
        "anything": bool(form.kinds),
        "plan": plan,
        "preview": plan.preview if plan else None,
        "shares": _shares(plan) if plan else [],
        "at_once": bulk.AT_ONCE,
        "reason": reason,
    }
    return render(request, "desk/bulk/hand_over.html", context, status=status)


def _shares(plan: handing.Plan) -> list[tuple[str, int]]:
    """Say how many each partner would get."""
    counts: dict[str, int] = {}
    for taker in plan.takers.values():
        counts[taker.name] = counts.get(taker.name, 0) + 1
    return sorted(counts.items())
