"""The page of one request: what speaks against it, what it asks for, whose word it needs, and what is decided."""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kanal.config import clock
from kanal.desk.guard import person, vendor_only
from kanal.desk.registrations import period
from kanal.desk.registrations.banner import banner
from kanal.desk.registrations.comparing import compare
from kanal.desk.registrations.dialogs import EXTENSION, FORMS, HAND_OVER, DecisionForm, Setting
from kanal.desk.registrations.showing import due, glyph_of, item, left_words, tone_of
from kanal.directory.countries import country_name
from kanal.directory.models import Person
from kanal.directory.refusal import Conflict, Invalid, NotAllowed, Text
from kanal.notify import actions as notify
from kanal.registration import access, clashes, queue, reviewing
from kanal.registration.approvals import WHY
from kanal.registration.clashes import Clash, Findings, Kind
from kanal.registration.lifecycle import PENDING, Verb
from kanal.registration.models import ExtensionState, Registration
from kanal.registration.policy import terms_of, vendor_calendar
from kanal.registration.reviewing import Approvals
from kanal.registration.terms import Terms
from kanal.registration.words import reason_of
from kanal.web.components import Crumb, File

# Verbs after which the reader is led to the next one.
_DECIDES = frozenset({Verb.APPROVE, Verb.REJECT, Verb.MARK_DUPLICATE, Verb.LINE_UP, Verb.ASK})


@dataclass
class Review:
    """One request as somebody of the vendor reads it."""

    registration: Registration
    by: Person

    @property
    def pending(self) -> bool:
        """Tell whether it still waits for a decision."""
        return self.registration.status in PENDING

    @cached_property
    def terms(self) -> Terms:
        """Give what judges it."""
        return terms_of(self.registration)

    @cached_property
    def findings(self) -> Findings:
        """Give what speaks against it now; of one that is decided, nothing is looked for any more."""
        if not self.pending:
            return Findings()
        return clashes.find(clashes.question_of(self.registration), self.terms)

    @cached_property
    def approvals(self) -> Approvals:
        """Give whose words it has and needs."""
        return reviewing.approvals_of(self.registration, self.findings if self.pending else None)

    @cached_property
    def verbs(self) -> list[Verb]:
        """Give what the reader may do."""
        return access.verbs(self.by, self.registration)

    @cached_property
    def setting(self) -> Setting:
        """Give what the forms begin with."""
        others = [one for one in self.findings.clashes if one.kind in {Kind.PROTECTION, Kind.REQUEST}]
        people = (
            reviewing.could_decide(self.approvals, self.registration) if access.may_decide(self.by) else []
        )
        return Setting(
            self.registration,
            self.by,
            clock.today() + timedelta(days=self.terms.protect_days),
            original=_first(others, same=False),
            behind=_first([one for one in others if one.kind == Kind.PROTECTION], same=True),
            people=tuple(people),
        )

    def offered(self) -> list[str]:
        """Give the names of the dialogs that the page has."""
        names = [verb.value for verb in self.verbs if verb.value in FORMS]
        if self.setting.people:
            names.append(HAND_OVER)
        if (
            access.may_decide(self.by)
            and self.registration.extensions.filter(state=ExtensionState.PENDING).exists()
        ):
            names.append(EXTENSION)
        return names


def _first(found: list[Clash], *, same: bool) -> uuid.UUID | None:
    return next((one.key for one in found if one.same or not same), None)


def read(request: HttpRequest, key: uuid.UUID) -> Review:
    """Give the request that an address names, for whoever reads.

    Raises:
        Missing: it does not exist for them.
    """
    return Review(reviewing.registration(person(request), key), person(request))


@require_safe
@vendor_only
def page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show one request."""
    review = read(request, key)
    notify.mark_read(person=review.by, path=request.path)
    return show(request, review)


@require_POST
@vendor_only
def do(request: HttpRequest, key: uuid.UUID, verb: str) -> HttpResponse:
    """Do what a dialog says; where that is refused, the page says why and keeps what was typed."""
    if verb not in FORMS:
        raise Http404
    review = read(request, key)
    form = FORMS[verb](review.setting, request.POST)
    if form.is_valid():
        try:
            said = form.do()
        except Invalid as invalid:
            form.refuse(invalid)
        except Conflict as conflict:
            now = read(request, key)
            return show(request, now, form=form, refused=conflict.message, status=HTTPStatus.CONFLICT)
        else:
            messages.success(request, said)
            if request.POST.get("back") == "opportunity":
                return redirect("desk:opportunity", key=review.registration.opportunity_id)
            after = "?next=1" if verb in _DECIDES else ""
            return redirect(reverse("desk:registration", args=[key]) + after)
    _refuse_readers(review, verb)
    return show(request, review, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _refuse_readers(review: Review, verb: str) -> None:
    """Send away who may not do this, whatever they typed.

    Raises:
        NotAllowed: says why.
    """
    refused: Text | None = access.refusal_to_decide(review.by)
    if refused is None and verb in Verb.values:
        refused = access.may(review.by, Verb(verb), review.registration).reason
    if refused is not None:
        raise NotAllowed(refused)


def show(
    request: HttpRequest,
    review: Review,
    *,
    form: DecisionForm | None = None,
    refused: Text = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """Draw the page of a request; with the form that was refused where there is one."""
    one = review.registration
    forms = {name: FORMS[name](review.setting) for name in review.offered()}
    if form is not None and form.verb in forms:
        forms[form.verb] = form
    ends = _asked_end(request, form) or review.setting.ends
    facts = {
        "nav": "desk:registrations",
        "crumbs": [
            Crumb(_("Sales"), ""),
            Crumb(_("Registrations"), reverse("desk:registrations")),
            Crumb(one.reference),
        ],
        "registration": one,
        "glyph": glyph_of(one),
        "country": country_name(one.country) if one.country else "",
        "forms": forms,
        "approve": forms.get(Verb.APPROVE.value),
        "refused_form": form if form is not None and form.errors else None,
        "refused": refused,
        "next": queue.following(review.by, but=one.pk) if "next" in request.GET else None,
        **_promise(one),
        **_conflicts(review, ends),
        **_time(review, ends),
        **_beside(review),
    }
    return render(request, "desk/registrations/record.html", facts, status=status)


def _asked_end(request: HttpRequest, form: DecisionForm | None) -> date | None:
    """Give the day that was typed as the end: by the page as it is changed, or with the form."""
    if form is not None and form.is_bound:
        found = getattr(form, "cleaned_data", {}).get("ends")
        return found if isinstance(found, date) else None
    with suppress(ValueError):
        day = date.fromisoformat(request.GET.get("approve-ends", ""))
        if clock.today() <= day <= clock.today() + timedelta(days=3660):
            return day
    return None


def _promise(one: Registration) -> dict[str, Any]:
    left = reviewing.promise(one)
    return {
        "promise": left,
        "left_words": left_words(left) if left else "",
        "left_tone": tone_of(left) if left else "",
        "due": due(one, vendor_calendar()),
        "reason": reason_of(one.status, one.reason),
    }


def _conflicts(review: Review, ends: date) -> dict[str, Any]:
    one, found = review.registration, review.findings.clashes
    if not review.pending:
        return {"comparison": None, "banner": None, "as_found": _as_found(one)}
    # What waits in line is not approved now; the page says for what it waits.
    said = None if one.waits_in_line else banner(one, found, reviewing.offers_to_stop(found, one), ends)
    return {"comparison": compare(one, found), "banner": said, "as_found": _as_found(one)}


def _as_found(one: Registration) -> list[dict[str, Any]]:
    """Give what was found when it was submitted or decided, as the proof keeps it."""
    return [{**plain, "label": Kind(plain["kind"]).label} for plain in one.findings]


def _time(review: Review, ends: date) -> dict[str, Any]:
    held = review.registration.protection
    if held is not None:
        begins, ends = timezone.localdate(held.begins), held.last_day
    else:
        begins = clock.today()
    spans = [period.asked(begins, max(begins, ends), granted=held is not None)]
    return {
        "begins": begins,
        "ends": ends,
        "picture": period.draw([*spans, *period.of_clashes(review.findings.clashes)])
        if review.pending or held is not None
        else None,
        "terms": review.terms,
    }


def _beside(review: Review) -> dict[str, Any]:
    one = review.registration
    return {
        "approvals": review.approvals,
        "steps": [(step, WHY.get(step.why, "")) for step in review.approvals.steps],
        "to_come": [
            (number, needed, WHY.get(needed.why, ""))
            for number, needed in enumerate(review.approvals.to_come, start=len(review.approvals.steps) + 1)
        ],
        "record": reviewing.record_of(one),
        "line": list(reviewing.line_behind(one)),
        "extensions": list(one.extensions.select_related("asked_by", "decided_by").order_by("-asked_at")),
        "items": [item(link) for link in reviewing.links_of(one)],
        "files": _files(one),
        "vendor": settings.VENDOR_NAME,
    }


def _files(one: Registration) -> list[File]:
    return [
        File(
            found.attachment.name,
            reverse("desk:file", args=[found.attachment_id]),
            filesizeformat(found.attachment.size),
        )
        for found in one.evidence.select_related("attachment")
    ]
