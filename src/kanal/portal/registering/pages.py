"""The page of one request: a draft that saves itself, or what was submitted and how it stands."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.shortcuts import render as draw_part
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kanal.config import clock
from kanal.directory.countries import country_name
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed, Stale, Text
from kanal.notify import actions as notify
from kanal.portal import record
from kanal.portal.guard import me, partner_page
from kanal.portal.pages import render
from kanal.portal.registering import showing
from kanal.portal.registering.forms import AnswerForm, ExtendForm, RequestForm, WithdrawForm
from kanal.registration import access, actions, queries
from kanal.registration.lifecycle import Status, Verb
from kanal.registration.models import Registration
from kanal.registration.policy import room, terms_of
from kanal.web.components import Crumb


def found(request: HttpRequest, key: uuid.UUID) -> Registration:
    """Give a request that the person sees.

    Raises:
        Missing: there is none for them.
    """
    one = queries.opened(me(request), key)
    if one is None:
        raise Missing
    return one


@partner_page
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show a request; a draft is saved, submitted and given files here."""
    one = found(request, key)
    if request.method == "POST":
        return _write(request, one)
    if record.is_look(request):
        notify.mark_read(person=me(request), path=request.path)
    return draw_draft(request, one) if one.status == Status.DRAFT else draw(request, one)


# ── The draft ────────────────────────────────────────────────────────────────────────────────────
def _write(request: HttpRequest, draft: Registration) -> HttpResponse:
    """Do what the pressed button says; what is refused is kept in the draft, and said at its field."""
    form = RequestForm(request.POST, request.FILES, instance=draft)
    readable, typed, said = form.is_valid(), form.values(), None
    submits = request.POST.get("do") == "submit"
    try:
        _files(request, draft, form)
        if submits and readable and not form.errors:
            return _submit(request, draft, form)
    except Stale as stale:
        return _stale(request, draft, form, stale)
    except Invalid as refused:
        form.take(refused)
    except (Conflict, NotAllowed, actions.TooMany) as refused:
        said = refused.message
    return _keep(request, draft, form, typed, refused=said)


def _files(request: HttpRequest, draft: Registration, form: RequestForm) -> None:
    """Add the files that came along, and take one off where that was pressed."""
    uploads = form.uploads()
    if uploads:
        actions.add_evidence(key=draft.pk, files=uploads, by=me(request))
    if request.POST.get("drop"):
        try:
            key = uuid.UUID(request.POST["drop"])
        except ValueError:
            raise Missing from None
        actions.drop_evidence(key=draft.pk, evidence=key, by=me(request))


def _submit(request: HttpRequest, draft: Registration, form: RequestForm) -> HttpResponse:
    sent = actions.submit(
        key=draft.pk,
        version=form.cleaned_data["version"] or 0,
        values=form.values(),
        accept_terms=form.cleaned_data["accept_terms"],
        wait_in_line=form.cleaned_data["wait_in_line"],
        by=me(request),
    )
    said = _("Submitted. You wait in line.") if sent.waits_in_line else _("Submitted.")
    messages.success(request, said)
    return redirect("portal:registration", draft.pk)


def _keep(
    request: HttpRequest,
    draft: Registration,
    form: RequestForm,
    typed: dict[str, Any],
    *,
    refused: Text | None,
) -> HttpResponse:
    """Keep what was typed in the draft; where something was refused, draw it again with the reasons."""
    saved = True
    try:
        version = form.cleaned_data.get("version") or 0
        kept = actions.save_draft(key=draft.pk, version=version, values=typed, by=me(request))
        form.begin_again(kept.version)
    except Stale as stale:
        return _stale(request, draft, form, stale)
    except Invalid as more:
        saved = False
        form.take(more)
    except Conflict as locked:  # it was submitted meanwhile
        messages.warning(request, str(locked))
        return redirect("portal:registration", draft.pk)
    if not form.errors and refused is None:
        messages.success(request, _("Saved."))
        return redirect("portal:registration", draft.pk)
    status = 409 if refused else 422
    return draw_draft(request, found(request, draft.pk), form, status=status, refused=refused, saved=saved)


def _stale(request: HttpRequest, draft: Registration, form: RequestForm, stale: Stale) -> HttpResponse:
    form.begin_again(found(request, draft.pk).version)
    facts = {"stale": stale.message, "differences": form.differences(stale)}
    return draw_draft(request, draft, form, status=409, **facts)


@partner_page
@require_POST
def save(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Keep what has been typed so far, for the script of the page; answers with the line that says so."""
    form = RequestForm(request.POST, instance=found(request, key))
    form.is_valid()
    facts: dict[str, Any] = {"form": form, "at": clock.now()}
    try:
        version = form.cleaned_data.get("version") or 0
        facts["kept"] = actions.save_draft(key=key, version=version, values=form.values(), by=me(request))
    except Invalid as refused:
        form.take(refused)
    except Conflict as refused:  # a colleague was faster; the button Save shows what differs
        facts["refused"] = refused.message
    # The script swaps what answers 422, and leaves other refusals to the page.
    return draw_part(request, "portal/registering/saved.html", facts, status=200 if "kept" in facts else 422)


def draw_draft(
    request: HttpRequest, draft: Registration, form: RequestForm | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    """Draw the form of a draft."""
    person, terms = me(request), terms_of(draft)
    form = form or RequestForm(instance=draft)
    facts = {
        **_frame(draft),
        "form": form,
        "terms": terms,
        "room": room(draft.partner, terms),
        "files": showing.files(draft.evidence.select_related("attachment")),
        "offers_line": bool(form.is_bound and (form["wait_in_line"].errors or form["wait_in_line"].value())),
        "closed": access.refusal_to_register(person, draft.opportunity),
        "may_withdraw": Verb.WITHDRAW in access.verbs(person, draft),
        "withdraw": WithdrawForm(),
        **more,
    }
    return render(request, "portal/registering/draft.html", facts, status)


def _frame(one: Registration) -> dict[str, Any]:
    return {
        "nav": "portal:registrations",
        "crumbs": [Crumb(_("Deal registrations"), reverse("portal:registrations"))],
        "registration": one,
        "look": showing.look(one),
    }


# ── What was submitted ───────────────────────────────────────────────────────────────────────────
def draw(
    request: HttpRequest,
    one: Registration,
    form: AnswerForm | WithdrawForm | ExtendForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Draw the page of a request that was submitted.

    Args:
        request: who reads it.
        one: the request.
        form: the form that was refused; a dialog opens with it.
        status: the answer's status.
    """
    person, terms = me(request), terms_of(one)
    verbs = access.verbs(person, one)
    again = one.status in showing.REGISTERS_AGAIN and actions.registrable(person, one.opportunity)
    facts = {
        **_frame(one),
        "country": country_name(one.country) if one.country else "",
        "notice": showing.notice(one, terms),
        "moments": showing.moments(one, terms),
        "history": showing.history(list(one.links.order_by("-place")), person),
        "files": showing.files(one.evidence.select_related("attachment")),
        "answer": _answer_form(one, form) if Verb.ANSWER in verbs else None,
        "may_withdraw": Verb.WITHDRAW in verbs,
        "withdraw": form if isinstance(form, WithdrawForm) else WithdrawForm(),
        "withdraw_open": isinstance(form, WithdrawForm),
        "extensions": list(one.extensions.select_related("asked_by")),
        "extend_open": isinstance(form, ExtendForm),
        **_more_time(request, one, form),
        "registers_again": again,
    }
    return render(request, "portal/registering/record.html", facts, status)


def _answer_form(one: Registration, form: object) -> AnswerForm:
    return form if isinstance(form, AnswerForm) else AnswerForm(instance=one, only=actions.open_fields(one))


def _more_time(request: HttpRequest, one: Registration, form: object) -> dict[str, Any]:
    """Give the form with which more time is asked for, or why there is none for a protection that runs."""
    if one.status != Status.APPROVED or not access.may_extend(me(request), one):
        return {}
    terms = terms_of(one)
    refusal = actions.refusal_to_extend(one, terms)
    if refusal is not None:
        return {"no_more": refusal}
    return {"extend": form if isinstance(form, ExtendForm) else ExtendForm(terms)}
