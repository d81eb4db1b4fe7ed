"""What stands in the cells of the directory's lists."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kanal.directory.countries import country_name
from kanal.directory.models import Partner, PartnerStatus, Person
from kanal.web.ui import marks, values
from kanal.web.ui.drawing import nothing

Cell = Callable[[Any], SafeString | str]

# How the state of a partnership is drawn: its glyph and its hue.
_PARTNERSHIP = {
    PartnerStatus.ACTIVE: ("approved", "run"),
    PartnerStatus.PAUSED: ("hold", "off"),
    PartnerStatus.ENDED: ("canceled", "off"),
}


def plain(path: str) -> Cell:
    """Show a field as text, or a dash; `path` may lead to other records, as in `account.city`."""

    def cell(record: Any) -> SafeString | str:
        return str(follow(record, path) or "") or nothing()

    return cell


def figure(path: str) -> Cell:
    """Show a field as a number with the reader's separators, or a dash."""
    return lambda record: values.number(follow(record, path))


def follow(record: Any, path: str) -> Any:
    """Give the value at a path of names; None where a step leads nowhere."""
    return reduce(lambda value, name: getattr(value, name, None), path.split("."), record)


def place(path: str = "") -> Cell:
    """Show the city with its country below it; `path` leads to the record that has them."""

    def cell(record: Any) -> SafeString:
        at = follow(record, path) if path else record
        return two(at.city, country_name(at.country) if at.country else "")

    return cell


def certificate(record: Any) -> SafeString | str:
    """Say that a product family needs a certificate, or a dash."""
    return _("Needed") if record.certificate else nothing()


def two(first: object, second: object) -> SafeString:
    """Show one thing with another, smaller, below it; a dash where there is neither."""
    if not first and not second:
        return nothing()
    below = format_html('<span class="k-sub">{}</span>', second) if first and second else ""
    return format_html('<span class="k-two">{}{}</span>', first or second, below)


def account(record: Any) -> SafeString:
    """Show the company that somebody works for, as a link."""
    return format_html(
        '<a href="{}">{}</a>', reverse("desk:account", args=[record.account_id]), record.account
    )


def keeper(record: Any) -> SafeString | str:
    """Show the partner that keeps a customer, as a link, or a dash."""
    partner = record.managing_partner
    if partner is None:
        return nothing()
    return format_html('<a href="{}">{}</a>', reverse("desk:partner", args=[partner.pk]), partner)


def price(record: Any) -> SafeString:
    """Show a product's list price."""
    return values.money(record.list_price, record.currency or "")


def rate(record: Any) -> SafeString:
    """Show what a currency is worth today and since when."""
    if record.rate_now is None:
        return nothing()
    since = format_html("{} {}", pgettext("rate", "since"), values.day(record.rate_since))
    return two(values.number(record.rate_now), since)


def manager(record: Partner) -> SafeString | str:
    """Show who looks after a partner."""
    return marks.person(record.channel_manager) if record.channel_manager else nothing()


def tier(record: Partner) -> SafeString:
    """Show a partner's tier."""
    return marks.tag(record.tier.name) if record.tier else nothing()


def partnership(record: Partner) -> SafeString:
    """Show where a partnership stands."""
    shape, hue = _PARTNERSHIP[PartnerStatus(record.status)]
    return marks.glyph(shape, record.get_status_display(), hue)


def load(record: Any) -> SafeString:
    """Show how many open opportunities a partner has, and how many it takes."""
    if record.capacity is None:
        return values.number(record.open_count)
    return two(values.number(record.open_count), _("of %(n)s") % {"n": record.capacity})


def works_at(record: Person) -> SafeString | str:
    """Show whom a person works for, with their role there."""
    return two(record.partner.name if record.partner else settings.VENDOR_NAME, record.role_label)


def access_state(record: Person) -> SafeString:
    """Show whether a person may sign in."""
    if not record.is_active:
        return marks.glyph("canceled", _("Deactivated"), "off")
    return marks.glyph("approved", _("Active"), "good")


def last_seen(record: Person) -> SafeString | str:
    """Show how long ago a person signed in last."""
    return values.ago(record.last_login) if record.last_login else nothing()
