"""What look-up fields search: a few records by name, as JSON."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kanal.desk.guard import person, vendor_only
from kanal.directory import queries
from kanal.directory.models import (
    Account,
    AccountKind,
    Contact,
    Partner,
    Person,
    Product,
    Territory,
    VendorRole,
)
from kanal.distribution import protection

LIMIT = 20


def _found(request: HttpRequest, records: QuerySet[Any], *names: str, many: bool = False) -> QuerySet[Any]:
    """Narrow records to those with the typed words in one of the columns.

    Where there are very many, one or two letters match beginnings only: the trigram index needs three.
    """
    text = " ".join(request.GET.get("q", "").split())[:100]
    if not text:
        return records[:LIMIT]
    how = "istartswith" if many and len(text) < 3 else "icontains"
    condition = Q()
    for name in names:
        condition |= Q(**{f"{name}__{how}": text})
    return records.filter(condition)[:LIMIT]


def _answer(records: Iterable[Any], hint: Callable[[Any], str]) -> JsonResponse:
    options = [{"id": str(record.pk), "text": str(record), "hint": hint(record)} for record in records]
    return JsonResponse(options, safe=False)


def _hint(*words: str) -> str:
    return ", ".join(word for word in words if word)


@require_safe
@vendor_only
def accounts(request: HttpRequest) -> JsonResponse:
    """Search customers."""
    records = Account.objects.current().filter(kind=AccountKind.CUSTOMER)
    return _answer(
        _found(request, records, "name", many=True), lambda account: _hint(account.city, account.country)
    )


@require_safe
@vendor_only
def similar(request: HttpRequest) -> HttpResponse:
    """Say which customers are very like the one that is being typed, as a part of the page."""
    typed = request.GET
    near = queries.similar(
        person(request),
        name=(typed.get("name") or typed.get("new_account_name", ""))[:200],
        domain=typed.get("domain", "")[:200],
        number=typed.get("registration_number", "")[:40],
        but=_key(typed.get("but", "")),
    )
    choose = "id_account" if "new_account_name" in typed else ""
    facts = {"similar": near, "similar_page": "desk:account", "choose": choose, "keepers": True}
    return render(request, "web/similar.html", facts)


@require_safe
@vendor_only
def protected(request: HttpRequest) -> HttpResponse:
    """Say for whom the customer is protected that an opportunity is about to be made for, as a part of the page."""
    key, name = _key(request.GET.get("account", "")), request.GET.get("new_account_name", "")[:200].strip()
    country = request.GET.get("new_account_country", "")[:2]
    account = (
        Account(name=name, country=country)
        if name
        else Account.objects.filter(pk=key).first()
        if key
        else None
    )
    found = protection.covering(protection.customer_of(account), ()) if account else []
    facts = {"words": protection.why_protected(found) if found else "", "protections": found}
    return render(request, "desk/opportunities/protected.html", facts)


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@require_safe
@vendor_only
def contacts(request: HttpRequest) -> JsonResponse:
    """Search contacts; with `account` in the address, only those of one company."""
    records = Contact.objects.current().select_related("account")
    account = request.GET.get("account", "")
    if account:
        try:
            records = records.filter(account=uuid.UUID(account))
        except ValueError:
            records = records.none()
    return _answer(
        _found(request, records, "name", many=True),
        lambda contact: _hint(contact.job_title, contact.account.name),
    )


@require_safe
@vendor_only
def partners(request: HttpRequest) -> JsonResponse:
    """Search partners that are not archived; the hint says the tier, and the status if not active."""
    records = Partner.objects.current().select_related("account", "tier").order_by("account__name")
    return _answer(
        _found(request, records, "account__name"),
        lambda partner: _hint(
            str(partner.tier or ""),
            partner.account.city,
            "" if partner.takes_offers else str(partner.get_status_display()),
        ),
    )


@require_safe
@vendor_only
def people(request: HttpRequest) -> JsonResponse:
    """Search people of the vendor who may own an opportunity."""
    records = Person.objects.filter(is_active=True, archived_at__isnull=True).exclude(
        vendor_role__in=["", VendorRole.AUDITOR]
    )
    return _answer(_found(request, records, "name", "email"), lambda one: one.role_label)


@require_safe
@vendor_only
def products(request: HttpRequest) -> JsonResponse:
    """Search products by name or code."""
    records = Product.objects.current().select_related("family")
    return _answer(
        _found(request, records, "name", "code"), lambda product: _hint(product.code, str(product.family))
    )


@require_safe
@vendor_only
def territories(request: HttpRequest) -> JsonResponse:
    """Search territories."""
    records = Territory.objects.current().select_related("parent")
    return _answer(_found(request, records, "name"), lambda one: str(one.parent or ""))
