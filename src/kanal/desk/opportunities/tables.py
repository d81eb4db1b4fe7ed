"""The columns of the list, each an order of `queries.ORDERS`, and its cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import django_tables2 as tables
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from kanal.desk.opportunities import cells
from kanal.opportunities.lifecycle import Stage
from kanal.opportunities.models import Opportunity
from kanal.web import words
from kanal.web.ui import figures, marks


class OpportunityTable(tables.Table):  # type: ignore[misc]  # untyped
    """The head of the list. Its rows are read and ordered by `queries` and written by its template."""

    topic = tables.Column(verbose_name=_("Topic"))
    customer = tables.Column(verbose_name=_("Customer"), empty_values=())
    partner = tables.Column(verbose_name=_("Partner"))
    status = tables.Column(verbose_name=_("Status"))
    stage = tables.Column(verbose_name=_("Stage"))
    value = tables.Column(verbose_name=_("Est. revenue"), empty_values=(), attrs={"th": {"class": "k-r"}})
    deadline = tables.Column(verbose_name=_("Deadline, age"), empty_values=())
    close = tables.Column(
        verbose_name=_("Est. close date"), empty_values=(), attrs={"th": {"class": "d-wide"}}
    )
    created = tables.Column(verbose_name=_("Created"), empty_values=(), attrs={"th": {"class": "d-wide"}})
    owner = tables.Column(verbose_name=_("Owner"), orderable=False)

    class Meta:
        orderable = True


@dataclass(frozen=True)
class Row:
    """One row of the list. What many rows share is drawn once a page, which saves a third of the time."""

    row: Opportunity
    due: cells.Lines
    partner: cells.Lines
    status: SafeString
    steps: SafeString
    owner: SafeString
    value: str
    closes: str
    created: str


def row_cells(rows: Sequence[Opportunity]) -> list[Row]:
    """Give the rows of a page, ready to be written."""
    last = cells.last_partners(rows)
    stages = list(Stage.values)
    draw_status, draw_owner = cache(marks.status), cache(lambda name: marks.person(name, brief=True))
    draw_steps, say_day = (
        cache(lambda stage: figures.steps(stages.index(stage) + 1, len(stages))),
        cache(words.day),
    )
    return [
        Row(
            row=row,
            due=cells.due(row),
            partner=cells.partner_lines(row, last),
            status=draw_status(row.status),
            steps=draw_steps(row.stage),
            owner=draw_owner(row.owner.name),
            value="" if row.estimated_revenue is None else words.number(row.estimated_revenue),
            closes=say_day(row.estimated_close_date) if row.estimated_close_date else "",
            created=say_day(timezone.localtime(row.created_at).date()),
        )
        for row in rows
    ]
