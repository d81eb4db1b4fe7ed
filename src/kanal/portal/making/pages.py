"""Making an opportunity, and rewriting it as long as it waits for approval."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kanal.directory.models import Currency
from kanal.directory.nearness import Near
from kanal.directory.queries import similar as similar_to
from kanal.directory.refusal import Conflict, Invalid, NotAllowed, Stale
from kanal.distribution import actions, queries
from kanal.opportunities import access
from kanal.opportunities.models import Opportunity
from kanal.portal.guard import me, partner_page
from kanal.portal.making.forms import LineForms, MakeForm, chosen, lines_of
from kanal.portal.pages import render
from kanal.portal.work_products import LineForm
from kanal.web import similar
from kanal.web.components import Crumb

_NEW_CUSTOMER = ("new_account_name", "new_account_domain", "new_account_city", "new_account_country")


@partner_page
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make an opportunity."""
    if request.method == "POST":
        return _save(request, None)
    base = Currency.objects.filter(code=settings.BASE_CURRENCY).first()
    initial = {"currency": base, "account": _key(request.GET.get("customer", ""))}
    return _draw(request, MakeForm(by=me(request), initial=initial), LineForms(prefix="lines"))


@partner_page
@require_http_methods(["GET", "HEAD", "POST"])
def revise(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Rewrite an opportunity that waits for approval.

    Raises:
        Missing: there is none that this person sees.
        NotAllowed: their company did not make it.
    """
    person, opened = me(request), queries.opened(me(request), key)
    made = opened.opportunity
    allowed = access.may(person, "revise", made, opened.part)
    if not allowed:
        raise NotAllowed(allowed.reason or "")
    if request.method == "POST":
        return _save(request, made)
    if not made.waits_for_approval:
        messages.warning(request, _("It no longer waits for approval."))
        return redirect("portal:opportunity", key)
    form = MakeForm(by=person, made=made)
    return _draw(request, form, LineForms(prefix="lines", initial=lines_of(made)), made)


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _save(request: HttpRequest, made: Opportunity | None) -> HttpResponse:
    data = similar.chosen(request.POST, "account", *_NEW_CUSTOMER)
    form = MakeForm(data, by=me(request), made=made)
    lines = LineForms(data, prefix="lines")
    if not (form.is_valid() & lines.is_valid()):
        return _draw(request, form, lines, made, status=422)
    near = similar.unseen(request.POST, _near(request, form))
    if near:
        return _draw(request, form, lines, made, status=422, similar=near, asked=True)
    try:
        saved = _do(request, form, lines, made)
    except Invalid as refused:
        _show(form, refused)
        return _draw(request, form, lines, made, status=422)
    except Stale as stale:
        assert made is not None
        form.begin_again(queries.opened(me(request), made.pk).opportunity.version)
        said = {"stale": stale.message, "differences": form.differences(stale)}
        return _draw(request, form, lines, made, status=409, **said)
    except Conflict as refused:
        return _draw(request, form, lines, made, status=409, refused=refused.message)
    done = (
        _("Saved")
        if made
        else _("Made. %(vendor)s is told, and asked to approve it.") % {"vendor": settings.VENDOR_NAME}
    )
    messages.success(request, done)
    return redirect("portal:opportunity", saved.pk)


def _near(request: HttpRequest, form: MakeForm) -> list[Near]:
    """Give the company's own customers that are very like the one that is made on the spot."""
    typed = form.cleaned_data
    if not typed["new_account_name"]:
        return []
    return similar_to(me(request), name=typed["new_account_name"], domain=typed["new_account_domain"])


def _do(
    request: HttpRequest, form: MakeForm, lines: BaseFormSet[LineForm], made: Opportunity | None
) -> Opportunity:
    values, step, by = form.values(chosen(lines)), form.step(), me(request)
    if made is None:
        return actions.make(values=values, by=by, next_step=step)
    return actions.revise(
        key=made.pk, version=form.cleaned_data["version"] or 0, values=values, by=by, next_step=step
    )


def _show(form: MakeForm, refused: Invalid) -> None:
    """Show what was refused, at the field in which it was typed."""
    places = {
        name: f"new_{name}_name"
        for name in ("account", "contact")
        if form.cleaned_data.get(f"new_{name}_name")
    }
    form.take(Invalid({places.get(name, name): text for name, text in refused.errors.items()}))


def _draw(
    request: HttpRequest,
    form: MakeForm,
    lines: BaseFormSet[LineForm],
    made: Opportunity | None = None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    lists = reverse("portal:opportunities")
    place = similar.place(reverse("portal:customers_similar"), "id_new_account_name", "id_new_account_domain")
    facts = {
        "nav": "portal:opportunities",
        "crumbs": [
            Crumb(_("Opportunities"), lists),
            *([Crumb(made.topic, reverse("portal:opportunity", args=[made.pk]))] if made else []),
        ],
        "made": made,
        "form": form,
        "lines": lines,
        "open_account": bool(form["new_account_name"].value()),
        "open_contact": bool(form["new_contact_name"].value()),
        "choose": "id_account",
        "similar_page": "portal:customer",
        **place,
        **more,
    }
    return render(request, "portal/making/form.html", facts, status)
