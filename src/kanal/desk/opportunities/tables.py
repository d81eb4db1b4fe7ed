"""The columns of the list, each an order of `queries.ORDERS`, and its cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from kanal.desk.opportunities import cells
from kanal.opportunities.models import Opportunity

class OpportunityTable(tables.Table):
    """The head of the list. Its rows are read and ordered by `queries`, page by page, and written by its template."""

    topic = tables.Column(verbose_name=_("Topic"))
    customer = tables.Column(verbose_name=_("Customer"), empty_values=())
    partner = tables.Column(verbose_name=_("Partner"))
    status = tables.Column(verbose_name=_("Status"))
    stage = tables.Column(verbose_name=_("Stage"))
    value = tables.Column(verbose_name=_("Est. revenue"), empty_values=(), attrs={"th": {"class": "k-r"}})
    deadline = tables.Column(verbose_name=_("Deadline, age"), empty_values=())
    close = tables.Column(verbose_name=_("Est. close date"), empty_values=(), attrs={"th": {"class": "d-wide"}})
    created = tables.Column(verbose_name=_("Created"), empty_values=(), attrs={"th": {"class": "d-wide"}})
    owner = tables.Column(verbose_name=_("Owner"))

    class Meta:
        orderable = True


def row_cells(rows: Sequence[Opportunity]) -> list[dict[str, Any]]:
    """Give the rows of a page with their cells of two lines."""
    last = cells.last_partners(rows)
    return [
        {"row": row, "due": cells.due(row), "partner": cells.partner_lines(row, last), "place": cells.stage_place(row)}
        for row in rows
    ]
