"""The section *Partner pipeline*: which partners collaborate, as rows of the page's form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kanal.desk.opportunities.forms import RecordForm
from kanal.desk.opportunities.merging import Difference
from kanal.directory.models import Partner
from kanal.distribution.actions import Member, Pipeline
from kanal.distribution.models import WorkRules
from kanal.opportunities.models import CollaborationRole, Opportunity, Participation
from kanal.opportunities.targets import why_not_shared
from kanal.web.forms import LookupField

PREFIX = "members"
SPARE = 2  # empty rows, for readers without scripts
ROLES = [("", gettext_lazy("No role")), *CollaborationRole.choices]


class MemberForm(forms.Form):
    """One partner that collaborates, or shall."""

    partner = LookupField(
        Partner.objects.select_related("account"), url=reverse_lazy("desk:lookup_partners"),
        find_by="account__name", label=gettext_lazy("Partner account"), required=False,
    )  # fmt: skip
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ROLES, required=False)
    was = forms.CharField(widget=forms.HiddenInput, required=False)

    def member(self) -> Member | None:
        """Give the row as the action takes it; None where no partner is chosen."""
        partner = self.cleaned_data.get("partner")
        return Member(partner, self.cleaned_data.get("role", "")) if partner else None


MemberForms: type[BaseFormSet[MemberForm]] = formset_factory(
    MemberForm, extra=SPARE, can_delete=True, max_num=100
)


@dataclass(frozen=True)
class Row:
    """A row as the page shows it.

    Attributes:
        form: its fields.
        part: the part that the partner takes already; None for one that is being added.
        leaves: whether it is marked to be removed.
    """

    form: MemberForm
    part: Participation | None
    leaves: bool


def parts_of(opportunity: Opportunity | None) -> list[Participation]:
    """Give the parts of those who collaborate, with what the rows show of them."""
    if opportunity is None or not opportunity.collaboration:
        return []
    running = Participation.objects.filter(opportunity=opportunity, until__isnull=True)
    related = running.select_related("partner__account", "partner__tier", "assignee")
    return list(related.prefetch_related("people").order_by("since", "id"))


def forms_of(parts: Iterable[Participation]) -> BaseFormSet[MemberForm]:
    """Give the rows of those who collaborate, with spare ones."""
    initial = [{"partner": part.partner_id, "role": part.role, "was": part.role} for part in parts]
    return MemberForms(prefix=PREFIX, initial=initial)


def sent(data: QueryDict) -> BaseFormSet[MemberForm] | None:
    """Give the rows as they were sent; None where the section was not."""
    return MemberForms(data, prefix=PREFIX) if f"{PREFIX}-TOTAL_FORMS" in data else None


def wanted(form: RecordForm, members: BaseFormSet[MemberForm] | None) -> Pipeline | None:
    """Give what the section asks for; its forms are valid."""
    if members is None:
        return None
    leaving = [
        member.partner for one in _standing(members) if _leaves(one) and (member := one.member()) is not None
    ]
    stays = [member for one in members.forms if not _leaves(one) and (member := one.member()) is not None]
    return Pipeline(form.cleaned_data["collaboration"], stays, leaving)


def shown(
    members: BaseFormSet[MemberForm] | None, opportunity: Opportunity | None, *, read_only: bool = False
) -> dict[str, Any]:
    """Give what the section shows: a row for each partner, spare rows, and how many may take part.

    Args:
        members: the rows as they were sent; None where they come from the record.
        opportunity: the record; None for a new one.
        read_only: whether the person can't change the record; nor can anybody while the status forbids it.
    """
    read_only = read_only or (opportunity is not None and why_not_shared(opportunity) is not None)
    parts = parts_of(opportunity)
    members = forms_of(parts) if members is None else members
    by_partner = {str(part.partner_id): part for part in parts}
    rows, spare = [], []
    for number, form in enumerate(members.forms):
        key = str(form["partner"].value() or "")
        if read_only:
            for field in form.fields.values():
                field.disabled = True
        if number >= members.initial_form_count() and not key and not form.errors:
            spare.append(form)
        else:
            rows.append(Row(form, by_partner.get(key), bool(form["DELETE"].value())))
    return {
        "members": members,
        "member_rows": rows,
        "member_spare": spare,
        "may_share": not read_only,
        "partners_at_most": WorkRules.current().partners_at_most,
    }


def rebased(
    members: BaseFormSet[MemberForm] | None, now: Opportunity
) -> tuple[BaseFormSet[MemberForm] | None, list[Difference]]:
    """Put rows that were sent on top of who collaborates now, where somebody else changed that meanwhile.

    Those who joined meanwhile are there, those who left are not; what was chosen here is kept.
    """
    parts = parts_of(now)
    if members is None:
        return None, []
    before = {str(one["partner"].value()): str(one["was"].value() or "") for one in _standing(members)}
    if before == {str(part.partner_id): part.role for part in parts}:
        return members, []
    mine = {str(one["partner"].value()): one for one in members.forms if one["partner"].value()}
    there = {str(part.partner_id) for part in parts}
    rows = [_row(part, mine.get(str(part.partner_id))) for part in parts]
    rows += [
        {"partner": key, "role": str(one["role"].value() or "")}
        for key, one in mine.items()
        if key not in there and key not in before and not _leaves(one)
    ]
    label = _("Partner collaboration accounts")
    theirs = ", ".join(part.partner.name for part in parts) or "–"
    return _bound(rows, len(parts)), [Difference(label, theirs, _names(members), taken=True)]


def _row(part: Participation, mine: MemberForm | None) -> dict[str, str]:
    row = {"partner": str(part.partner_id), "role": part.role, "was": part.role}
    if mine is not None:
        role = str(mine["role"].value() or "")
        if role != str(mine["was"].value() or ""):
            row["role"] = role
        if _leaves(mine):
            row["DELETE"] = "on"
    return row


def _bound(rows: Sequence[dict[str, str]], standing: int) -> BaseFormSet[MemberForm]:
    data = {f"{PREFIX}-TOTAL_FORMS": str(len(rows) + SPARE), f"{PREFIX}-INITIAL_FORMS": str(standing)}
    for number, row in enumerate(rows):
        data |= {f"{PREFIX}-{number}-{name}": value for name, value in row.items()}
    bound = MemberForms(data, prefix=PREFIX)
    bound.is_valid()
    return bound


def _standing(members: BaseFormSet[MemberForm]) -> Sequence[MemberForm]:
    return cast("Sequence[MemberForm]", members.forms[: members.initial_form_count()])


def _leaves(form: MemberForm) -> bool:
    return bool(form["DELETE"].value())


def _names(members: BaseFormSet[MemberForm]) -> str:
    found = [member.partner.name for one in members.forms if not _leaves(one) and (member := one.member())]
    return ", ".join(found) or "–"
