"""The dialogs of work on a managed opportunity: what each asks, says, and does."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kanal.directory.models import PartnerRole, Person
from kanal.directory.refusal import Invalid, Stale
from kanal.distribution import actions
from kanal.distribution.workplace import Workplace
from kanal.opportunities.actions import NewContact
from kanal.opportunities.lifecycle import Stage, Verb
from kanal.portal.forms import DomainForm
from kanal.web import words
from kanal.web.forms import AmountField, DateField


def note_field(label: Any, *, rows: int = 2, required: bool = False, limit: int = 2000) -> forms.CharField:
    """Give a field for a few lines of words."""
    return forms.CharField(
        label=label, required=required, max_length=limit, widget=forms.Textarea(attrs={"rows": rows})
    )


class WorkForm(DomainForm):
    """A dialog of work; a subclass names its fields and does the verb.

    Attributes:
        slug: its name in the address, and of its dialog.
        verb: what it does, for `access`.
        title, lead: its heading, and what happens and who is told.
        opener: the words of the button that opens it.
        button: the words of the button that does it.
        done: what is said afterwards.
        danger: whether it ends something.
        places: fields of the domain's refusals that are called otherwise here.
    """

    slug: ClassVar[str]
    verb: ClassVar[Verb]
    title: str | Promise
    lead: str | Promise = ""
    opener: str | Promise
    button: str | Promise = gettext_lazy("Save")
    done: str | Promise = gettext_lazy("Saved.")
    danger: ClassVar[bool] = False
    places: ClassVar[Mapping[str, str]] = {}

    def __init__(self, place: Workplace, data: Any = None) -> None:
        self.place = place
        super().__init__(data, prefix=self.slug, initial=self.known())

    def known(self) -> dict[str, Any]:
        """Give what the fields begin with."""
        return {}

    def do(self, by: Person) -> object:
        """Do it; raises what the action raises."""
        raise NotImplementedError

    def take(self, refused: Invalid) -> None:
        """Show what an action refused, at the fields as they are called here."""
        super().take(Invalid({self.places.get(name, name): text for name, text in refused.errors.items()}))

    def begin_again(self, place: Workplace) -> None:
        """Let the next try start from how things stand now; most dialogs do so anyway."""

    @property
    def key(self) -> uuid.UUID:
        """Give the key of the opportunity."""
        return self.place.opened.opportunity.pk

    @property
    def blocked(self) -> str:
        """Say why there is nothing to fill in, where that is so."""
        return ""


# ── Stage ────────────────────────────────────────────────────────────────────────────────────────
def _asked(name: str, *, currency: str, required: bool) -> forms.Field:
    """Give the field for something that a stage asks for."""
    if name == "estimated_revenue":
        return AmountField(label=_("Value in %(currency)s") % {"currency": currency}, required=required)
    if name == "estimated_close_date":
        return DateField(label=_("Expected close"), required=required)
    return forms.CharField(
        label=_("Customer need"), required=required, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )


class NextStage(WorkForm):
    """Moving to the next stage, with what it asks for."""

    slug, verb = "stage", Verb.MOVE_STAGE
    stage = forms.ChoiceField(choices=Stage.choices, widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    note = note_field(gettext_lazy("Note"))

    def __init__(self, place: Workplace, data: Any = None) -> None:
        super().__init__(place, data)
        self._ask(self.target, required=True)
        self.order_fields(["stage", *self.asked, "note"])

    @property
    def target(self) -> Stage:
        """Give the stage that it leads to: the next one, unless somebody moved it while the page was open."""
        sent = self.data.get(self.add_prefix("stage"), "")
        if sent in Stage.values:
            return Stage(sent)
        return self.place.following or Stage(self.place.opened.opportunity.stage)

    def _ask(self, stage: Stage, *, required: bool) -> None:
        self.asked = self.place.missing(stage)
        code = self.place.opened.opportunity.currency.code
        for name in self.asked:
            self.fields[name] = _asked(name, currency=code, required=required)

    def known(self) -> dict[str, Any]:
        """Name the next stage, and the one from which it leads."""
        return {"stage": self.place.following or "", "seen": self.place.opened.opportunity.stage}

    @property
    def title(self) -> str:  # type: ignore[override]
        """Name the stage."""
        return _("Move to %(stage)s") % {"stage": self.target.label}

    @property
    def opener(self) -> str:  # type: ignore[override]
        """Name the stage."""
        return self.title

    @property
    def button(self) -> str:  # type: ignore[override]
        """Name the stage."""
        return self.title

    @property
    def lead(self) -> str:  # type: ignore[override]
        """Say what the stage asks for, and who reads the note."""
        asks = _("This stage asks for what is still empty below.") + " " if self.asked else ""
        return asks + _("The move and your note stand on the timeline; whoever takes part reads them.")

    @property
    def done(self) -> str:  # type: ignore[override]
        """Name the stage."""
        return _("Stage: %(stage)s") % {"stage": self.target.label}

    def do(self, by: Person) -> object:
        """Move it."""
        given = self.cleaned_data
        return actions.move_stage(
            key=self.key,
            stage=given["stage"],
            note=given["note"],
            seen=given["seen"],
            values={name: given[name] for name in self.asked if given.get(name) not in (None, "")},
            by=by,
        )

    def begin_again(self, place: Workplace) -> None:
        """Let the next try start from the stage that stands now, with what was typed."""
        typed = cast("QueryDict", self.data).copy()
        typed[self.add_prefix("seen")] = place.opened.opportunity.stage
        self.data = typed


class OtherStage(NextStage):
    """Moving to any stage, back as well."""

    slug = "other-stage"
    opener = gettext_lazy("Move to another stage…")  # type: ignore[assignment]
    title = gettext_lazy("Move to another stage")  # type: ignore[assignment]
    button = gettext_lazy("Move")  # type: ignore[assignment]

    def __init__(self, place: Workplace, data: Any = None) -> None:
        super().__init__(place, data)
        now = place.opened.opportunity.stage
        others = [(key, label) for key, label in Stage.choices if key != now]
        self.fields["stage"] = forms.ChoiceField(
            label=_("Stage"), choices=[("", _("Choose a stage")), *others]
        )
        self._ask(Stage.CLOSING, required=False)
        self.order_fields(["stage", *self.asked, "note"])

    def known(self) -> dict[str, Any]:
        """Leave the choice to the reader."""
        return {"seen": self.place.opened.opportunity.stage}

    @property
    def lead(self) -> str:  # type: ignore[override]
        """Say when the empty fields are needed."""
        asks = _("From “%(stage)s” on, what is empty below is needed.") + " " if self.asked else ""
        first = next((one for one in Stage if self.place.missing(one)), Stage.CLOSING)
        told = _("The move and your note stand on the timeline; whoever takes part reads them.")
        return asks % {"stage": first.label} + told


# ── Keeping the record ───────────────────────────────────────────────────────────────────────────
class EditForm(WorkForm):
    """A dialog that edits: it names the version that it started from."""

    verb = Verb.UPDATE
    version = forms.IntegerField(widget=forms.HiddenInput)

    def known(self) -> dict[str, Any]:
        """Give the fields as they stand."""
        opportunity = self.place.opened.opportunity
        names = [name for name in self.base_fields if hasattr(opportunity, name)]
        return {name: getattr(opportunity, name) for name in names}

    def changes(self) -> dict[str, Any]:
        """Give the new values."""
        return {name: self.cleaned_data[name] for name in self.fields if name != "version"}

    def do(self, by: Person) -> object:
        """Keep them."""
        return actions.update(
            key=self.key, version=self.cleaned_data["version"], changes=self.changes(), by=by
        )

    def begin_again(self, place: Workplace) -> None:
        """Let the next save start from the version that stands now, with what was typed."""
        typed = cast("QueryDict", self.data).copy()
        typed[self.add_prefix("version")] = str(place.opened.opportunity.version)
        self.data = typed

    def compare(self, stale: Stale) -> None:
        """Say what stands there now."""
        now = [
            f"{self.fields[name].label}: {_shown(value)}"
            for name, value in stale.changed.items()
            if name in self.fields
        ]
        there = " " + _("There stands now: %(now)s.") % {"now": "; ".join(now)} if now else ""
        self.add_error(None, str(stale) + there)


def _shown(value: object) -> str:
    if hasattr(value, "isoformat"):
        return str(words.day(value))  # type: ignore[arg-type]
    if value in (None, ""):
        return "–"
    return str(value) if isinstance(value, str) else words.number(value)  # type: ignore[arg-type]


class Figures(EditForm):
    """The value and the expected close."""

    slug = "figures"
    title = gettext_lazy("Edit value and expected close")
    opener = gettext_lazy("Edit value and close…")
    estimated_revenue = AmountField(label=gettext_lazy("Value"), required=False)
    estimated_close_date = DateField(label=gettext_lazy("Expected close"), required=False)

    def __init__(self, place: Workplace, data: Any = None) -> None:
        super().__init__(place, data)
        code = place.opened.opportunity.currency.code
        self.fields["estimated_revenue"].label = _("Value in %(currency)s") % {"currency": code}
        if place.date_is_fixed:
            del self.fields["estimated_close_date"]
        elif place.opened.opportunity.estimated_close_date:
            hint = _("You can move it nearer here. To move it later, choose “Extend…”.")
            self.fields["estimated_close_date"].help_text = hint

    @property
    def lead(self) -> str:  # type: ignore[override]
        """Say who reads it."""
        told = _("Whoever takes part reads on the timeline that it changed.")
        if self.place.date_is_fixed:
            sets = _("In a partner collaboration %(vendor)s sets the expected close.")
            return told + " " + sets % {"vendor": settings.VENDOR_NAME}
        return told


class NextStep(EditForm):
    """What is to be done next, and when."""

    slug = "next-step"
    title = gettext_lazy("Edit next step")
    opener = gettext_lazy("Edit next step")
    lead = gettext_lazy("It stands at the top of this page and on the timeline, for whoever takes part.")
    next_step = forms.CharField(label=gettext_lazy("Next step"), max_length=200, required=False)
    next_step_on = DateField(label=gettext_lazy("Date"), required=False)


class NewPerson(WorkForm):
    """A person of the customer."""

    slug, verb = "contact", Verb.ADD_CONTACT
    title = gettext_lazy("Add a contact")
    opener = gettext_lazy("Add a contact…")
    button = gettext_lazy("Add")
    done = gettext_lazy("The contact is added.")
    name = forms.CharField(label=gettext_lazy("Name"), max_length=160)
    job_title = forms.CharField(label=gettext_lazy("Job title"), max_length=120, required=False)
    email = forms.EmailField(label=gettext_lazy("Email"), required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)

    @property
    def lead(self) -> str:  # type: ignore[override]
        """Say whose person it is, and who sees them."""
        facts = {"customer": self.place.opened.opportunity.account_name, "vendor": settings.VENDOR_NAME}
        return _("Somebody at %(customer)s. %(vendor)s sees them too.") % facts

    def do(self, by: Person) -> object:
        """Add them."""
        return actions.add_contact(key=self.key, contact=NewContact(**self.cleaned_data), by=by)


class Assign(WorkForm):
    """Whose work it is, and which sellers see it."""

    slug, verb = "assign", Verb.ASSIGN
    opener = gettext_lazy("Assign and share…")
    title = gettext_lazy("Assign to a colleague")
    lead = gettext_lazy("Administrators and managers see it anyway. Whoever is new to it is told at once.")
    to = forms.TypedChoiceField(
        label=gettext_lazy("Assigned to"), required=False, coerce=uuid.UUID, empty_value=None
    )
    sellers = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Sellers who see it"),
        required=False,
        coerce=uuid.UUID,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("The one whom it is assigned to sees it in any case."),
    )

    def __init__(self, place: Workplace, data: Any = None) -> None:
        super().__init__(place, data)
        everybody = [(str(one.pk), f"{one.name}, {one.role_label}") for one in place.colleagues]
        sellers = [
            (str(one.pk), one.name) for one in place.colleagues if one.partner_role == PartnerRole.SELLER
        ]
        refusal = _("Choose a colleague. An opportunity can’t be given to another company.")
        for name, choices in (("to", [("", _("Nobody in particular")), *everybody]), ("sellers", sellers)):
            field = cast("forms.ChoiceField", self.fields[name])
            field.choices, field.error_messages["invalid_choice"] = choices, refusal
        if not sellers:
            del self.fields["sellers"]

    def known(self) -> dict[str, Any]:
        """Give whose it is now."""
        return {"to": self.place.opened.part.assignee_id, "sellers": [str(one) for one in self.place.sellers]}

    @property
    def done(self) -> str:  # type: ignore[override]
        """Name whose work it is now."""
        to = next((one for one in self.place.colleagues if one.pk == self.cleaned_data["to"]), None)
        words = _("Assigned to %(name)s.") if to else _("Saved. It is assigned to nobody in particular.")
        return words % {"name": to} if to else words

    def do(self, by: Person) -> object:
        """Hand it over."""
        given = self.cleaned_data
        return actions.assign(key=self.key, to=given["to"] or None, sellers=given.get("sellers"), by=by)
