"""Finding the way: links, tabs, chips, sorting, pages; and the parts of forms that Django has no word for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.template.context import Context
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from kanal.web import words
from kanal.web.components import Crumb, Tab
from kanal.web.ui.drawing import Text, draw

register = template.Library()


@register.simple_tag
def nav_url(name: str, *args: object) -> str:
    """Give the address of a named page, or nothing where this installation has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.inclusion_tag("web/ui/nav_link.html", takes_context=True)
def nav_link(context: Context, name: str, text: Text, icon_name: str = "", count: int = 0) -> dict[str, Any]:
    """Link to a main page, marked where the reader is within it; nothing where no such page exists.

    Args:
        context: the page; its `nav` may name the current link, else the address decides.
        name: the page's URL name, such as `desk:opportunities`.
        text: its name in words.
        icon_name: its icon.
        count: how many things wait there; none is not shown.
    """
    url = nav_url(name)
    address = getattr(context.get("request"), "path", "")
    current = context.get("nav")
    within = address == url or (address.startswith(url) and not name.endswith((":home", ":dashboard")))
    return {
        "url": url,
        "text": text,
        "icon": icon_name,
        "here": current == name if current else bool(url and within),
        "exact": address == url,
        "count": count,
    }


@register.inclusion_tag("web/ui/breadcrumbs.html")
def breadcrumbs(crumbs: Sequence[Crumb | tuple[Text, str]]) -> dict[str, Any]:
    """Show where the page is.

    Args:
        crumbs: `Crumb`s, or pairs of words and address; the page itself is not among them.
    """
    return {
        "crumbs": [crumb if isinstance(crumb, Crumb) else Crumb(str(crumb[0]), crumb[1]) for crumb in crumbs]
    }


@register.inclusion_tag("web/ui/tabs.html")
def tabs(items: Sequence[Tab | Mapping[str, Any]], label: Text = "") -> dict[str, Any]:
    """Show views or parts of a record as tabs; each is a link.

    Args:
        items: `Tab`s, or mappings with the same keys.
        label: what they choose between.
    """
    return {"tabs": items, "label": label or _("Views")}


@register.simple_tag
def chip(label: Text, value: Text, remove_url: str) -> SafeString:
    """Show one filter that is on, with a link that takes it off.

    Args:
        label: what it filters, such as `Territory is`.
        value: by what.
        remove_url: the same list without it.
    """
    spoken = _("Remove filter %(label)s %(value)s") % {"label": label, "value": value}
    return format_html(
        '<span class="k-chip">{} <b>{}</b><a href="{}" aria-label="{}">{}</a></span>',
        label,
        value,
        remove_url,
        spoken,
        draw("i-x", "k-i"),
    )


def _query(context: Context, **changes: object) -> str:
    request = context.get("request")
    query = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def sort_header(
    context: Context, label: Text, key: str, param: str = "sort", right: bool = False
) -> SafeString:
    """Write a column head that sorts its table; the order stands in the address.

    Args:
        context: the page.
        label: the column's name.
        key: its sort key; a leading minus in the address means descending.
        param: the name in the address.
        right: align it to the right, for figures.
    """
    request = context.get("request")
    now = request.GET.get(param, "") if request is not None else ""
    down = now == f"-{key}"
    order = "descending" if down else "ascending" if now == key else ""
    shown = {"ascending": "arrow-up", "descending": "arrow-down"}.get(order, "selector")
    return format_html(
        '<th scope="col"{}{}><a href="{}">{}{}</a></th>',
        mark_safe(' class="k-r"' if right else ""),
        format_html(' aria-sort="{}"', order) if order else "",
        _query(context, **{param: f"-{key}" if now == key else key, "page": None}),
        label,
        draw(f"i-{shown}", "k-i"),
    )


@register.inclusion_tag("web/ui/pager.html", takes_context=True)
def pager(context: Context, page: Page[Any], param: str = "page", extra: Text = "") -> dict[str, Any]:
    """Show which rows these are and lead to the others; filters and order are kept.

    Args:
        context: the page.
        page: one page of Django's paginator.
        param: its name in the address.
        extra: a further remark, such as a sum.
    """
    elided = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "first": words.number(page.start_index()),
        "last": words.number(page.end_index()),
        "count": words.number(page.paginator.count)
        + ("+" if getattr(page.paginator, "capped", False) else ""),
        "previous": _query(context, **{param: page.previous_page_number()}) if page.has_previous() else "",
        "next": _query(context, **{param: page.next_page_number()}) if page.has_next() else "",
        "links": [
            {"text": words.number(n), "url": _query(context, **{param: n}), "here": n == page.number}
            if isinstance(n, int)
            else {"text": "…", "url": "", "here": False}
            for n in elided
        ],
        "extra": extra,
    }


@register.inclusion_tag("web/forms/errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """Say at the top of a refused form what is wrong, with links to the fields; it takes the focus.

    Args:
        form: the form; nothing is shown while it has no errors.
    """
    found = [(field, field.errors) for field in form if field.errors] if form.is_bound else []
    return {
        "form": form,
        "fields": found,
        "count": len(found) + len(form.non_field_errors() if form.is_bound else []),
    }


@register.inclusion_tag("web/forms/money.html")
def money_field(currency: BoundField, amount: BoundField) -> dict[str, Any]:
    """Show the field of a currency and that of an amount as one.

    Args:
        currency: the field of the currency, a select.
        amount: the field of the amount; its label names both.
    """
    select = currency.as_widget(attrs={"aria-label": str(currency.label)})
    return {"currency": currency, "select": select, "amount": amount}
