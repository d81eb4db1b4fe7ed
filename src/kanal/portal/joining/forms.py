"""The form with which a company applies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kanal.directory.countries import countries
from kanal.directory.refusal import Invalid
from kanal.joining.models import Application
from kanal.portal.joining.robots import Timing, new_stamp, read_stamp

_SEVERAL = ("territories", "industries", "families")
_LAYOUT = (
    (
        gettext_lazy("Your company"),
        ("company", "registration_number", "domain", "employees", "street", "postal_code", "city", "country"),
    ),
    (gettext_lazy("You"), ("name", "job_title", "email", "phone")),
    (gettext_lazy("Where you work"), _SEVERAL),
    (gettext_lazy("Working together"), ("products", "why")),
)
_FILLED_IN = {
    "company": "organization",
    "street": "street-address",
    "postal_code": "postal-code",
    "city": "address-level2",
    "country": "country",
    "name": "name",
    "email": "email",
    "phone": "tel",
    "job_title": "organization-title",
}


def _choose() -> list[tuple[str, str]]:
    return [("", ""), *countries()]


class ApplyForm(forms.ModelForm):  # type: ignore[type-arg]  # the class takes no argument at run time
    """An application; `trap` is a field that people do not see, `stamp` says when the form was shown."""

    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=_choose)
    consent = forms.BooleanField()
    trap = forms.CharField(
        label=gettext_lazy("Leave this field empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    stamp = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)

    class Meta:
        model = Application
        fields = [
            "company",
            "registration_number",
            "domain",
            "employees",
            "street",
            "postal_code",
            "city",
            "name",
            "job_title",
            "email",
            "phone",
            "territories",
            "industries",
            "families",
            "products",
            "why",
        ]
        widgets = {
            **dict.fromkeys(_SEVERAL, forms.CheckboxSelectMultiple),
            "products": forms.Textarea(attrs={"rows": 2}),
            "why": forms.Textarea(attrs={"rows": 6}),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.order_fields([name for _title, names in _LAYOUT for name in names])
        self.fields["consent"].label = _(
            "%(vendor)s may keep what I wrote, to decide on this application and to write to me about it."
        ) % {"vendor": settings.VENDOR_NAME}
        self._bare: set[str] = set()
        self.fields["consent"].error_messages["required"] = _("Without this we may not read the application.")
        for name in _SEVERAL:
            field = self.fields[name]
            assert isinstance(field, forms.ModelMultipleChoiceField)
            assert field.queryset is not None
            field.queryset = field.queryset.filter(archived_at__isnull=True)
            # Where the vendor keeps no such list, nothing can be chosen from it.
            field.error_messages["required"] = _("Choose at least one.")
            if not field.queryset.exists():
                field.required = False
                self._bare.add(name)
        for name, kind in _FILLED_IN.items():
            self.fields[name].widget.attrs["autocomplete"] = kind
        self.fields["phone"].widget.input_type = "tel"
        self.initial.setdefault("stamp", new_stamp())

    def _post_clean(self) -> None:
        """Leave the record alone: the action fills and checks it."""

    def clean_domain(self) -> str:
        """Take an address of a page for the domain that it is at."""
        text = str(self.cleaned_data["domain"]).strip().lower()
        return text.partition("://")[2].partition("/")[0] if "://" in text else text.rstrip("/")

    def clean(self) -> None:
        """Refuse what a robot fills in, and forms that come back too fast or too late."""
        super().clean()
        if self.cleaned_data.get("trap"):
            self.add_error("trap", _("Empty this field: it is there to recognize robots."))
        self.stamped = read_stamp(self.cleaned_data.get("stamp", ""))
        text = {
            Timing.TOO_FAST: _("That was very fast. Wait a few seconds, then send it again."),
            Timing.TOO_OLD: _("This page was open for very long. Look through it, then send it again."),
            Timing.FORGED: _("This page had lost its date. Look through it, then send it again."),
        }.get(self.stamped.timing)
        # Whoever has other things to mend needs no word of how fast they were.
        if text and not (self.errors and self.stamped.timing is Timing.TOO_FAST):
            self.add_error(None, text)
        if self.stamped.timing in {Timing.TOO_OLD, Timing.FORGED}:
            typed = cast("QueryDict", self.data).copy()
            typed["stamp"] = new_stamp()
            self.data = typed

    def sections(self) -> Iterator[dict[str, Any]]:
        """Give the sections of the form; lists that the vendor does not keep are left out."""
        for title, names in _LAYOUT:
            fields = [self[name] for name in names if self._is_shown(name)]
            if fields:
                yield {"title": title, "fields": fields, "narrow": set(names) == set(_SEVERAL)}

    def _is_shown(self, name: str) -> bool:
        field = self.fields[name]
        return not isinstance(field, forms.ModelMultipleChoiceField) or name not in self._bare

    def values(self) -> dict[str, Any]:
        """Give the fields that stand in the record itself."""
        left_out = {*_SEVERAL, "consent", "trap", "stamp"}
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}

    def related(self) -> dict[str, list[Any]]:
        """Give the fields that name several other records."""
        return {name: list(self.cleaned_data[name]) for name in _SEVERAL}

    def refuse(self, refusal: Invalid) -> None:
        """Show what the action would not take, beside the fields that it names."""
        for name, text in refusal.errors.items():
            self.add_error(name if name in self.fields else None, str(text))
