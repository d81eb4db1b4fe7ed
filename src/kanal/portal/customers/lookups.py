"""What the portal's look-up fields search: the company's own customers and their people."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from kanal.directory import queries
from kanal.portal.guard import me, partner_page

LIMIT = 20


def _answer(
    request: HttpRequest, records: QuerySet[Any], *names: str, hint: Callable[[Any], str]
) -> JsonResponse:
    text = " ".join(request.GET.get("q", "").split())[:100]
    condition = Q()
    for name in names:
        condition |= Q(**{f"{name}__icontains": text})
    found = (records.filter(condition) if text else records)[:LIMIT]
    options = [{"id": str(one.pk), "text": str(one), "hint": hint(one)} for one in found]
    return JsonResponse(options, safe=False)


@partner_page
@require_safe
def customers(request: HttpRequest) -> JsonResponse:
    """Search the customers that the company keeps."""
    records = queries.accounts(me(request)).filter(archived_at__isnull=True)
    return _answer(request, records, "name", hint=lambda account: account.city)


@partner_page
@require_safe
def contacts(request: HttpRequest) -> JsonResponse:
    """Search the people at them; with `account` in the address, only those of one customer."""
    records = queries.contacts(me(request)).filter(archived_at__isnull=True)
    account = request.GET.get("account", "")
    if account:
        try:
            records = records.filter(account=uuid.UUID(account))
        except ValueError:
            records = records.none()
    return _answer(
        request,
        records,
        "name",
        hint=lambda one: ", ".join(text for text in (one.job_title, one.account.name) if text),
    )
