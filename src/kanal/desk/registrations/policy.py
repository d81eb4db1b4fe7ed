"""The settings page of deal registration: what the policy says, and who said what else when and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from http import HTTPStatus
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from kanal.desk.guard import person, vendor_only
from kanal.desk.paging import CappedPaginator, size
from kanal.directory.access import refusal_to_keep
from kanal.directory.models import Tier
from kanal.directory.refusal import Invalid, NotAllowed, Stale
from kanal.registration import actions
from kanal.registration.actions.policies import AREA, RANGES
from kanal.registration.models import RegistrationPolicy
from kanal.registration.policy import in_force
from kanal.registration.term_words import TERM_WORDS, differences, told
from kanal.registration.terms import Terms
from kanal.web.components import Crumb, Tab
from kanal.web.forms import AmountField

_AMOUNTS = ("auto_below", "two_above")
_SWITCHES = ("two_for_conflict", "may_override", "protect_direct")
_TIER = "tier_"
# The parts of the page: id, heading, terms.
PARTS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("period", gettext_lazy("Protection"), ("protect_days", "extensions", "extension_days", "remind_days")),
    ("activity", gettext_lazy("Activity"), ("activity_days", "warn_days")),
    ("deciding", gettext_lazy("Deciding"), ("decide_hours", "answer_days", "alike")),
    ("words", gettext_lazy("Whose approval"), ("auto_below", "auto_rank", "two_above", "two_for_conflict")),
    ("room", gettext_lazy("How many at a time"), ("cap", "cap_bonus", "bonus_percent", "line_most")),
    ("checks", gettext_lazy("Checking a customer"), ("checks_a_day", "checks_a_company")),
    ("holding", gettext_lazy("How far it holds"), ("protect_direct", "may_override")),
)


class DaysField(forms.CharField):
    """Several numbers of days, with commas between them; its value is a tuple of numbers."""

    default_error_messages = {"numbers": gettext_lazy("Write numbers of days with commas between them.")}

    def prepare_value(self, value: Any) -> Any:
        """Show them with commas."""
        return value if isinstance(value, str) or value is None else ", ".join(str(one) for one in value)

    def to_python(self, value: Any) -> Any:
        """Read them."""
        if not isinstance(value, str):
            return tuple(value or ())
        words = [word.strip() for word in value.replace(";", ",").split(",") if word.strip()]
        if not all(word.isdecimal() and len(word) < 5 for word in words):
            raise forms.ValidationError(self.error_messages["numbers"], code="numbers")
        return tuple(int(word) for word in words)


def _number(name: str) -> forms.IntegerField:
    least, most = RANGES[name]
    widget = forms.NumberInput(attrs={"class": "k-num d-number", "min": least, "max": most})
    return forms.IntegerField(**_named(name), widget=widget)


def _amount(name: str) -> AmountField:
    field = AmountField(**_named(name), max_digits=12, decimal_places=0)
    field.label = _("%(label)s, %(currency)s") % {"label": field.label, "currency": settings.BASE_CURRENCY}
    return field


def _switch(name: str) -> forms.BooleanField:
    widget = forms.CheckboxInput(attrs={"class": "k-switch", "role": "switch"})
    return forms.BooleanField(**_named(name), required=False, widget=widget)


def _named(name: str) -> dict[str, Any]:
    words = TERM_WORDS[name]
    return {"label": words.label, "help_text": words.meaning}


class PolicyForm(forms.Form):
    """Everything that the policy says."""

    remind_days = DaysField(**_named("remind_days"), required=False, max_length=60)
    terms = forms.CharField(
        **_named("terms"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 8})
    )
    why = forms.CharField(
        label=gettext_lazy("Why this change?"),
        help_text=gettext_lazy("Stands beside the version for everybody who asks later."),
        required=False,
        max_length=500,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, number: int, terms: Terms) -> None:
        self.tiers = [(f"{_TIER}{tier.pk}", tier) for tier in Tier.objects.order_by("-rank", "name")]
        super().__init__(data, initial=self._initial(number, terms))
        self.fields |= {name: _number(name) for name in RANGES if name not in _AMOUNTS}
        self.fields |= {name: _amount(name) for name in _AMOUNTS}
        self.fields |= {name: _switch(name) for name in _SWITCHES}
        self.fields |= {name: self._of_tier(tier) for name, tier in self.tiers}

    def _initial(self, number: int, terms: Terms) -> dict[str, Any]:
        plain = {item.name: getattr(terms, item.name) for item in fields(Terms) if item.name != "cap_by_tier"}
        of_tiers = {f"{_TIER}{key}": cap for key, cap in terms.cap_by_tier.items()}
        return {**plain, **of_tiers, "version": number}

    @staticmethod
    def _of_tier(tier: Tier) -> forms.IntegerField:
        widget = forms.NumberInput(attrs={"class": "k-num d-number", "min": 0, "max": 10_000})
        return forms.IntegerField(
            label=tier.name, required=False, min_value=0, max_value=10_000, widget=widget
        )

    def close(self) -> None:
        """Show the fields without letting anybody change them."""
        for field in self.fields.values():
            field.disabled = True

    def said(self) -> Terms:
        """Give what was typed as terms."""
        data = self.cleaned_data
        plain = {item.name: data[item.name] for item in fields(Terms) if item.name in data}
        plain |= {name: int(data[name]) for name in _AMOUNTS}
        caps = {name.removeprefix(_TIER): data[name] for name, _one in self.tiers if data[name] is not None}
        return Terms(**{**plain, "cap_by_tier": caps})

    def refuse(self, refusal: Invalid) -> None:
        """Show what the action would not take, beside the fields that it names."""
        for name, text in refusal.errors.items():
            self.add_error(name if name in self.fields else None, str(text))

    def begin_again(self, number: int) -> None:
        """Let the next save start from the version that stands now, with what was typed."""
        typed = cast("QueryDict", self.data).copy()
        typed["version"] = str(number)
        self.data = typed

    @property
    def parts(self) -> list[tuple[str, Any, list[BoundField], list[BoundField]]]:
        """Give the parts of the page: id, heading, numbers, switches."""
        return [
            (
                key,
                heading,
                [self[name] for name in names if name not in _SWITCHES],
                [self[name] for name in names if name in _SWITCHES],
            )
            for key, heading, names in PARTS
        ]

    @property
    def caps(self) -> list[BoundField]:
        """Give the numbers of the tiers, the highest first."""
        return [self[name] for name, _tier in self.tiers]


def _head(request: HttpRequest, part: str) -> dict[str, Any]:
    labels: Mapping[str, tuple[str, Any]] = {
        "": ("desk:registration_policy", gettext_lazy("What it says")),
        "versions": ("desk:registration_policy_versions", pgettext_lazy("of a policy", "Versions")),
    }
    return {
        "nav": "desk:registrations",
        "crumbs": [Crumb(_("Sales"), ""), Crumb(_("Registrations"), reverse("desk:registrations"))],
        "parts": [
            Tab(str(label), reverse(name), current=key == part) for key, (name, label) in labels.items()
        ],
        "closed": refusal_to_keep(person(request), AREA),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@vendor_only
def page(request: HttpRequest) -> HttpResponse:
    """Show the policy, and keep it.

    Raises:
        NotAllowed: the person keeps no policies and wants to change it.
    """
    if request.method == "POST":
        refused = refusal_to_keep(person(request), AREA)
        if refused is not None:
            raise NotAllowed(refused)
        return _kept(request)
    return _shown(request, _form())


def _form(data: Any = None) -> PolicyForm:
    now = in_force()
    return PolicyForm(data, number=now.version.number if now.version else 0, terms=now.terms)


def _kept(request: HttpRequest) -> HttpResponse:
    form = _form(request.POST)
    if not form.is_valid():
        return _shown(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    before = form.cleaned_data["version"] or 0
    try:
        kept = actions.keep_policy(
            number=before, terms=form.said(), why=form.cleaned_data["why"], by=person(request)
        )
    except Invalid as invalid:
        form.refuse(invalid)
        return _shown(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except Stale as stale:
        now = in_force()
        form.begin_again(now.version.number if now.version else 0)
        facts = {"stale": stale, "differs": differences(now.terms, form.said())}
        return _shown(request, form, status=HTTPStatus.CONFLICT, **facts)
    if kept is not None and kept.number != before:
        messages.success(request, _("Saved. Version %(number)d holds from now on.") % {"number": kept.number})
    else:
        messages.success(
            request,
            _("Saved. It says what it said before, so version %(number)d still holds.") % {"number": before},
        )
    return redirect("desk:registration_policy")


def _shown(
    request: HttpRequest, form: PolicyForm, *, status: int = HTTPStatus.OK, **facts: Any
) -> HttpResponse:
    head = _head(request, "")
    if head["closed"] is not None:
        form.close()
    facts |= head | {"form": form, "last": in_force().version}
    return render(request, "desk/registrations/policy.html", facts, status=status)


@require_safe
@vendor_only
def versions(request: HttpRequest) -> HttpResponse:
    """Show the versions, the newest first: who saved each, why, and what it changed."""
    found = RegistrationPolicy.objects.select_related("by").order_by("-number")
    pages = CappedPaginator(found, size(request), count=found.count())
    shown = pages.get_page(request.GET.get("page"))
    rows = list(shown.object_list)
    before = found.filter(number=rows[-1].number - 1).first() if rows else None
    facts = _head(request, "versions") | {
        "page": shown,
        "told": told(rows, before),
        "newest": pages.count,
    }
    return render(request, "desk/registrations/versions.html", facts)
