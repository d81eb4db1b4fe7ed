"""The forms of a customer and of a person there."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from kanal.directory import actions
from kanal.directory.countries import Choices, countries
from kanal.directory.models import Account, Contact, Person, Record
from kanal.directory.refusal import Invalid, Stale


def _country_choices() -> Choices:
    return [("", ""), *countries()]


class KeptForm(forms.ModelForm):  # type: ignore[type-arg]  # the class takes no argument at run time
    """The fields of a record that the company keeps; it hands them to the action."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=0, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["version"] = self.instance.version

    def _post_clean(self) -> None:
        """Leave the record as it is: the action fills and checks it, under the lock and in its own words."""

    def keep(self, *, by: Person, **facts: Any) -> Record:
        """Keep the record as the form has it, with further fields; raises what the action raises."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        kept: Record = actions.keep(
            kind=self._meta.model,
            key=None if self.instance._state.adding else self.instance.pk,
            version=self.cleaned_data["version"] or 0,
            values={**values, **facts},
            by=by,
        )
        return kept

    def close(self) -> None:
        """Show the fields without letting anybody change them."""
        for field in self.fields.values():
            field.disabled = True

    def refuse(self, refusal: Invalid) -> None:
        """Show what the action would not take, beside the fields that it names."""
        for name, text in refusal.errors.items():
            self.add_error(name if name in self.fields else None, str(text))

    def differences(self, stale: Stale) -> list[tuple[str, str, str]]:
        """Give each field that differs: its label, what stands in the record now, what was typed."""
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


class CustomerForm(KeptForm):
    """A customer."""

    country = forms.ChoiceField(label=_("Country"), choices=_country_choices, required=False)

    class Meta:
        model = Account
        fields = [
            "name",
            "domain",
            "registration_number",
            "industry",
            "employees",
            "phone",
            "street",
            "postal_code",
            "city",
            "country",
        ]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        industry = cast("forms.ModelChoiceField[Any]", self.fields["industry"])
        industry.empty_label = ""
        known = industry.queryset
        assert known is not None
        industry.queryset = known.filter(archived_at__isnull=True) | known.filter(
            pk=self.instance.industry_id
        )


class ContactForm(KeptForm):
    """A person at a customer."""

    class Meta:
        model = Contact
        fields = ["name", "job_title", "email", "phone"]
