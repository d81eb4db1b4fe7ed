"""The dialogs of what can be done to the status."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kanal.config import clock
from kanal.directory.models import Person
from kanal.directory.refusal import Invalid
from kanal.distribution import actions
from kanal.distribution.queries import partner_names
from kanal.opportunities.lifecycle import Verb
from kanal.opportunities.models import CANCELED_BY, LOST_BY, WON_BY, CloseReason, Opportunity
from kanal.web.forms import AmountField, DateField


class VerbForm(forms.Form):
    """The fields of a verb's dialog; a subclass names them and does the verb."""

    verb: Verb
    title: Promise
    lead: Promise
    done: Promise
    button = "btn btn-primary"

    @property
    def id(self) -> str:
        """Give the id of its dialog."""
        return f"{self.verb.value}-dialog"

    @property
    def opener(self) -> str:
        """Give the words of the button that opens it."""
        return str(OPENERS[self.verb])

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, prefix=self.verb.value, **options)
        self.explained = str(self.lead)

    def about(self, opportunity: Opportunity) -> None:
        """Explain what depends on the opportunity."""

    def do(self, key: uuid.UUID, by: Person) -> Any:
        """Do it."""
        raise NotImplementedError

    def refuse(self, refusal: Invalid) -> None:
        """Show what the action could not take, at the field that it names."""
        for name, text in refusal.errors.items():
            place = {"close_reason": "reason"}.get(name, name)
            self.add_error(place if place in self.fields else None, str(text))


def _words(label: Any, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("It stands on the timeline; partners that take part read it there."),
    )


class Withdraw(VerbForm):
    """Taking an offer back."""

    verb = Verb.WITHDRAW
    title = gettext_lazy("Withdraw the offer?")
    lead = gettext_lazy(
        "The partner is told at once and no longer sees it. The status becomes “In progress”."
    )
    done = gettext_lazy("Offer withdrawn; the partner is told")
    button = "btn btn-danger-quiet"
    text = _words(gettext_lazy("What the partner is told"))

    def do(self, key: uuid.UUID, by: Person) -> Any:
        """Withdraw it."""
        return actions.withdraw(key=key, by=by, reason=self.cleaned_data["text"])


class TakeBack(VerbForm):
    """Taking back what a partner has accepted."""

    verb = Verb.TAKE_BACK
    title = gettext_lazy("Take it back?")
    lead = gettext_lazy("The status becomes “In progress”, and another partner can get it.")
    done = gettext_lazy("Taken back; the partner is told")
    button = "btn btn-danger-quiet"
    reason = _words(gettext_lazy("Why, as the partner is told"), required=True)

    def about(self, opportunity: Opportunity) -> None:
        """Name those who are told."""
        names = partner_names(opportunity)
        if names:
            told = ngettext(
                "%(partners)s loses access at once and is told why.",
                "%(partners)s lose access at once and are told why.",
                len(names),
            ) % {"partners": get_text_list(names, _("and"))}
            self.explained = f"{told} {self.lead}"

    def do(self, key: uuid.UUID, by: Person) -> Any:
        """Take it back."""
        return actions.take_back(key=key, reason=self.cleaned_data["reason"], by=by)


class Hold(VerbForm):
    """Pausing."""

    verb = Verb.HOLD
    title = gettext_lazy("Put it on hold?")
    lead = gettext_lazy("It stays open and comes back with the status that it has now.")
    done = gettext_lazy("Put on hold")
    reason = _words(gettext_lazy("Why"), required=True)

    def do(self, key: uuid.UUID, by: Person) -> Any:
        """Pause it."""
        return actions.hold(key=key, reason=self.cleaned_data["reason"], by=by)


class Resume(VerbForm):
    """Going on."""

    verb = Verb.RESUME
    title = gettext_lazy("Go on with it?")
    lead = gettext_lazy("It gets back the status that it had before it was put on hold.")
    done = gettext_lazy("Resumed")

    def do(self, key: uuid.UUID, by: Person) -> Any:
        """Go on."""
        return actions.resume(key=key, by=by)


class _Close(VerbForm):
    reasons: ClassVar[tuple[CloseReason, ...]] = CANCELED_BY
    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    text = _words(gettext_lazy("In your own words"))

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose a reason")), *((one.value, one.label) for one in self.reasons)]


class Win(_Close):
    """Closing as won."""

    verb = Verb.WIN
    reasons = WON_BY
    title = gettext_lazy("Close as won?")
    lead = gettext_lazy("The partner that manages it sees that it is won.")
    done = gettext_lazy("Closed as won")
    revenue = AmountField(label=gettext_lazy("Actual revenue"), required=False)
    on = DateField(label=gettext_lazy("Date"), initial=clock.today, required=False)
    field_order = ["revenue", "on", "reason", "text"]

    def do(self, key: uuid.UUID, by: Person) -> Any:
        """Close it."""
        return actions.win(key=key, by=by, **self.cleaned_data)

    def refuse(self, refusal: Invalid) -> None:
        """Name the fields as the form does."""
        names = {"actual_revenue": "revenue", "actual_close_date": "on"}
        super().refuse(Invalid({names.get(name, name): text for name, text in refusal.errors.items()}))


class Lose(_Close):
    """Closing as lost."""

    verb = Verb.LOSE
    reasons = LOST_BY
    title = gettext_lazy("Close as lost?")
    lead = gettext_lazy("The partner that manages it sees that it is lost.")
    done = gettext_lazy("Closed as lost")
    on = DateField(label=gettext_lazy("Date"), initial=clock.today, required=False)
    competitor = forms.CharField(
        label=gettext_lazy("Competitor"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Who won it, or was in the running."),
    )
    field_order = ["on", "reason", "competitor", "text"]

    def do(self, key: uuid.UUID, by: Person) -> Any:
        """Close it."""
        return actions.lose(key=key, by=by, **self.cleaned_data)

    def refuse(self, refusal: Invalid) -> None:
        """Name the fields as the form does."""
        super().refuse(
            Invalid(
                {{"actual_close_date": "on"}.get(name, name): text for name, text in refusal.errors.items()}
            )
        )


class Extend(VerbForm):
    """Moving the expected close later."""

    verb = Verb.EXTEND
    title = gettext_lazy("Extend the expected close?")
    lead = gettext_lazy("The partners that take part are told the new date and the reason.")
    done = gettext_lazy("Extended; the partners are told")
    until = DateField(label=gettext_lazy("New expected close"))
    reason = _words(gettext_lazy("Why"), required=True)

    def do(self, key: uuid.UUID, by: Person) -> Any:
        """Extend it."""
        return actions.extend(
            key=key, until=self.cleaned_data["until"], reason=self.cleaned_data["reason"], by=by
        )

    def refuse(self, refusal: Invalid) -> None:
        """Name the fields as the form does."""
        names = {"estimated_close_date": "until"}
        super().refuse(Invalid({names.get(name, name): text for name, text in refusal.errors.items()}))


class Cancel(_Close):
    """Closing what comes to nothing."""

    verb = Verb.CANCEL
    title = gettext_lazy("Cancel this opportunity?")
    lead = gettext_lazy(
        "It is closed. An offer that waits for an answer is withdrawn, and the partner is told."
    )
    done = gettext_lazy("Canceled")
    button = "btn btn-danger-quiet"

    def do(self, key: uuid.UUID, by: Person) -> Any:
        """Cancel it."""
        return actions.cancel(key=key, by=by, **self.cleaned_data)


class Refuse(_Close):
    """Refusing what a partner made."""

    verb = Verb.REFUSE
    title = gettext_lazy("Refuse this opportunity?")
    lead = gettext_lazy("It is closed. The partner that made it is told why at once, and still reads it.")
    done = gettext_lazy("Refused; the partner is told")
    button = "btn btn-danger-quiet"

    def do(self, key: uuid.UUID, by: Person) -> Any:
        """Refuse it."""
        return actions.refuse(key=key, by=by, **self.cleaned_data)


class Reopen(VerbForm):
    """Opening again."""

    verb = Verb.REOPEN
    title = gettext_lazy("Reopen it?")
    lead = gettext_lazy("It goes back to its partner where one still takes part, else to “In progress”.")
    done = gettext_lazy("Reopened")
    reason = _words(gettext_lazy("Why"), required=True)

    def do(self, key: uuid.UUID, by: Person) -> Any:
        """Open it."""
        return actions.reopen(key=key, reason=self.cleaned_data["reason"], by=by)


FORMS: dict[Verb, type[VerbForm]] = {
    form.verb: form for form in (Withdraw, TakeBack, Hold, Resume, Extend, Win, Lose, Refuse, Cancel, Reopen)
}
# The words on the button that opens each dialog.
OPENERS: dict[Verb, Any] = {
    Verb.WITHDRAW: gettext_lazy("Withdraw…"),
    Verb.TAKE_BACK: gettext_lazy("Take back…"),
    Verb.HOLD: gettext_lazy("Put on hold…"),
    Verb.RESUME: gettext_lazy("Resume…"),
    Verb.EXTEND: gettext_lazy("Extend…"),
    Verb.WIN: gettext_lazy("Won…"),
    Verb.LOSE: gettext_lazy("Lost…"),
    Verb.REFUSE: gettext_lazy("Refuse…"),
    Verb.CANCEL: gettext_lazy("Cancel opportunity…"),
    Verb.REOPEN: gettext_lazy("Reopen…"),
}


def dialogs(found: Iterable[Verb], opportunity: Opportunity, refused: VerbForm | None) -> list[VerbForm]:
    """Give the forms of the dialogs that a page needs; the refused one as it was typed."""
    made: list[VerbForm] = []
    for verb in found:
        if refused is not None and refused.verb is verb:
            made.append(refused)
        elif verb in FORMS:
            initial = {"revenue": opportunity.estimated_revenue, "competitor": opportunity.competitor}
            made.append(FORMS[verb](initial=initial))
    for form in made:
        form.about(opportunity)
    return made
