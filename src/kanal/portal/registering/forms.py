"""The forms of a deal registration request; the rules stand in the domain, so no field is required here."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kanal.directory.countries import countries
from kanal.directory.models import ProductFamily
from kanal.directory.refusal import Invalid, Stale
from kanal.portal.forms import FilesForm
from kanal.registration.models import Registration
from kanal.registration.models.registration import FORM_FIELDS
from kanal.registration.terms import Terms
from kanal.web.forms import AmountField, DateField


class RequestForm(FilesForm, forms.ModelForm):  # type: ignore[type-arg]  # the class takes no argument at run time
    """What a partner says about a deal: all of it in a draft, else the fields that the vendor opened.

    Args:
        only: the fields that may be changed.
    """

    value = AmountField(required=False)
    expected_close = DateField(required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    accept_terms = forms.BooleanField(label=gettext_lazy("Our company accepts the terms"), required=False)
    wait_in_line = forms.BooleanField(label=gettext_lazy("Wait in line"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Registration
        fields = FORM_FIELDS
        widgets = {"work_done": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args: Any, only: Collection[str] = FORM_FIELDS, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["version"] = self.instance.version
        for name in set(FORM_FIELDS) - set(only):
            del self.fields[name]
        if "country" in self.fields:
            cast("forms.ChoiceField", self.fields["country"]).choices = [("", "–"), *countries()]
        if "expected_close" in self.fields:
            self.fields["expected_close"].label = _("Expected close")
        if "value" in self.fields:
            code = self.instance.currency.code
            self.fields["value"].label = _("Value in %(currency)s") % {"currency": code}
        if "family" in self.fields:
            family = cast("forms.ModelChoiceField[Any]", self.fields["family"])
            family.empty_label = "–"
            free = ProductFamily.objects.filter(archived_at__isnull=True)
            kept = ProductFamily.objects.filter(pk=self.instance.family_id)
            family.queryset = (free | kept).order_by("name")

    def _post_clean(self) -> None:
        """Leave the request as it is: the action fills it, under the lock and in its own words."""

    def values(self) -> dict[str, Any]:
        """Give the fields that can be kept, as the action takes them; what can't be read is left out."""
        return {name: value for name, value in self.cleaned_data.items() if name in FORM_FIELDS}

    def take(self, refused: Invalid) -> None:
        """Show what an action refused, at the fields; what names none of them stands at the top."""
        for name, text in refused.errors.items():
            self.add_error(name if name in self.fields else NON_FIELD_ERRORS, str(text))

    def differences(self, stale: Stale) -> list[tuple[str, str, str]]:
        """Give each field that differs: its label, what stands there now, what was typed."""
        return [
            (str(self.fields[name].label), str(now or "–"), str(self.cleaned_data.get(name) or "–"))
            for name, now in stale.changed.items()
            if name in self.fields
        ]

    def begin_again(self, version: int) -> None:
        """Let the next save start from the version that stands now, with what was typed."""
        typed = cast("QueryDict", self.data).copy()
        typed["version"] = str(version)
        self.data = typed


class AnswerForm(RequestForm):
    """The answer to what the vendor asked, with the fields that it opened."""

    answer = forms.CharField(
        label=gettext_lazy("Your answer"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["accept_terms"], self.fields["wait_in_line"]


class WithdrawForm(forms.Form):
    """Giving a request up."""

    text = forms.CharField(
        label=gettext_lazy("Why, if you want to say"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ExtendForm(FilesForm):
    """Asking for more time."""

    days = forms.IntegerField(label=gettext_lazy("Days"), required=False, min_value=1)
    evidence = forms.CharField(
        label=gettext_lazy("What has happened with the customer, and what comes next"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, terms: Terms, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, initial={"days": terms.extension_days})
        self.order_fields(["days", "evidence", "files"])
        self.fields["days"].help_text = _("At most %(days)d.") % {"days": terms.extension_days}
        for name, field in self.fields.items():
            field.widget.attrs["id"] = f"id_extend_{name}"
