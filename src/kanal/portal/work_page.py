"""What the page of a managed opportunity shows to work with: its buttons, its dialogs, its panels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from kanal.directory.models import Person
from kanal.distribution import queries
from kanal.distribution.workplace import Workplace, workplace
from kanal.opportunities.lifecycle import Verb
from kanal.portal import work_ends as ends
from kanal.portal import work_forms as work
from kanal.portal.work_products import Products
from kanal.web.components import File

FORMS: dict[str, type[work.WorkForm]] = {
    form.slug: form
    for form in (
        *(work.NextStage, work.NextStep, work.Figures, ends.Extend, Products, work.NewPerson, work.Assign),
        *(work.OtherStage, ends.Hold, ends.Resume, ends.Win, ends.Lose, ends.Return, ends.Cancel),
    )
}
# What stands in the menu, in this order; the rest has a button of its own.
_MENU = ("figures", "extend", "assign", "other-stage", "hold", "win", "lose", "return", "cancel")


@dataclass(frozen=True)
class Work:
    """The buttons and dialogs of one page.

    Attributes:
        place: the opportunity and what stands around it.
        dialogs: every dialog that this person may use now, by its slug.
        first: the one clear next step; None where there is none.
        menu: what else can be done.
    """

    place: Workplace
    dialogs: dict[str, work.WorkForm]
    first: work.WorkForm | None
    menu: list[work.WorkForm]


def work_of(person: Person, opened: queries.Opened, refused: work.WorkForm | None = None) -> Work:
    """Give what a person can do on a managed opportunity.

    Args:
        person: who reads the page.
        opened: the opportunity.
        refused: a dialog that was refused: it opens again with what was typed.
    """
    place = workplace(person, opened)
    dialogs = {slug: kind(place) for slug, kind in FORMS.items() if _offers(kind, place)}
    if refused is not None:
        dialogs[refused.slug] = refused
    first = next((dialogs[slug] for slug in _first(opened) if slug in dialogs), None)
    menu = [dialogs[slug] for slug in _MENU if slug in dialogs and dialogs[slug] is not first]
    return Work(place, dialogs, first, menu)


def _offers(kind: type[work.WorkForm], place: Workplace) -> bool:
    """Tell whether a dialog is of any use here: the person may, and there is something to choose."""
    if kind.slug == "stage" and place.following is None:
        return False
    if kind.slug == "contact" and not place.may_add_contact:
        return False
    return kind.verb in place.opened.verbs


def _first(opened: queries.Opened) -> list[str]:
    """Say what comes first: going on with what is paused, else the next stage, at the last one winning."""
    return ["resume"] if Verb.RESUME in opened.verbs else ["stage", "win"]


def facts(person: Person, opened: queries.Opened, refused: work.WorkForm | None) -> dict[str, Any]:
    """Give what the template needs of it."""
    found = work_of(person, opened, refused)
    return {
        "work": found,
        "refused": refused,
        "contacts": found.place.contacts,
        "files": [
            File(file.name, reverse("portal:file", args=[file.pk]), filesizeformat(file.size))
            for file in found.place.files
        ],
        "assignee": opened.part.assignee,
    }
