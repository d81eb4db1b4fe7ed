"""What the forms of the directory have in common: sections, a version, and no choice of what is archived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from kanal.directory import actions
from kanal.directory.countries import Choices, countries, languages, time_zones
from kanal.directory.models import Person, Record
from kanal.directory.refusal import Invalid, Stale, Text
from kanal.web.forms import CodesField

Layout = Sequence[tuple[Text, Sequence[str]]]


def country_choices() -> Choices:
    """Give the countries, with none before them."""
    return [("", ""), *countries()]


def country_field() -> forms.ChoiceField:
    """Give a choice of one country, or none, in the reader's language."""
    return forms.ChoiceField(label=_("Country"), choices=country_choices, required=False)


def language_choices() -> Choices:
    """Give the languages, with none before them."""
    return [("", ""), *languages()]


def languages_field(help_text: Any = "") -> CodesField:
    """Give a field for several languages, typed by their names."""
    return CodesField(
        label=_("Languages"),
        help_text=help_text,
        choices=languages,
        unknown=_("There is no language “%(word)s”. Write its name, or its two letters."),
        required=False,
    )


def time_zone_field(help_text: Any = "") -> forms.ChoiceField:
    """Give a choice of one time zone."""
    return forms.ChoiceField(
        label=_("Time zone"), choices=time_zones, help_text=help_text, initial=settings.TIME_ZONE
    )


class FilterForm(forms.Form):
    """Fields that narrow a list; each is named as the field of the record that it compares."""

    def narrow(self, records: QuerySet[Any]) -> QuerySet[Any]:
        """Leave the records that agree with every field that is filled in; what can't be read finds nothing."""
        if not self.is_valid():
            return records.none()
        return records.filter(**{name: value for name, value in self.cleaned_data.items() if value})


class RecordForm(forms.ModelForm):  # type: ignore[type-arg]  # the class takes no argument at run time
    """The fields of a record; it hands them to the action that keeps such a record.

    Attributes:
        layout: sections of the page, each with its heading and the names of its fields.
        narrow: fields of a section that stand three in a line.
        amounts: by the field of an amount, that of its currency; both are shown as one.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, initial=0, required=False)

    layout: ClassVar[Layout] = ()
    narrow: ClassVar[frozenset[str]] = frozenset()
    amounts: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["version"] = self.instance.version
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
                field.empty_label = None if field.empty_label is None else ""
                field.queryset = field.queryset.filter(
                    Q(archived_at__isnull=True) | Q(pk__in=self._present(name))
                )

    def _post_clean(self) -> None:
        """Leave the record as it is: the action fills and checks it, under the lock and in its own words."""

    def _present(self, name: str) -> list[Any]:
        """Give the keys of what a field names now: it stays a choice even where it is archived."""
        value = self.initial.get(name)
        values = value if isinstance(value, (list, tuple)) else [value]
        return [one.pk if isinstance(one, Model) else one for one in values if one]

    def sections(self) -> Iterator[dict[str, Any]]:
        """Give the sections of the form: title and fields, each with how it is laid out."""
        everything: Layout = [("", list(self._meta.fields or ()))]
        for title, names in self.layout or everything:
            yield {
                "title": title,
                "rows": [self._row(name) for name in names],
                "narrow": self.narrow.issuperset(names),
            }

    def _row(self, name: str) -> dict[str, BoundField | None]:
        currency = self.amounts.get(name)
        return {"field": self[name], "currency": self[currency] if currency else None}

    def close(self) -> None:
        """Show the fields without letting anybody change them."""
        for field in self.fields.values():
            field.disabled = True

    def values(self) -> dict[str, Any]:
        """Give the fields that stand in the record itself."""
        related = self._related_names()
        return {name: value for name, value in self.cleaned_data.items() if name not in related | {"version"}}

    def related(self) -> dict[str, list[Record]]:
        """Give the fields that name several other records."""
        return {
            name: list(self.cleaned_data[name]) for name in self._related_names() & self.cleaned_data.keys()
        }

    def _related_names(self) -> set[str]:
        return {field.name for field in self._meta.model._meta.many_to_many}

    @property
    def key(self) -> Any:
        """Give the key of the record that is changed; None for a new one."""
        return None if self.instance._state.adding else self.instance.pk

    def keep(self, *, by: Person) -> Record:
        """Keep the record as the form has it; raises what the action raises."""
        kept: Record = actions.keep(
            kind=self._meta.model,
            key=self.key,
            version=self.cleaned_data["version"] or 0,
            values=self.values(),
            related=self.related(),
            by=by,
        )
        return kept

    def refuse(self, refusal: Invalid) -> None:
        """Show what the action would not take, beside the fields that it names."""
        for name, text in refusal.errors.items():
            self.add_error(name if name in self.fields else None, str(text))

    def comparison(self, stale: Stale) -> list[tuple[str, str, str]]:
        """Give each field that differs: its label, what stands in the record now, what was typed."""
        return [
            (
                str(self.fields[name].label),
                self._shown(name, now),
                self._shown(name, self.cleaned_data.get(name)),
            )
            for name, now in stale.changed.items()
            if name in self.fields
        ]

    def _shown(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, CodesField):
            return str(field.prepare_value(value) or "–")
        if isinstance(value, Model):
            return str(value)
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            return str(dict(field.choices).get(value, value or "–"))  # type: ignore[arg-type]
        if hasattr(value, "__iter__") and not isinstance(value, str):
            return ", ".join(sorted(str(one) for one in value)) or "–"
        return "–" if value in (None, "") else str(value)

    def begin_again(self, version: int) -> None:
        """Let the next save start from the version that stands now, with what was typed."""
        typed = cast("QueryDict", self.data).copy()
        typed[self.add_prefix("version")] = str(version)
        self.data = typed
