"""Customers: the list, and the page of one."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as draw_part
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kanal.directory import access, queries
from kanal.directory.models import Account, Record
from kanal.directory.nearness import Near
from kanal.directory.refusal import Missing
from kanal.opportunities import access as opportunities
from kanal.opportunities import figures
from kanal.portal.customers import saving
from kanal.portal.customers.forms import CustomerForm
from kanal.portal.guard import me, partner_page
from kanal.portal.pages import render
from kanal.web import similar
from kanal.web.components import Crumb, Tab

SIZE = 25
LATEST = 10
IN_USE_FIRST = (F("archived_at").asc(nulls_first=True), "name", "pk")
SORTS = {"name": "name", "city": "city", "industry": "industry__name", "changed": "modified_at"}


@partner_page
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Show the customers that the company keeps."""
    person = me(request)
    archived = request.GET.get("view") == "archived"
    text = request.GET.get("q", "").strip()[:100]
    rows = queries.search(queries.accounts(person).filter(archived_at__isnull=not archived), text)
    page = Paginator(rows.order_by(*_order(request)), SIZE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    keys = [account.pk for account in page.object_list]
    people, open_ones = queries.contacts_of(person, keys), figures.open_of_accounts(person, keys)
    url = reverse("portal:customers")
    facts = {
        "nav": "portal:customers",
        "page": page,
        "rows": [(one, people.get(one.pk, 0), open_ones.get(one.pk, 0)) for one in page.object_list],
        "search": text,
        "archived": archived,
        "tabs": [
            Tab(_("In use"), url, current=not archived),
            Tab(_("Archived customers"), f"{url}?view=archived", current=archived),
        ],
        "clear_url": f"{url}?view=archived" if archived else url,
    }
    return render(request, "portal/customers/list.html", facts)


def _order(request: HttpRequest) -> list[str]:
    asked = request.GET.get("sort", "")
    field = SORTS.get(asked.removeprefix("-"), "name")
    down = asked.startswith("-") and asked.removeprefix("-") in SORTS
    return [f"-{field}" if down else field, "name", "pk"]


def address(account: Record) -> str:
    """Give the address of a customer's page."""
    return reverse("portal:customer", args=[account.pk])


def found(request: HttpRequest, key: uuid.UUID) -> Account:
    """Give a customer that the company keeps.

    Raises:
        Missing: it keeps none with this key.
    """
    account: Account | None = queries.accounts(me(request)).filter(pk=key).first()
    if account is None:
        raise Missing
    return account


@partner_page
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Enter a customer."""
    form = CustomerForm(request.POST or None)

    def again(form: CustomerForm, **facts: Any) -> HttpResponse:
        return _new_page(request, form, **facts)

    if request.method != "POST":
        return again(form)
    near = similar.unseen(request.POST, _near(request, form)) if form.is_valid() else []
    if near:
        return again(form, status=422, similar=near, asked=True)
    return saving.save(request, form, again, address)


def _near(request: HttpRequest, form: CustomerForm) -> list[Near]:
    typed = form.cleaned_data
    return queries.similar(
        me(request), name=typed["name"], domain=typed["domain"], number=typed["registration_number"]
    )


def _warning(but: Account | None = None) -> dict[str, str]:
    url = reverse("portal:customers_similar") + (f"?but={but.pk}" if but else "")
    place = similar.place(url, "id_name", "id_domain", "id_registration_number")
    return {**place, "similar_page": "portal:customer"}


def _new_page(request: HttpRequest, form: CustomerForm, status: int = 200, **more: Any) -> HttpResponse:
    facts = {
        "nav": "portal:customers",
        "crumbs": [Crumb(_("Customers"), reverse("portal:customers"))],
        "form": form,
        "may_change": True,
        **_warning(),
        **more,
    }
    return render(request, "portal/customers/record.html", facts, status)


@partner_page
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show a customer, or keep what its form says."""
    account = found(request, key)

    def again(form: CustomerForm | None, **facts: Any) -> HttpResponse:
        return _page(request, account, form, **facts)

    if request.method != "POST":
        return again(None)
    return saving.save(request, CustomerForm(request.POST, instance=account), again, address)


def _page(
    request: HttpRequest, account: Account, form: CustomerForm | None, status: int = 200, **more: Any
) -> HttpResponse:
    person = me(request)
    form = form or CustomerForm(instance=account)
    if account.archived_at and not form.is_bound:
        form.close()
    sales = opportunities.visible(person).filter(account=account).select_related("currency")
    facts = {
        "nav": "portal:customers",
        "crumbs": [Crumb(_("Customers"), reverse("portal:customers"))],
        "account": account,
        "form": form,
        "may_change": account.archived_at is None,
        "may_archive": access.refusal_to_archive(person, "accounts") is None,
        "contacts": list(queries.contacts(person).filter(account=account).order_by(*IN_USE_FIRST)),
        "sales": list(sales.order_by("-created_at", "-pk")[:LATEST]),
        **_warning(account),
        **more,
    }
    return render(request, "portal/customers/record.html", facts, status)


@partner_page
@require_POST
def archive(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Put a customer away."""
    return _put_away(request, key)


@partner_page
@require_POST
def restore(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Take a customer back into use."""
    return _put_away(request, key, back=True)


def _put_away(request: HttpRequest, key: uuid.UUID, *, back: bool = False) -> HttpResponse:
    account = found(request, key)

    def again(form: CustomerForm | None, **facts: Any) -> HttpResponse:
        return _page(request, account, form, **facts)

    return saving.put_away(request, account, again, address, back=back)


@partner_page
@require_safe
def nearest(request: HttpRequest) -> HttpResponse:
    """Say which of the company's own customers are very like the one that is being typed."""
    typed = request.GET
    near = queries.similar(
        me(request),
        name=(typed.get("name") or typed.get("new_account_name", ""))[:200],
        domain=(typed.get("domain") or typed.get("new_account_domain", ""))[:200],
        number=typed.get("registration_number", "")[:40],
        but=_key(typed.get("but", "")),
    )
    choose = "id_account" if "new_account_name" in typed else ""
    facts = {"similar": near, "similar_page": "portal:customer", "choose": choose}
    return draw_part(request, "web/similar.html", facts)


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
