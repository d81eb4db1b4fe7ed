"""The page of one policy, and of a new one."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kanal.desk.guard import person, vendor_only
from kanal.desk.policies.forms import PinForm, PinForms, PolicyForm, pins
from kanal.directory.access import refusal_to_keep
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed, Stale, Text
from kanal.distribution import actions
from kanal.distribution.actions.policies import AREA
from kanal.distribution.models import Policy, PolicyVersion
from kanal.distribution.policy_story import pins_by_name, pins_of
from kanal.distribution.term_words import flat
from kanal.distribution.terms import Terms
from kanal.web.components import Crumb, Tab


def found(key: uuid.UUID) -> Policy:
    """Give a policy, archived or not.

    Raises:
        Missing: there is none such.
    """
    policy: Policy | None = Policy.objects.filter(pk=key).first()
    if policy is None:
        raise Missing
    return policy


def head(request: HttpRequest, policy: Policy | None, part: str = "") -> dict[str, Any]:
    """Give what stands above every page of a policy."""
    facts: dict[str, Any] = {
        "nav": "desk:policies",
        "crumbs": [Crumb(_("Policies"), reverse("desk:policies"))],
        "policy": policy,
        "may_keep": refusal_to_keep(person(request), AREA) is None,
    }
    if policy is not None:
        names = {
            "": ("desk:policy", _("What it says")),
            "versions": ("desk:policy_versions", _("Versions")),
            "replay": ("desk:policy_replay", _("Try on the last 90 days")),
        }
        facts["parts"] = [
            Tab(label, reverse(name, args=[policy.pk]), current=one == part)
            for one, (name, label) in names.items()
        ]
    return facts


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, key: uuid.UUID | None = None) -> HttpResponse:
    """Show a policy, or an empty one with good defaults; and keep it.

    Raises:
        Missing: there is none such.
        NotAllowed: the person keeps no policies and wants to make or change one.
    """
    refused = refusal_to_keep(person(request), AREA)
    if refused is not None and (key is None or request.method == "POST"):
        raise NotAllowed(refused)
    policy = found(key) if key is not None else None
    if request.method == "POST":
        return _kept(request, policy)
    return _shown(request, policy, form_of(policy), lines_of(policy))


def _last(policy: Policy) -> PolicyVersion:
    return policy.versions.select_related("by").order_by("-number")[:1].get()


def _initial(policy: Policy | None) -> dict[str, Any]:
    if policy is None:
        return flat(Terms())
    return flat(Terms.read(_last(policy).data)) | {"name": policy.name, "version": policy.version}


def form_of(policy: Policy | None, data: Any = None) -> PolicyForm:
    """Give the form of a policy, filled with what it says or with what was typed."""
    return PolicyForm(data, initial=_initial(policy))


def lines_of(policy: Policy | None, data: Any = None) -> BaseFormSet[PinForm]:
    """Give the lines of its pins, in the same way."""
    if data is not None:
        return PinForms(data, prefix="pins")
    last = _last(policy) if policy else None
    pinned = pins_of([last])[last.pk] if last else {}
    lines = [{"account": one, "partner": other} for one, other in pinned.items()]
    return PinForms(initial=lines, prefix="pins")


def _kept(request: HttpRequest, policy: Policy | None) -> HttpResponse:
    form, lines = form_of(policy, request.POST), lines_of(policy, request.POST)
    if not (form.is_valid() & lines.is_valid()):
        return _shown(request, policy, form, lines, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    before = _last(policy).number if policy else 0
    try:
        kept = _keep(request, policy, form, lines)
    except Invalid as invalid:
        form.refuse(invalid)
        return _shown(request, policy, form, lines, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except Stale as stale:
        comparison = form.comparison(stale)
        form.begin_again(found(policy.pk).version if policy else 0)
        facts = {"stale": stale, "comparison": comparison}
        return _shown(request, policy, form, lines, status=HTTPStatus.CONFLICT, **facts)
    except Conflict as conflict:
        facts = {"refused": conflict.message}
        return _shown(request, policy, form, lines, status=HTTPStatus.CONFLICT, **facts)
    messages.success(request, _said(before, kept))
    return redirect("desk:policy", kept.policy_id)


def _keep(
    request: HttpRequest, policy: Policy | None, form: PolicyForm, lines: BaseFormSet[PinForm]
) -> PolicyVersion:
    """Make the one call; raises what the action raises."""
    given: dict[str, Any] = {
        "name": form.cleaned_data["name"],
        "terms": form.terms(),
        "pins": list(pins(lines)),
        "why": form.cleaned_data["why"],
        "by": person(request),
    }
    if policy is None:
        return actions.make_policy(**given)
    return actions.save_policy(key=policy.pk, version=form.cleaned_data["version"] or 0, **given)


def _said(before: int, kept: PolicyVersion) -> str:
    if kept.number == before:
        return _("Saved. It says what it said before, so version %(number)d still holds.") % {
            "number": before
        }
    if not before:
        return _("%(name)s is made. It judges what no policy before it takes.") % {"name": kept.policy}
    return _("Saved. Version %(number)d holds from now on.") % {"number": kept.number}


def _closed(request: HttpRequest, policy: Policy | None) -> Text | None:
    refused = refusal_to_keep(person(request), AREA)
    if refused is None and policy is not None and policy.archived_at is not None:
        return _("It is archived. Restore it to change it.")
    return refused


def _shown(
    request: HttpRequest,
    policy: Policy | None,
    form: PolicyForm,
    lines: BaseFormSet[PinForm],
    *,
    status: int = HTTPStatus.OK,
    **facts: Any,
) -> HttpResponse:
    closed = _closed(request, policy)
    if closed is not None and not form.is_bound:
        form.close()
    facts |= head(request, policy) | {"form": form, "pins": lines, "closed": closed}
    if policy is not None:
        facts["last"] = last = _last(policy)
        facts["pinned"] = pins_by_name(pins_of([last])[last.pk]) if closed else []
    return render(request, "desk/policies/edit.html", facts, status=status)
