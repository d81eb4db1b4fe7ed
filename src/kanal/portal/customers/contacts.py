"""The people at the company's own customers."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kanal.directory import access, queries
from kanal.directory.models import Account, Contact, Record
from kanal.directory.refusal import Conflict, Missing
from kanal.portal.customers import pages, saving
from kanal.portal.customers.forms import ContactForm
from kanal.portal.guard import me, partner_page
from kanal.portal.pages import render
from kanal.web.components import Crumb


def _customer_of(contact: Record) -> str:
    assert isinstance(contact, Contact)
    return pages.address(contact.account)


def _found(request: HttpRequest, key: uuid.UUID) -> Contact:
    contact: Contact | None = queries.contacts(me(request)).filter(pk=key).first()
    if contact is None:
        raise Missing
    return contact


@partner_page
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Enter a person at a customer.

    Raises:
        Conflict: the customer is archived.
    """
    account = pages.found(request, key)
    if account.archived_at:
        raise Conflict(_("%(name)s is archived. Restore it to change it.") % {"name": account})

    def again(form: ContactForm | None, **facts: Any) -> HttpResponse:
        return _page(request, account, form or ContactForm(), **facts)

    if request.method != "POST":
        return again(None)
    return saving.save(request, ContactForm(request.POST), again, _customer_of, account=account)


@partner_page
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show a person at a customer, or keep what the form says."""
    contact = _found(request, key)

    def again(form: ContactForm | None, **facts: Any) -> HttpResponse:
        return _page(request, contact.account, form, contact=contact, **facts)

    if request.method != "POST":
        return again(None)
    form = ContactForm(request.POST, instance=contact)
    return saving.save(request, form, again, _customer_of)


def _page(
    request: HttpRequest,
    account: Account,
    form: ContactForm | None,
    *,
    contact: Contact | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    form = form or ContactForm(instance=contact)
    archived = contact is not None and contact.archived_at is not None
    if archived and not form.is_bound:
        form.close()
    facts = {
        "nav": "portal:customers",
        "crumbs": [
            Crumb(_("Customers"), reverse("portal:customers")),
            Crumb(account.name, pages.address(account)),
        ],
        "account": account,
        "contact_person": contact,
        "form": form,
        "may_change": not archived,
        "may_archive": contact is not None and access.refusal_to_archive(me(request), "accounts") is None,
        **more,
    }
    return render(request, "portal/customers/contact.html", facts, status)


@partner_page
@require_POST
def archive(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Put a person at a customer away."""
    return _put_away(request, key)


@partner_page
@require_POST
def restore(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Take a person at a customer back into use."""
    return _put_away(request, key, back=True)


def _put_away(request: HttpRequest, key: uuid.UUID, *, back: bool = False) -> HttpResponse:
    contact = _found(request, key)

    def again(form: ContactForm | None, **facts: Any) -> HttpResponse:
        return _page(request, contact.account, form, contact=contact, **facts)

    return saving.put_away(request, contact, again, _customer_of, back=back)
