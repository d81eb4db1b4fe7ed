"""The rows of the list, drawn by one function: by a template they take a third of the page's time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from html import escape
from urllib.parse import quote
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from kanal.desk.opportunities import cells
from kanal.opportunities.lifecycle import Stage
from kanal.opportunities.models import Opportunity
from kanal.web import words
from kanal.web.ui import figures, marks

# What stands in braces is HTML already: `_texts` escapes what people wrote.
_ROW = (
    '<tr><td><label class="k-check-cell"><input class="form-check-input" type="checkbox" form="bulk" name="id" '
    'value="{key}" aria-label="{select}"></label></td>'
    '<th scope="row" class="k-l-topic"><span class="k-two"><a class="k-t-name" href="{url}">{topic}</a>'
    '<span class="k-sub k-num">{reference}</span></span></th>'
    '<td class="k-l-cust">{customer}</td><td class="k-l-part">{partner}</td><td>{status}</td>'
    '<td><span class="k-num">{stage}</span>{steps}</td><td class="k-r k-num">{value}</td><td>{due}</td>'
    '<td class="d-wide"><span class="k-num">{closes}</span></td>'
    '<td class="d-wide"><span class="k-num">{created}</span></td><td>{owner}</td></tr>'
)
_NOWHERE = UUID(int=0)


def draw(rows: Sequence[Opportunity], query: str) -> SafeString:
    """Draw the rows of a page of the list.

    Args:
        rows: the opportunities, as `queries.for_list` reads them.
        query: the list's own address after the `?`; a row's page keeps it, so that one comes back to the same rows.
    """
    last, shared = cells.last_partners(rows), _Shared(query)
    return mark_safe(
        "".join(_ROW.format(**_facts(row, cells.partner_lines(row, last), shared)) for row in rows)
    )


class _Shared:
    """What many rows of a page share, drawn once."""

    def __init__(self, query: str) -> None:
        stages = list(Stage)
        self.address = escape(f"{reverse('desk:opportunity', args=[_NOWHERE])}?from={quote(query, safe='')}")
        self.select, self.no_partner = _("Select %(reference)s"), escape(_("No partner"))
        self.status: Callable[[str], SafeString] = cache(marks.status)
        self.owner = cache(lambda name: marks.person(name, brief=True))
        self.steps = cache(lambda stage: figures.steps(stages.index(Stage(stage)) + 1, len(stages)))
        self.stage = cache(lambda stage: escape(str(Stage(stage).label)))
        self.day = cache(words.day)

    def url(self, row: Opportunity) -> str:
        """Give the address of an opportunity's page."""
        return self.address.replace(str(_NOWHERE), str(row.pk), 1)


def _facts(row: Opportunity, partner: cells.Lines, shared: _Shared) -> dict[str, str]:
    due = cells.due(row)
    city = row.account.city if row.account else ""
    return {
        "key": str(row.pk),
        "select": escape(shared.select % {"reference": row.reference}),
        "url": shared.url(row),
        "topic": escape(row.topic),
        "reference": escape(row.reference),
        "customer": _two("k-clip", escape(row.account_name) or "–", "k-sub k-clip", city),
        "partner": _partner(partner, shared),
        "status": shared.status(row.status),
        "stage": shared.stage(row.stage),
        "steps": shared.steps(row.stage),
        "value": _value(row),
        "due": _two(f"k-num {due.tone}".strip(), escape(due.text), "k-sub k-num", due.under),
        "closes": shared.day(row.estimated_close_date) if row.estimated_close_date else "–",
        "created": shared.day(timezone.localtime(row.created_at).date()),
        "owner": shared.owner(row.owner.name),
    }


def _two(classes: str, drawn: str, under_classes: str, under: str) -> str:
    below = f'<span class="{under_classes}">{escape(under)}</span>' if under else ""
    return f'<span class="k-two"><span class="{classes}">{drawn}</span>{below}</span>'


def _partner(lines: cells.Lines, shared: _Shared) -> str:
    if lines.text:
        return _two("k-clip", escape(lines.text), "k-sub k-clip", lines.under)
    return _two("k-clip k-faint", shared.no_partner, "k-sub k-clip", lines.under)


def _value(row: Opportunity) -> str:
    if row.estimated_revenue is None:
        return '<span class="k-faint">–</span>'
    code = escape(row.currency.code)
    number = escape(words.number(row.estimated_revenue))
    return f'<span class="k-two k-two-r">{number}<span class="k-sub">{code}</span></span>'
