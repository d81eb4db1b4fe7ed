"""The columns of the list, each an order of `queries.ORDERS`."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _


class OpportunityTable(tables.Table):  # type: ignore[misc]  # untyped
    """The head of the list. Its rows are read and ordered by `queries` and drawn by `rows`."""

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
