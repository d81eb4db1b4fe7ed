"""The page of one opportunity: a new one, or one that stands."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kanal.desk.guard import person, vendor_only
from kanal.desk.opportunities import dialogs, listing, pipeline, showing
from kanal.desk.opportunities.forms import NEW_ACCOUNT, LineForm, LineForms, RecordForm, initial_of, lines_of
from kanal.desk.opportunities.merging import Difference, merge, signature, takes_their_products
from kanal.desk.opportunities.pipeline import MemberForm
from kanal.desk.opportunities.registrations import protection_of, registrations_of
from kanal.desk.opportunities.showing import Draft
from kanal.directory.models import Currency, Person
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed, Stale
from kanal.distribution import actions
from kanal.notify import actions as notify
from kanal.opportunities import access, queries
from kanal.opportunities.actions.values import Line
from kanal.opportunities.lifecycle import Stage, Status, Verb
from kanal.opportunities.models import Opportunity
from kanal.opportunities.targets import for_new, targets
from kanal.web import similar
from kanal.web.components import Crumb, Tab

if TYPE_CHECKING:
    Members = BaseFormSet[MemberForm]

__all__ = ["Draft", "address", "found", "heading", "new", "page", "refuse_readers", "shown"]


@require_http_methods(["GET", "HEAD", "POST"])
@vendor_only
def new(request: HttpRequest) -> HttpResponse:
    """Make an opportunity."""
    refuse_readers(request, "create", None)
    if request.method == "POST":
        return _save(request, None)
    base = Currency.objects.filter(code=settings.BASE_CURRENCY).first()
    initial = {
        "currency": base,
        "owner": person(request).pk,
        "source": "vendor",
        "status": Status.IN_PROGRESS,
    }
    form = RecordForm(targets=for_new(), initial=initial)
    return _new_page(request, form, LineForms(prefix="lines"))


@require_http_methods(["GET", "HEAD", "POST"])
@vendor_only
def page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show an opportunity, or keep what its form says."""
    if request.method == "POST":
        opportunity = found(request, key)
        refuse_readers(request, "edit", opportunity)
        return _save(request, opportunity)
    notify.mark_read(person=person(request), path=request.path)
    return shown(request, key)


def refuse_readers(request: HttpRequest, verb: str, opportunity: Opportunity | None) -> None:
    """Send away who may not do this, whatever they typed.

    Raises:
        NotAllowed: says why.
    """
    answer = access.may(person(request), verb, opportunity)
    if not answer:
        raise NotAllowed(answer.reason or "")


def found(request: HttpRequest, key: uuid.UUID) -> Opportunity:
    """Give an opportunity that the reader may see.

    Raises:
        Missing: there is none.
    """
    related = (
        "account",
        "contact",
        "currency",
        "owner",
        "partner__account",
        "made_by_partner__account",
        "territory",
    )
    opportunity = access.visible(person(request)).select_related(*related).filter(pk=key).first()
    if opportunity is None:
        raise Missing
    return opportunity


def address(request: HttpRequest, key: uuid.UUID) -> str:
    """Give the address of an opportunity's page, with the list that the reader came from."""
    query = f"?{urlencode({'from': request.GET['from']})}" if "from" in request.GET else ""
    return reverse("desk:opportunity", args=[key]) + query


@dataclass(frozen=True)
class Sent:
    """The forms of the page as they were sent."""

    form: RecordForm
    lines: BaseFormSet[LineForm]
    members: Members | None

    def are_valid(self) -> bool:
        """Tell whether all can be read; each then knows what is wrong with it."""
        members = self.members is None or self.members.is_valid()
        return self.form.is_valid() & self.lines.is_valid() & members

    @property
    def chosen(self) -> list[Line]:
        """Give the products."""
        return [line for line in (one.line() for one in self.lines.forms) if line is not None]


def _save(request: HttpRequest, opportunity: Opportunity | None) -> HttpResponse:
    allowed = targets(person(request), opportunity) if opportunity else for_new()
    data = similar.chosen(request.POST, "account", *NEW_ACCOUNT)
    form = RecordForm(data, opportunity=opportunity, targets=allowed)
    _keep_status_known(form, opportunity)
    sent = Sent(form, LineForms(request.POST, prefix="lines"), pipeline.sent(request.POST))
    if not sent.are_valid() or form.warns(person(request)):
        return _again(request, opportunity, sent)
    try:
        saved = _do(request, opportunity, sent)
    except Invalid as refusal:
        form.refuse(refusal)
        return _again(request, opportunity, sent)
    except Stale as refusal:
        assert opportunity is not None
        return _stale(request, opportunity, sent, str(refusal))
    except Conflict as refusal:
        form.add_error("status", str(refusal))
        return _again(request, opportunity, sent, status=409)
    messages.success(request, _done(saved, opportunity))
    return redirect(address(request, saved.pk))


def _keep_status_known(form: RecordForm, opportunity: Opportunity | None) -> None:
    """Let a status through that was on offer when the page was opened; the action says why it is not now."""
    asked = form.data.get("status", "")
    stood = form.data.get("from_status", "")
    if opportunity is not None and opportunity.status != stood and asked in Status.values:
        field: Any = form.fields["status"]
        field.choices = [*field.choices, (asked, Status(asked).label)]


def _do(request: HttpRequest, opportunity: Opportunity | None, sent: Sent) -> Opportunity:
    form, chosen = sent.form, sent.chosen
    unchanged = opportunity is not None and signature(chosen) == form.data.get("lines_before")
    return actions.save(
        key=opportunity.pk if opportunity else None,
        version=form.cleaned_data["version"] or 0,
        values=form.values(None if unchanged else chosen),
        move=form.move(pipeline.wanted(form, sent.members)),
        by=person(request),
    )


def _done(saved: Opportunity, before: Opportunity | None) -> str:
    """Say what Save has done."""
    delivered = saved.status == Status.DELIVERED and saved.partner
    anew = before is None or before.status != Status.DELIVERED or before.partner_id != saved.partner_id
    if delivered and anew:
        return _("Saved and delivered. %(partner)s is told at once.") % {"partner": saved.partner}
    approved = saved.status == Status.APPROVED and saved.made_by_partner
    if approved and before is not None and before.status != Status.APPROVED:
        return _("Saved and approved. %(partner)s is told at once.") % {"partner": saved.made_by_partner}
    if saved.collaboration and (before is None or not before.collaboration):
        return _("Saved and shared. Each partner manages it from now on and is told at once.")
    return _("Saved")


def _again(
    request: HttpRequest, opportunity: Opportunity | None, sent: Sent, status: int = 422
) -> HttpResponse:
    if opportunity is None:
        return _new_page(request, sent.form, sent.lines, sent.members, status=status)
    return shown(
        request, opportunity.pk, form=sent.form, lines=sent.lines, members=sent.members, status=status
    )


def _stale(request: HttpRequest, opportunity: Opportunity, sent: Sent, message: str) -> HttpResponse:
    """Show what the other person changed, with the typed values kept, on the version that stands now."""
    opportunity, form = found(request, opportunity.pk), sent.form
    fresh = RecordForm(opportunity=opportunity, targets=targets(person(request), opportunity))
    form.fields["status"] = fresh.fields["status"]
    data, differences = merge(opportunity, form, sent.chosen)
    members, joined_or_left = pipeline.rebased(sent.members, opportunity)
    again = RecordForm(data, opportunity=opportunity, targets=targets(person(request), opportunity))
    again.is_valid()
    theirs = takes_their_products(differences)
    lines = (
        LineForms(prefix="lines", initial=lines_of(opportunity))
        if theirs
        else LineForms(request.POST, prefix="lines")
    )
    return shown(
        request,
        opportunity.pk,
        form=again,
        lines=lines,
        members=members,
        status=409,
        stale=message,
        differences=[*differences, *joined_or_left],
    )


def _new_page(
    request: HttpRequest,
    form: RecordForm,
    lines: BaseFormSet[LineForm],
    members: Members | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        **_form_context(form, lines, None),
        **pipeline.shown(members, None),
        "crumbs": [Crumb(_("Sales"), ""), Crumb(_("Opportunities"), reverse("desk:opportunities"))],
        "parts": _parts(None),
        "editable": True,
        "unsaved": status != 200,
    }
    return render(request, "desk/opportunities/new.html", context, status=status)


def shown(
    request: HttpRequest,
    key: uuid.UUID,
    *,
    form: RecordForm | None = None,
    lines: BaseFormSet[LineForm] | None = None,
    members: Members | None = None,
    verb_form: dialogs.VerbForm | None = None,
    draft: Draft | None = None,
    stale: str = "",
    differences: list[Difference] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the page of an opportunity.

    Args:
        request: what asked for it.
        key: the opportunity.
        form: the record's form where it was refused.
        lines: the products' forms where they were.
        members: the forms of the partners that collaborate where they were.
        verb_form: the form of a dialog that was refused.
        draft: a note that was refused.
        stale: what to say where somebody else changed the record meanwhile.
        differences: what they changed.
        status: the status of the answer.
    """
    opportunity, by = found(request, key), person(request)
    may_edit = access.may(by, "edit", opportunity)
    choices = targets(by, opportunity)
    if form is None:
        form = RecordForm(
            opportunity=opportunity, targets=choices, initial=initial_of(opportunity), read_only=not may_edit
        )
    lines = LineForms(prefix="lines", initial=lines_of(opportunity)) if lines is None else lines
    context = {
        **heading(request, opportunity, verb_form),
        **_form_context(form, lines, opportunity),
        **pipeline.shown(members, opportunity, read_only=not may_edit),
        **showing.timeline_of(request, by, opportunity, draft),
        "parts": _parts(opportunity),
        "editable": bool(may_edit),
        "why_not": may_edit.reason,
        "offer": showing.offer_of(opportunity),
        "declined": showing.declined_by(opportunity),
        "stale": stale,
        "differences": differences or [],
        "unsaved": status != 200 and verb_form is None and draft is None,
    }
    return render(request, "desk/opportunities/record.html", context, status=status)


def _form_context(
    form: RecordForm, lines: BaseFormSet[LineForm], opportunity: Opportunity | None
) -> dict[str, Any]:
    stands = opportunity.lines.select_related("product") if opportunity else []
    return {
        "form": form,
        "lines": lines,
        "lines_before": form.data.get("lines_before", "")
        if form.is_bound and not opportunity
        else signature(stands),
        "hints": showing.hints(form, opportunity),
        "when": showing.fields_by_status(form, opportunity),
        **similar.place(reverse("desk:lookup_similar"), "id_new_account_name"),
        "similar": form.similar,
        "asked": bool(form.similar),
        "choose": "id_account",
        "keepers": True,
        "open_account": bool(form["new_account_name"].value()),
        "open_contact": bool(form["new_contact_name"].value()),
    }


def heading(
    request: HttpRequest, opportunity: Opportunity, refused: dialogs.VerbForm | None = None
) -> dict[str, Any]:
    """Give what the top of an opportunity's pages shows."""
    verbs = access.verbs(person(request), opportunity)
    back = request.GET.get("from", "")
    stages = Stage.values
    place = stages.index(opportunity.stage) + 1
    following = Stage(stages[place]) if Verb.MOVE_STAGE in verbs and place < len(stages) else None
    return {
        "opportunity": opportunity,
        "address": address(request, opportunity.pk),
        "kept_from": f"?{urlencode({'from': back})}" if "from" in request.GET else "",
        "crumbs": [
            Crumb(_("Sales"), ""),
            Crumb(_("Opportunities"), f"{reverse('desk:opportunities')}?{back}".rstrip("?")),
            Crumb(opportunity.reference),
        ],
        "can_withdraw": Verb.WITHDRAW in verbs,
        "can_prefer": Verb.DELIVER in verbs and not opportunity.made_by_a_partner,
        "may_approve": Verb.APPROVE in verbs,
        "may_refuse": Verb.REFUSE in verbs,
        **registrations_of(person(request), opportunity),
        **protection_of(opportunity),
        "near": _near(request, opportunity),
        "stages": Stage.choices,
        "following": following,
        "dialogs": dialogs.dialogs(verbs, opportunity, refused),
        "refused": refused,
    }


def _near(request: HttpRequest, opportunity: Opportunity) -> dict[str, Any] | None:
    """Give what stands before and after in the list that the reader came from, if that is known."""
    if "from" not in request.GET:
        return None
    by: Person = person(request)
    asked = listing.read(QueryDict(request.GET["from"]), by)
    before, after, place = queries.neighbors(asked.found, opportunity.pk)
    if not place:
        return None
    return {
        "before": address(request, before) if before else "",
        "after": address(request, after) if after else "",
        "place": place,
        "view": asked.view.label,
        "count": listing.counted(queries.total(asked.found, cap=queries.SEARCH_CAP)),
    }


def _parts(opportunity: Opportunity | None) -> list[Tab]:
    """Give the parts of the form, as tabs that a script switches; without scripts they lead down the page."""
    count = opportunity.lines.count() if opportunity else 0
    return [
        Tab(_("Summary"), "#summary", current=True),
        Tab(_("General"), "#general"),
        Tab(_("Products"), "#products", count or None),
    ]
