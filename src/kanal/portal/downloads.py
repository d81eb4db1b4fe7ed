"""The lists as files to keep."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kanal.directory.models import Account, Contact
from kanal.distribution import queries
from kanal.insights import lists
from kanal.opportunities.models import Participation
from kanal.portal.guard import partner_page
from kanal.portal.lists import DISTRIBUTED, KINDS, MANAGED, parts_of
from kanal.web import sheets

Column = tuple[str | Promise, Callable[[Participation], sheets.Cell]]


def _account(part: Participation) -> Account:
    return part.opportunity.account or Account()


def _contact(part: Participation) -> Contact:
    return part.opportunity.contact or Contact()


_COMMON: tuple[Column, ...] = (
    (gettext_lazy("Reference"), lambda part: part.opportunity.reference),
    (gettext_lazy("Topic"), lambda part: part.opportunity.topic),
    (gettext_lazy("Customer"), lambda part: _account(part).name),
    (gettext_lazy("City"), lambda part: _account(part).city),
    (gettext_lazy("Country"), lambda part: _account(part).country),
    (gettext_lazy("Currency"), lambda part: part.opportunity.currency.code),
    (gettext_lazy("Value"), lambda part: part.opportunity.estimated_revenue),
    (gettext_lazy("Expected close"), lambda part: part.opportunity.estimated_close_date),
    (gettext_lazy("Stage"), lambda part: part.opportunity.get_stage_display()),
)
# The customer's people stand in the second list only: there the partner has accepted.
COLUMNS: dict[str, tuple[Column, ...]] = {
    DISTRIBUTED.name: (
        *_COMMON,
        (gettext_lazy("Offered"), lambda part: part.since),
        (gettext_lazy("Answer by"), lambda part: part.opportunity.answer_by),
    ),
    MANAGED.name: (
        *_COMMON,
        (gettext_lazy("Status"), lambda part: part.opportunity.get_status_display()),
        (gettext_lazy("Managed since"), lambda part: part.since),
        (gettext_lazy("Assigned to"), lambda part: part.assignee.name if part.assignee else ""),
        (gettext_lazy("Next step"), lambda part: part.opportunity.next_step),
        (gettext_lazy("Next step on"), lambda part: part.opportunity.next_step_on),
        (gettext_lazy("Last activity"), lambda part: part.active_at),
        (
            gettext_lazy("Partner collaboration"),
            lambda part: _("Yes") if queries.is_together(part) else _("No"),
        ),
        (gettext_lazy("Contact"), lambda part: _contact(part).name),
        (gettext_lazy("Email"), lambda part: _contact(part).email),
        (gettext_lazy("Phone"), lambda part: _contact(part).phone),
    ),
}
_CHUNK = 1000


@partner_page
@require_safe
def download(request: HttpRequest, which: str, kind: str) -> HttpResponseBase:
    """Give one list, whole, as the page shows it: the same search, filter and order."""
    if which not in KINDS or kind not in sheets.CONTENT_TYPES:
        raise Http404
    joined = lists.with_contacts if which == MANAGED.name else lists.with_details
    parts = joined(parts_of(request, KINDS[which]))
    columns = COLUMNS[which]
    rows = ([value(part) for _name, value in columns] for part in parts.iterator(_CHUNK))
    return sheets.download(f"{which}-opportunities", kind, [str(name) for name, _value in columns], rows)
