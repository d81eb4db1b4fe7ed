"""*I am away*: until when, and who decides meanwhile."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from kanal.config import clock
from kanal.directory.models import Person
from kanal.directory.refusal import Invalid
from kanal.registration import access
from kanal.registration.models import Absence
from kanal.web.forms import DateField


class AwayForm(forms.Form):
    """Until when somebody is away, and who decides meanwhile."""

    until = DateField(
        label=gettext_lazy("Away until"), help_text=gettext_lazy("The last day on which you are away.")
    )
    deputy = forms.ModelChoiceField(
        Person.objects.none(),
        label=gettext_lazy("Who decides meanwhile"),
        empty_label=gettext_lazy("Choose somebody"),
    )

    def __init__(self, by: Person, data: Any = None) -> None:
        super().__init__(data, prefix="away")
        field = self.fields["deputy"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = access.deciders().exclude(pk=by.pk).order_by("name", "pk")

    def refuse(self, refusal: Invalid) -> None:
        """Show what the action would not take, beside the fields that it names."""
        for name, text in refusal.errors.items():
            self.add_error(name if name in self.fields else None, str(text))


def context(by: Person, form: AwayForm | None = None) -> dict[str, Any]:
    """Give what the queue shows of absence: the form, and whether the reader is away."""
    if not access.may_decide(by):
        return {"away_form": None, "away": None}
    here = Absence.objects.filter(person=by, until__gte=clock.today()).select_related("deputy").first()
    return {"away_form": form or AwayForm(by), "away": here}
