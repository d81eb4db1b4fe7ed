"""The forms of what is decided on a request, each of which does its verb."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kanal.config import clock
from kanal.directory.models import Person
from kanal.directory.refusal import Invalid
from kanal.registration import access, actions
from kanal.registration.lifecycle import RejectReason, RevokeReason, Status, Verb
from kanal.registration.models import Registration
from kanal.registration.models.registration import FORM_FIELDS
from kanal.web import words
from kanal.web.forms import DateField, LookupField

_CHOOSE = ("", gettext_lazy("Choose a reason"))
# What can be done beside the verbs of the table.
HAND_OVER, EXTENSION = "hand_over", "extension"


@dataclass(frozen=True)
class Setting:
    """What the forms of one request begin with.

    Attributes:
        registration: which.
        by: who reads.
        ends: the last day that the policy gives.
        original: the request that was found to be the same; behind: the one that protects the customer.
        people: to whom the decision can be handed over.
    """

    registration: Registration
    by: Person
    ends: date
    original: uuid.UUID | None = None
    behind: uuid.UUID | None = None
    people: tuple[Person, ...] = ()


class DecisionForm(forms.Form):
    """The fields of a dialog; a subclass names them and does the verb.

    Attributes:
        verb: its name in the address.
        title, lead, button: the words of the dialog.
        danger: the button takes something away.
    """

    verb: ClassVar[str]
    title: ClassVar[str | Promise]
    lead: ClassVar[str | Promise] = ""
    button: ClassVar[str | Promise]
    danger: ClassVar[bool] = False

    def __init__(self, setting: Setting, data: Any = None) -> None:
        super().__init__(data, prefix=self.verb)
        self.setting = setting
        self.explained = str(self.lead)
        self.prepare()

    def prepare(self) -> None:
        """Fill choices and first values in."""

    @property
    def id(self) -> str:
        """Give the id of its dialog."""
        return f"{self.verb}-dialog"

    def do(self) -> str:
        """Do it, and say what was done."""
        raise NotImplementedError

    def refuse(self, refusal: Invalid) -> None:
        """Show what the action would not take, at the field that it names."""
        for name, text in refusal.errors.items():
            self.add_error(name if name in self.fields else None, str(text))

    def same(self, name: str, value: Any) -> None:
        """Let a field begin with a value."""
        self.fields[name].initial = value

    @property
    def target(self) -> dict[str, Any]:
        """Give what every action takes: which request, and who."""
        return {"key": self.setting.registration.pk, "by": self.setting.by}


def _words(label: Any, *, required: bool = True, rows: int = 3, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=hint or gettext_lazy("The partner reads it."),
    )


class Approve(DecisionForm):
    """Giving the approval that is wanted next."""

    verb = Verb.APPROVE.value
    title = gettext_lazy("Approve this request?")
    button = gettext_lazy("Approve")
    ends = DateField(label=gettext_lazy("Ends"), required=False)

    def prepare(self) -> None:
        """Propose the last day that the policy gives."""
        self.same("ends", self.setting.ends)
        self.fields["ends"].widget.attrs |= {
            "form": "approve-form",  # the field stands on the page, beside the picture of time
            "min": clock.today().isoformat(),
            "max": (clock.today() + timedelta(days=actions.LONGEST_DAYS)).isoformat(),
        }

    def do(self) -> str:
        """Approve it."""
        asked, proposed = self.cleaned_data["ends"], self.setting.ends
        one = actions.approve(ends=asked if asked != proposed else None, **self.target)
        if one.status != Status.APPROVED or one.protection is None:
            return _("Approved. One more approval is wanted; whoever gives it is told.")
        return _("%(customer)s is protected for %(partner)s until %(day)s. The partner is told.") % {
            "customer": one.company,
            "partner": one.partner.name,
            "day": words.plain_day(one.protection.last_day),
        }


class Reject(DecisionForm):
    """Rejecting, with a reason of the closed list."""

    verb = Verb.REJECT.value
    title = gettext_lazy("Reject this request?")
    lead = gettext_lazy("The partner reads the reason and your words at once, and keeps its opportunity.")
    button = gettext_lazy("Reject")
    danger = True
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=[_CHOOSE, *RejectReason.choices])
    text = _words(gettext_lazy("Your words"))

    def do(self) -> str:
        """Reject it."""
        one = actions.reject(
            reason=self.cleaned_data["reason"], text=self.cleaned_data["text"], **self.target
        )
        return _("The request of %(partner)s is rejected. The partner is told why.") % {
            "partner": one.partner.name
        }


class Ask(DecisionForm):
    """Asking for information."""

    verb = Verb.ASK.value
    title = gettext_lazy("Ask for information?")
    lead = gettext_lazy(
        "Your clock stands still until the partner answers. It can change only the fields that you open."
    )
    button = gettext_lazy("Send the question")
    question = _words(gettext_lazy("Question"))
    fields_open = forms.MultipleChoiceField(
        label=gettext_lazy("Fields to open"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def prepare(self) -> None:
        """Name the fields as the partner's form does."""
        field = self.fields["fields_open"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(name, label_of(name)) for name in FORM_FIELDS]

    def do(self) -> str:
        """Ask."""
        one = actions.ask(
            question=self.cleaned_data["question"], fields=self.cleaned_data["fields_open"], **self.target
        )
        return _("Your question is with %(partner)s. Your clock stands still meanwhile.") % {
            "partner": one.partner.name
        }

    def refuse(self, refusal: Invalid) -> None:
        """Name the fields as the form does."""
        super().refuse(
            Invalid(
                {{"fields": "fields_open"}.get(name, name): text for name, text in refusal.errors.items()}
            )
        )


def label_of(name: str) -> str:
    """Give what a field of the request is called at the desk."""
    if name == "work_done":
        return _("Why this partner")
    label = str(Registration._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return label[0].upper() + label[1:]


class _Other(DecisionForm):
    """What names another request."""

    other: ClassVar[str]

    def _open_to(self, first: uuid.UUID | None) -> None:
        field = self.fields[self.other]
        assert isinstance(field, LookupField)
        seen = access.visible(self.setting.by).exclude(pk=self.setting.registration.pk)
        field.queryset = seen.select_related("partner__account")
        self.same(self.other, first)


def _request(label: Any, hint: Any) -> LookupField:
    return LookupField(
        Registration.objects.none(),
        url=reverse_lazy("desk:lookup_registrations"),
        find_by="reference",
        label=label,
        help_text=hint,
    )


class MarkDuplicate(_Other):
    """Closing as a duplicate."""

    verb = Verb.MARK_DUPLICATE.value
    title = gettext_lazy("Mark as a duplicate?")
    lead = gettext_lazy(
        "It is closed. The partner is told no more than that the customer was asked for before."
    )
    button = gettext_lazy("Mark as duplicate")
    danger = True
    other = "original"
    original = _request(
        gettext_lazy("The request that was first"), gettext_lazy("Search by reference, customer or partner.")
    )
    text = _words(gettext_lazy("Your words"), required=False)

    def prepare(self) -> None:
        """Propose what was found."""
        self._open_to(self.setting.original)

    def do(self) -> str:
        """Close it."""
        one = actions.mark_duplicate(
            original=self.cleaned_data["original"].pk, text=self.cleaned_data["text"], **self.target
        )
        assert one.original is not None
        return _("Closed as a duplicate of %(reference)s. The partner is told.") % {
            "reference": one.original.reference
        }


class LineUp(_Other):
    """Putting it in line."""

    verb = Verb.LINE_UP.value
    title = gettext_lazy("Put it in line?")
    lead = gettext_lazy(
        "It waits for the other protection to end, at the place of its submission, and then comes back by itself."
    )
    button = gettext_lazy("Put in line")
    other = "behind"
    behind = _request(
        gettext_lazy("Behind which request"), gettext_lazy("An approved one for the same product family.")
    )

    def prepare(self) -> None:
        """Propose the one that protects the customer."""
        self._open_to(self.setting.behind)

    def do(self) -> str:
        """Put it there."""
        one = actions.line_up(behind=self.cleaned_data["behind"].pk, **self.target)
        assert one.behind is not None
        return _("It waits in line behind %(reference)s. The partner is told.") % {
            "reference": one.behind.reference
        }


class HandOver(DecisionForm):
    """Letting somebody else decide."""

    verb = HAND_OVER
    title = gettext_lazy("Hand the decision over?")
    lead = gettext_lazy("The other one is told, and the promised time goes on.")
    button = gettext_lazy("Hand over")
    to = forms.ChoiceField(label=gettext_lazy("To whom"))

    def prepare(self) -> None:
        """Offer those who can give the approval."""
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        people = [(str(one.pk), f"{one.name}, {one.role_label}") for one in self.setting.people]
        field.choices = [("", _("Choose somebody")), *people]

    def do(self) -> str:
        """Hand it over."""
        person = next(one for one in self.setting.people if str(one.pk) == self.cleaned_data["to"])
        actions.hand_over(to=person.pk, **self.target)
        return _("The decision is %(who)s’s now. %(who)s is told.") % {"who": person.name}


class Revoke(DecisionForm):
    """Taking a protection back."""

    verb = Verb.REVOKE.value
    title = gettext_lazy("Take the protection back?")
    lead = gettext_lazy(
        "It ends at once and the customer is free; the next in line comes up. The partner reads why."
    )
    button = gettext_lazy("Revoke")
    danger = True
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=[_CHOOSE, *RevokeReason.choices])
    text = _words(gettext_lazy("Your words"))

    def do(self) -> str:
        """Take it back."""
        one = actions.revoke(
            reason=self.cleaned_data["reason"], text=self.cleaned_data["text"], **self.target
        )
        return _("The protection of %(customer)s has ended. %(partner)s is told why.") % {
            "customer": one.company,
            "partner": one.partner.name,
        }


class DecideExtension(DecisionForm):
    """Granting or refusing more time."""

    verb = EXTENSION
    title = gettext_lazy("More time for this protection?")
    button = gettext_lazy("Grant")
    text = _words(
        gettext_lazy("Your words"),
        required=False,
        hint=gettext_lazy("The partner reads it; needed where you refuse."),
    )

    def do(self) -> str:
        """Grant it, or refuse it by the other button."""
        grant = "refuse" not in self.data
        one = actions.decide_extension(grant=grant, text=self.cleaned_data["text"], **self.target)
        if grant:
            return _("Granted: %(n)d more days. The partner is told.") % {"n": one.days}
        return _("More time is refused. The partner is told why.")


class TakeUp(DecisionForm):
    """Taking it up; a button without a dialog."""

    verb = Verb.TAKE_UP.value
    title = gettext_lazy("Take it up?")
    button = gettext_lazy("Take up")

    def do(self) -> str:
        """Take it up."""
        actions.take_up(**self.target)
        return _("It is in review, and yours. The partner sees that.")


FORMS: Mapping[str, type[DecisionForm]] = {
    form.verb: form
    for form in (Approve, Reject, Ask, MarkDuplicate, LineUp, HandOver, Revoke, DecideExtension, TakeUp)
}
