"""What a partner's person works with on a managed opportunity, beside what `queries.opened` gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kanal.directory.models import Contact, Person
from kanal.distribution import extensions
from kanal.distribution.extensions import Allowance
from kanal.distribution.queries import Opened
from kanal.opportunities import access, stages
from kanal.opportunities.lifecycle import Stage, Verb
from kanal.opportunities.models import Attachment


@dataclass(frozen=True)
class Workplace:
    """A managed opportunity, and what stands around it for one person.

    Attributes:
        opened: the opportunity as they may see it.
        contacts: the customer's people, the opportunity's own first.
        may_add_contact: whether they may add one.
        colleagues: to whom they may hand it; nobody where they may not.
        sellers: the keys of the sellers that it is shared with.
        following: the next stage; None at the last.
        extension: what is left of the extensions; None where the person may not extend.
        date_is_fixed: whether only the vendor changes the expected close date.
        files: everything that was attached on the timeline, newest first.
    """

    opened: Opened
    contacts: Sequence[Contact]
    may_add_contact: bool
    colleagues: Sequence[Person]
    sellers: frozenset[object]
    following: Stage | None
    extension: Allowance | None
    date_is_fixed: bool
    files: Sequence[Attachment]

    def missing(self, stage: str) -> list[str]:
        """Give the fields that a stage asks for and the opportunity lacks."""
        return stages.missing(self.opened.opportunity, stage)


def workplace(person: Person, opened: Opened) -> Workplace:
    """Give what a person works with on an opportunity that their company manages."""
    opportunity, part, verbs = opened.opportunity, opened.part, opened.verbs
    people = list(access.contacts(person, opportunity, part))
    people.sort(key=lambda one: one.pk != opportunity.contact_id)
    adds = Verb.ADD_CONTACT in verbs and access.refusal_to_add_contact(opportunity, part) is None
    return Workplace(
        opened=opened,
        contacts=people,
        may_add_contact=adds,
        colleagues=list(access.colleagues(part.partner)) if Verb.ASSIGN in verbs else [],
        sellers=frozenset(one.pk for one in part.people.all()),
        following=stages.following(opportunity),
        extension=extensions.allowance(opportunity, part) if Verb.EXTEND in verbs else None,
        date_is_fixed=extensions.is_set_by_vendor(opportunity, part),
        files=[file for entry in opened.entries for file in entry.attachments.all()],
    )
