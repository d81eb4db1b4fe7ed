"""The dialogs that give more time to managed work, pause it, and end it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kanal.config import clock
from kanal.directory.models import Person
from kanal.distribution import actions
from kanal.distribution.workplace import Workplace
from kanal.opportunities.lifecycle import Verb
from kanal.opportunities.models import CANCELED_BY, LOST_BY, WON_BY, CloseReason
from kanal.portal.work_forms import WorkForm, note_field
from kanal.web import words
from kanal.web.forms import AmountField, DateField


def _reasons(*chosen: CloseReason) -> forms.ChoiceField:
    choices = [("", gettext_lazy("Choose a reason")), *((one.value, one.label) for one in chosen)]
    return forms.ChoiceField(label=gettext_lazy("Reason"), choices=choices)


class _Told(WorkForm):
    """A dialog of which the vendor is told."""

    told: str | Promise

    @property
    def lead(self) -> str:  # type: ignore[override]
        """Say what happens and who is told."""
        return str(self.told) % {"vendor": settings.VENDOR_NAME}


# ── More time, and pauses ────────────────────────────────────────────────────────────────────────
class Extend(_Told):
    """Moving the expected close later."""

    slug, verb = "extend", Verb.EXTEND
    opener = gettext_lazy("Extend…")
    title = gettext_lazy("Extend the expected close?")
    told = gettext_lazy("%(vendor)s is told the new date and your reason.")
    button = gettext_lazy("Extend")
    done = gettext_lazy("Extended. The vendor is told.")
    places: ClassVar[Mapping[str, str]] = {"estimated_close_date": "until"}
    until = DateField(label=gettext_lazy("New expected close"))
    reason = note_field(gettext_lazy("Why"), required=True)

    def __init__(self, place: Workplace, data: Any = None) -> None:
        super().__init__(place, data)
        left = place.extension
        if left is not None and left.left:
            latest = _("Until %(day)s at most.") % {"day": words.day(left.latest)}
            again = ngettext(
                "You may extend it %(n)d more time.", "You may extend it %(n)d more times.", left.left
            )
            self.fields["until"].help_text = f"{latest} {again % {'n': left.left}}"

    @property
    def blocked(self) -> str:
        """Say that the extensions are used."""
        left = self.place.extension
        if left is None or left.left:
            return ""
        used = _("All extensions are used. Ask %(vendor)s with a note on the timeline for more time.")
        return used % {"vendor": settings.VENDOR_NAME}

    def do(self, by: Person) -> object:
        """Extend it."""
        return actions.extend(
            key=self.key, until=self.cleaned_data["until"], reason=self.cleaned_data["reason"], by=by
        )


class Hold(WorkForm):
    """Pausing."""

    slug, verb = "hold", Verb.HOLD
    opener = gettext_lazy("Put on hold…")
    title = gettext_lazy("Put it on hold?")
    lead = gettext_lazy(
        "It stays yours and comes back with the status that it has now. Your reason is on the timeline."
    )
    button = gettext_lazy("Put on hold")
    done = gettext_lazy("Put on hold.")
    reason = note_field(gettext_lazy("Why"), required=True)

    def do(self, by: Person) -> object:
        """Pause it."""
        return actions.hold(key=self.key, reason=self.cleaned_data["reason"], by=by)


class Resume(WorkForm):
    """Going on."""

    slug, verb = "resume", Verb.RESUME
    opener = gettext_lazy("Resume…")
    title = gettext_lazy("Go on with it?")
    lead = gettext_lazy("It gets back the status that it had before it was put on hold.")
    button = gettext_lazy("Resume")
    done = gettext_lazy("Resumed.")

    def do(self, by: Person) -> object:
        """Go on."""
        return actions.resume(key=self.key, by=by)


# ── The end ──────────────────────────────────────────────────────────────────────────────────────
class Win(_Told):
    """Closing as won."""

    slug, verb = "win", Verb.WIN
    opener = gettext_lazy("Won…")
    title = gettext_lazy("Close as won?")
    told = gettext_lazy("It moves to your won opportunities, and %(vendor)s is told.")
    button = gettext_lazy("Close as won")
    done = gettext_lazy("Won. Congratulations!")
    places: ClassVar[Mapping[str, str]] = {
        "actual_revenue": "revenue",
        "actual_close_date": "on",
        "close_reason": "reason",
    }
    revenue = AmountField(label=gettext_lazy("Actual revenue"))
    on = DateField(label=gettext_lazy("Date"))
    reason = _reasons(*WON_BY)
    text = note_field(gettext_lazy("In your own words"))

    def __init__(self, place: Workplace, data: Any = None) -> None:
        super().__init__(place, data)
        code = place.opened.opportunity.currency.code
        self.fields["revenue"].label = _("Actual revenue in %(currency)s") % {"currency": code}
        self.fields["text"].required = False

    def known(self) -> dict[str, Any]:
        """Begin with the estimate, today."""
        return {"revenue": self.place.opened.opportunity.estimated_revenue, "on": clock.today()}

    def do(self, by: Person) -> object:
        """Close it."""
        return actions.win(key=self.key, by=by, **self.cleaned_data)


class Lose(_Told):
    """Closing as lost."""

    slug, verb = "lose", Verb.LOSE
    opener = gettext_lazy("Lost…")
    title = gettext_lazy("Close as lost?")
    told = gettext_lazy("It moves to your lost opportunities, and %(vendor)s is told why.")
    button = gettext_lazy("Close as lost")
    done = gettext_lazy("Closed as lost.")
    danger = True
    places: ClassVar[Mapping[str, str]] = {"close_reason": "reason", "actual_close_date": "on"}
    reason = _reasons(*LOST_BY)
    competitor = forms.CharField(
        label=gettext_lazy("Competitor"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Who won it, if you know."),
    )
    on = DateField(label=gettext_lazy("Date"))
    text = note_field(gettext_lazy("In your own words"))

    def known(self) -> dict[str, Any]:
        """Begin with today."""
        return {"on": clock.today(), "competitor": self.place.opened.opportunity.competitor}

    def do(self, by: Person) -> object:
        """Close it."""
        return actions.lose(key=self.key, by=by, **self.cleaned_data)


class Return(_Told):
    """Giving it back."""

    slug, verb = "return", Verb.RETURN
    opener = gettext_lazy("Return…")
    title = gettext_lazy("Return it to the vendor?")
    told = gettext_lazy(
        "It leaves your list at once. %(vendor)s is told your reason and looks for another partner."
    )
    button = gettext_lazy("Return")
    done = gettext_lazy("Returned. The vendor is told.")
    danger = True
    # The domain says what a missing reason means, so that page and program say the same.
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=actions.ReturnReason.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    text = note_field(gettext_lazy("In your own words"))

    def do(self, by: Person) -> object:
        """Give it back."""
        return actions.return_(key=self.key, by=by, **self.cleaned_data)


class Cancel(_Told):
    """Calling off what the company made itself."""

    slug, verb = "cancel", Verb.CANCEL
    opener = gettext_lazy("Cancel opportunity…")
    title = gettext_lazy("Cancel this opportunity?")
    told = gettext_lazy("Your company made it, so you may call it off. It is closed, and %(vendor)s is told.")
    button = gettext_lazy("Cancel opportunity")
    done = gettext_lazy("Canceled.")
    danger = True
    places: ClassVar[Mapping[str, str]] = {"close_reason": "reason"}
    reason = _reasons(*CANCELED_BY)
    text = note_field(gettext_lazy("In your own words"))

    def do(self, by: Person) -> object:
        """Close it."""
        return actions.cancel(key=self.key, by=by, **self.cleaned_data)
