"""The form of a policy: a field for each term by its plain name, and a line for each pin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.db.models import Q
from django.forms import BaseFormSet, BoundField, formset_factory
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kanal.directory.countries import countries
from kanal.directory.models import Account, AccountKind, Industry, Partner, ProductFamily, Territory
from kanal.directory.refusal import Invalid, Stale
from kanal.distribution.actions.policies import Pin
from kanal.distribution.policy_story import naming, pin_words
from kanal.distribution.term_checks import LARGEST_VALUE, RANGES
from kanal.distribution.term_words import (
    CHOSEN_RULES,
    RULE_WORDS,
    TERM_WORDS,
    WEIGHT_GROUPS,
    WEIGHT_WORDS,
    WHEN_WORDS,
    from_flat,
    label,
    said,
)
from kanal.distribution.terms import ALWAYS, RULES, WEIGHTS, Terms
from kanal.opportunities.models import Rating, Source
from kanal.web.forms import AmountField, CodesField, LookupField

_RECORDS: Mapping[str, Any] = {
    "takes_territories": Territory,
    "takes_families": ProductFamily,
    "takes_industries": Industry,
}
_CHOICES = {"takes_sources": Source.choices, "takes_ratings": Rating.choices}
_VALUES = ("takes_value_least", "takes_value_most", "value_least", "value_most")


class TimesField(forms.CharField):
    """Times of the day with commas between them; its value is a tuple of texts. The action judges them."""

    def prepare_value(self, value: Any) -> Any:
        """Show them with commas."""
        return value if isinstance(value, str) or value is None else ", ".join(value)

    def to_python(self, value: Any) -> Any:
        """Read them; an hour may be written with one digit."""
        if not isinstance(value, str):
            return tuple(value or ())
        times = [time.strip() for time in value.replace(";", ",").split(",") if time.strip()]
        return tuple(sorted(time.zfill(5) if ":" in time else time for time in times))


def _several(name: str, choices: Sequence[tuple[str, Any]]) -> forms.MultipleChoiceField:
    words = TERM_WORDS[name]
    return forms.MultipleChoiceField(
        label=words.label,
        help_text=str(words.meaning),
        choices=choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


def _records(name: str, present: Sequence[str]) -> forms.MultipleChoiceField:
    """Give the choice of records; what is archived is a choice only where it is chosen already."""
    found = _RECORDS[name].objects.filter(Q(archived_at__isnull=True) | Q(pk__in=present))
    return _several(name, [(str(one.pk), str(one)) for one in found])


def _number(name: str) -> forms.IntegerField:
    least, most = RANGES[name]
    words = TERM_WORDS[name]
    # The range stands in the field for the keyboard's sake; that it holds is for the action to say.
    widget = forms.NumberInput(attrs={"class": "k-num d-number", "min": least, "max": most})
    return forms.IntegerField(label=words.label, help_text=str(words.meaning), widget=widget)


def _value(name: str) -> AmountField:
    words = TERM_WORDS[name]
    return AmountField(
        label=words.label,
        help_text=str(words.meaning),
        required=False,
        max_digits=16,
        decimal_places=0,
        max_value=LARGEST_VALUE,
    )


def _rule(name: str) -> forms.BooleanField:
    words = RULE_WORDS[name]
    widget = forms.CheckboxInput(attrs={"class": "k-switch", "role": "switch"})
    return forms.BooleanField(label=words.label, help_text=str(words.meaning), required=False, widget=widget)


def _weight(name: str) -> forms.IntegerField:
    words = WEIGHT_WORDS[name]
    attrs = {"class": "k-num d-points", "min": 0, "max": 100, "data-weight": name}
    return forms.IntegerField(
        label=words.label, help_text=str(words.meaning), widget=forms.NumberInput(attrs=attrs)
    )


@dataclass(frozen=True)
class Group:
    """Some parts of the score that a picture shows in one hue: its key, name, hue, fields, and how many points."""

    key: str
    label: Any
    hue: str
    fields: list[BoundField]
    points: int


class PolicyForm(forms.Form):
    """Everything that a policy says, but its pins; see `PinForms`."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    takes_countries = CodesField(
        label=TERM_WORDS["takes_countries"].label,
        help_text=TERM_WORDS["takes_countries"].meaning,
        choices=countries,
        unknown=gettext_lazy("There is no country “%(word)s”. Write its name, or its two letters."),
        required=False,
    )
    when = forms.ChoiceField(
        label=TERM_WORDS["when"].label, choices=list(WHEN_WORDS.items()), widget=forms.RadioSelect
    )
    times = TimesField(
        label=TERM_WORDS["times"].label, help_text=TERM_WORDS["times"].meaning, required=False, max_length=200
    )
    why = forms.CharField(
        label=gettext_lazy("Why this change?"),
        help_text=gettext_lazy("Stands beside the version for everybody who asks later."),
        required=False,
        max_length=500,
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial))
        for name in _RECORDS:
            self.fields[name] = _records(name, initial.get(name, ()))
        for name, choices in _CHOICES.items():
            self.fields[name] = _several(name, choices)
        self.fields |= {name: _value(name) for name in _VALUES}
        self.fields |= {name: _number(name) for name in RANGES}
        self.fields |= {f"rule_{name}": _rule(name) for name in CHOSEN_RULES}
        self.fields |= {f"weight_{name}": _weight(name) for name in WEIGHTS}

    def close(self) -> None:
        """Show the fields without letting anybody change them."""
        for field in self.fields.values():
            field.disabled = True

    def terms(self) -> Terms:
        """Give what was typed as terms."""
        given = {name: self._plain(value) for name, value in self.cleaned_data.items()}
        return from_flat({name: given[name] for name in given if name not in {"name", "why", "version"}})

    def _plain(self, value: Any) -> Any:
        if isinstance(value, list):
            return tuple(value)
        return int(value) if value is not None and not isinstance(value, (bool, int, str, tuple)) else value

    def refuse(self, refusal: Invalid) -> None:
        """Show what the action would not take, beside the fields that it names."""
        for name, text in refusal.errors.items():
            self.add_error(name if name in self.fields else None, str(text))

    # ── What the page lays out ──
    def rows(self, *names: str) -> list[BoundField]:
        """Give some fields."""
        return [self[name] for name in names]

    @property
    def takes_lists(self) -> list[BoundField]:
        """Give what the filter chooses from lists; a list without choices is left out."""
        return [self[name] for name in (*_RECORDS, *_CHOICES) if self.fields[name].choices]  # type: ignore[attr-defined]

    @property
    def takes_others(self) -> list[BoundField]:
        """Give the rest of the filter."""
        return self.rows("takes_countries", "takes_value_least", "takes_value_most")

    @property
    def rules(self) -> list[BoundField]:
        """Give the switches of the hard rules."""
        return self.rows(*(f"rule_{name}" for name in CHOSEN_RULES))

    @property
    def always(self) -> list[tuple[Any, Any]]:
        """Give the rules that hold in any case: name and sentence."""
        return [(RULE_WORDS[name].label, RULE_WORDS[name].meaning) for name in RULES if name in ALWAYS]

    @property
    def limits(self) -> list[BoundField]:
        """Give the figures that the rules need."""
        return self.rows("tier_least", "value_least", "value_most")

    @property
    def scales(self) -> list[BoundField]:
        """Give the figures that say when a part has its full points."""
        return self.rows("near_km", "far_km", "quick_hours", "slow_hours", "rest_days", "rate_days")

    @property
    def fairness(self) -> list[BoundField]:
        """Give the shares."""
        return self.rows("score_least", "share_most", "share_new", "new_offers")

    @property
    def offer(self) -> list[BoundField]:
        """Give what holds of each offer."""
        return self.rows("answer_hours", "remind_hours", "attempts")

    @property
    def groups(self) -> list[Group]:
        """Give the parts of the score, in groups."""
        return [
            Group(key, words, f"c{place}", self.rows(*(f"weight_{p}" for p in parts)), self._points(parts))
            for place, (key, (words, parts)) in enumerate(WEIGHT_GROUPS.items(), start=1)
        ]

    @property
    def parts(self) -> list[tuple[str, int, str]]:
        """Give the parts of the score as the bar draws them: key, points, hue."""
        return [
            (part, self._points([part]), f"c{place}")
            for place, (_words, parts) in enumerate(WEIGHT_GROUPS.values(), start=1)
            for part in parts
        ]

    @property
    def points(self) -> int:
        """Give the sum of all points that stand there."""
        return self._points(list(WEIGHTS))

    def _points(self, parts: Sequence[str]) -> int:
        return sum(_read(self[f"weight_{part}"].value()) for part in parts)

    # ── Somebody was faster ──
    def comparison(self, stale: Stale) -> list[tuple[str, str, str]]:
        """Give each term that differs: what it is called, what stands there now, what was typed."""
        now = from_flat(
            {name: value for name, value in stale.changed.items() if name in self.fields and name != "name"}
        )
        typed = self.cleaned_data
        name_of = naming([now, self.terms()])
        rows = []
        for name, value in stale.changed.items():
            if name == "name":
                rows.append((_("Name"), str(value), str(typed["name"])))
            elif name == "pins":
                rows.append((_("Pinned customers"), pin_words(cast("Any", value)), _("as below")))
            else:
                yours = said(name, self._plain(typed[name]), name_of)
                rows.append((str(label(name)), said(name, value, name_of), yours))
        return rows

    def begin_again(self, version: int) -> None:
        """Let the next save start from the version that stands now, with what was typed."""
        typed = cast("QueryDict", self.data).copy()
        typed["version"] = str(version)
        self.data = typed


def _read(value: Any) -> int:
    """Read points that may be anything that somebody typed."""
    try:
        return max(0, min(1000, int(value)))
    except (TypeError, ValueError):
        return 0


class PinForm(forms.Form):
    """A customer that always goes to one partner."""

    account = LookupField(
        Account.objects.filter(kind=AccountKind.CUSTOMER),
        url=reverse_lazy("desk:lookup_accounts"),
        label=gettext_lazy("Customer"),
        required=False,
    )
    partner = LookupField(
        Partner.objects.select_related("account"),
        url=reverse_lazy("desk:lookup_partners"),
        find_by="account__name",
        label=gettext_lazy("Always goes to"),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the half that is missing."""
        data = super().clean() or {}
        if (
            not data.get("DELETE")
            and not self.errors
            and bool(data.get("account")) != bool(data.get("partner"))
        ):
            missing = "partner" if data.get("account") else "account"
            text = {
                "partner": _("Choose the partner that gets this customer."),
                "account": _("Choose the customer."),
            }
            self.add_error(missing, text[missing])
        return data

    def pin(self) -> Pin | None:
        """Give the pin; None for an empty line or one that is taken out."""
        data = self.cleaned_data
        if data.get("DELETE") or not data.get("account"):
            return None
        return data["account"].pk, data["partner"].pk


PinForms: type[BaseFormSet[PinForm]] = formset_factory(PinForm, extra=1, can_delete=True, max_num=1000)


def pins(forms_: BaseFormSet[PinForm]) -> Iterator[Pin]:
    """Give the pins of checked lines."""
    yield from filter(None, (one.pin() for one in forms_.forms))
