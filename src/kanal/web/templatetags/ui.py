"""The components that every page is made of. They are builtins: no page has to load them.

`/ui/` shows each of them in all its states; `docs/components.md` says how a page is put together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.template.context import Context
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kanal.web import words
from kanal.web.components import Crumb, Tab, TimelineItem

register = template.Library()

Text = str | Promise

# What each status looks like: its hue, its glyph, its name.
STATUSES: dict[str, tuple[str, str, Text]] = {
    "in_progress": ("work", "progress", gettext_lazy("In progress")),
    "on_hold": ("off", "hold", gettext_lazy("On hold")),
    "delivered": ("wait", "delivered", gettext_lazy("Delivered")),
    "accepted": ("run", "accepted", gettext_lazy("Accepted")),
    "approved": ("run", "approved", gettext_lazy("Approved")),
    "declined": ("alert", "declined", gettext_lazy("Declined")),
    "expired": ("alert", "expired", gettext_lazy("Expired")),
    "returned": ("alert", "returned", gettext_lazy("Returned")),
    "won": ("good", "won", pgettext_lazy("status", "Won")),
    "lost": ("off", "lost", pgettext_lazy("status", "Lost")),
    "canceled": ("off", "canceled", gettext_lazy("Canceled")),
}
NOTICES = {"wait": "clock", "shared": "info-circle", "good": "circle-check", "bad": "alert-triangle"}
TAGS = {"": "", "shared": "users", "internal": "lock", "warn": "alert-triangle", "good": "check"}


def _classes(*names: str) -> str:
    return " ".join(name for name in names if name)


def _glyph(symbol: str, classes: str = "", label: Text = "") -> SafeString:
    meaning = (
        format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true" focusable="false"')
    )
    shape = format_html(' class="{}"', classes) if classes else ""
    return format_html('<svg{} {}><use href="{}#{}"/></svg>', shape, meaning, static("kanal/icons.svg"), symbol)


# ── Small things ─────────────────────────────────────────────────────────────────────────────────
@register.simple_tag
def icon(name: str, label: Text = "", size: str = "", classes: str = "") -> SafeString:
    """Draw an icon.

    Args:
        name: its name in the sprite, without `i-`.
        label: what it means, where no text says so; without it, screen readers pass over it.
        size: `lg` for the larger size.
        classes: further classes.
    """
    return _glyph(f"i-{name}", _classes("k-i", f"k-i-{size}" if size else "", classes), label)


@register.simple_tag
def mark() -> SafeString:
    """Draw Kanal's mark."""
    return mark_safe(
        '<svg class="k-mark" viewBox="0 0 28 28" aria-hidden="true" focusable="false" fill="none" stroke-width="4.4">'
        '<path d="M6.2 3v22" stroke="var(--k-ink)"/><path d="M23.6 3.6L13 14l10.6 10.4" stroke="currentColor"/></svg>'
    )


@register.simple_tag
def status(key: str, label: Text = "", classes: str = "") -> SafeString:
    """Show the status of an opportunity: a glyph with its own shape, and the word.

    Args:
        key: the status, such as `in_progress`; one that is not known is shown as a plain word.
        label: another word for it.
        classes: further classes, such as `k-small`.
    """
    hue, shape, word = STATUSES.get(str(key), ("off", "canceled", str(key)))
    return glyph(shape, label or word, hue, classes)


@register.simple_tag
def glyph(shape: str, label: Text, hue: str = "off", classes: str = "") -> SafeString:
    """Show another state in the manner of a status, such as an active partner.

    Args:
        shape: a status glyph: progress, hold, delivered, accepted, approved, declined, expired, returned, won, lost,
            canceled.
        label: the word.
        hue: work, wait, run, alert, good, bad or off.
        classes: further classes.
    """
    return format_html(
        '<span class="{}">{}{}</span>', _classes("k-status", f"k-s-{hue}", classes), _glyph(f"s-{shape}"), label
    )


@register.simple_tag
def tag(text: Text, kind: str = "", icon_name: str = "") -> SafeString:
    """Show a word about a thing (a tier, a visibility); never a status.

    Args:
        text: the word.
        kind: empty, `shared`, `internal`, `warn` or `good`.
        icon_name: an icon in place of the usual one of that kind.
    """
    shown = icon_name or TAGS.get(kind, "")
    return format_html(
        '<span class="{}">{}{}</span>',
        _classes("k-tag", f"k-tag-{kind}" if kind else ""),
        _glyph(f"i-{shown}", "k-i") if shown else "",
        text,
    )


@register.simple_tag
def money(amount: Decimal | float | None, currency: object, classes: str = "") -> SafeString:
    """Show an amount with its currency, in the reader's language; a dash where it is not known.

    Args:
        amount: the amount, or None.
        currency: the code, or an object with a `code`.
        classes: further classes.
    """
    if amount is None:
        return _nothing()
    code = str(getattr(currency, "code", currency) or "")
    return format_html('<span class="{}">{}</span>', _classes("k-num", classes), words.money(amount, code))


@register.simple_tag
def number(value: Decimal | float | None, places: int | None = None) -> SafeString:
    """Show a number with the reader's separators; a dash where it is not known."""
    return _nothing() if value is None else format_html('<span class="k-num">{}</span>', words.number(value, places))


def _nothing() -> SafeString:
    return format_html('<span class="k-faint" aria-label="{}">–</span>', _("not set"))


def _time(machine: str, title: str, text: str, classes: str) -> SafeString:
    return format_html(
        '<time class="{}" datetime="{}" title="{}">{}</time>', _classes("k-num", classes), machine, title, text
    )


@register.simple_tag
def when(value: datetime | None, classes: str = "") -> SafeString:
    """Show a moment in words, in the reader's zone: `today 14:00`, `Tue 24 Nov, 16:00`."""
    if value is None:
        return _nothing()
    return _time(value.isoformat(), words.full_moment(value), words.moment(value), classes)


@register.simple_tag
def day(value: date | datetime | None, classes: str = "") -> SafeString:
    """Show a date in words: `today`, `Tue 24 Nov`, `24 Nov 2027`."""
    if value is None:
        return _nothing()
    shown = timezone.localdate(value) if isinstance(value, datetime) else value
    return _time(shown.isoformat(), words.long_day(shown), words.day(shown), classes)


@register.simple_tag
def ago(value: datetime | None, classes: str = "") -> SafeString:
    """Show how long ago it was, or in how long it will be: `3 days ago`."""
    if value is None:
        return _nothing()
    return _time(value.isoformat(), words.full_moment(value), words.ago(value), classes)


@register.filter
def span(value: timedelta, hours_a_day: int = 24) -> str:
    """Put a length of time into words, `1 d 5 h`; the argument says how many hours make a day."""
    return words.span(value, hours_a_day)


@register.filter
def initials(name: object) -> str:
    """Give the initials of a name: first and last word."""
    parts = [part for part in str(name).split() if part[0].isalnum()]
    return "".join(part[0] for part in [*parts[:1], *(parts[-1:] if len(parts) > 1 else [])]).upper()


@register.simple_tag
def avatar(name: object, kind: str = "", classes: str = "") -> SafeString:
    """Draw the initials of a person (round) or of a company (square).

    Args:
        name: a name, or an object whose text is one; it is not read aloud, so write it beside.
        kind: `co` for a company, `us` for the reader's own.
        classes: further classes, such as `k-ava-lg`.
    """
    shape = {"co": "k-ava-co", "us": "k-ava-co k-ava-us"}.get(kind, "")
    return format_html(
        '<span class="{}" aria-hidden="true">{}</span>', _classes("k-ava", shape, classes), initials(name)
    )


@register.simple_tag
def person(who: object, brief: bool = False) -> SafeString:
    """Show a person: initials and name.

    Args:
        who: a person, or a name; None is shown as nobody.
        brief: show the initials alone; the name is still read aloud.
    """
    if not who:
        return format_html('<span class="k-faint">{}</span>', _("Nobody"))
    if brief:
        return format_html('<span title="{0}">{1}<span class="visually-hidden">{0}</span></span>', who, avatar(who))
    return format_html('<span class="k-who">{}<span>{}</span></span>', avatar(who), who)


@register.simple_tag
def company(name: object, us: bool = False) -> SafeString:
    """Show a company: a square with its initials, and its name; `us` marks the reader's own."""
    if not name:
        return _nothing()
    return format_html('<span class="k-who">{}<span>{}</span></span>', avatar(name, "us" if us else "co"), name)


# ── Blocks ───────────────────────────────────────────────────────────────────────────────────────
@register.simple_block_tag
def facts(content: str, column: bool = False, classes: str = "") -> SafeString:
    """Lay `{% fact %}` blocks out beside each other, labels above values.

    Args:
        content: the facts.
        column: put them under each other, labels on the left.
        classes: further classes.
    """
    return format_html(
        '<dl class="{}">{}</dl>', _classes("k-facts-col" if column else "k-facts", classes), mark_safe(content)
    )


@register.simple_block_tag
def fact(content: str, label: Text) -> SafeString:
    """Show one value under its label; only within `{% facts %}`."""
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, mark_safe(content.strip()))


@register.simple_block_tag
def notice(content: str, kind: str = "wait", icon_name: str = "", actions: str = "") -> SafeString:
    """Say something about the page: what, and what to do.

    Args:
        content: the text; a `<div class="k-actions">` within it is laid out at the end.
        kind: `wait` (needs attention), `shared` (for information), `good`, `bad`.
        icon_name: another icon.
        actions: buttons, made before with `{% ... as %}`.
    """
    return format_html(
        '<div class="{}"{}>{}<div class="k-grow">{}</div>{}</div>',
        _classes("k-notice", f"k-notice-{kind}" if kind != "wait" else ""),
        mark_safe(' role="alert"' if kind == "bad" else ""),
        _glyph(f"i-{icon_name or NOTICES.get(kind, 'info-circle')}", "k-i"),
        mark_safe(content.strip()),
        format_html('<div class="k-actions">{}</div>', actions) if actions else "",
    )


@register.simple_block_tag
def empty(content: str, icon_name: str, title: Text) -> SafeString:
    """Fill the place of a list that has nothing: what it is, why, one way on.

    Args:
        content: a paragraph, and a button unless nothing is left to do.
        icon_name: its icon: inbox for first use, search for no match, check for all done.
        title: the state in a few words.
    """
    return format_html(
        '<div class="k-empty">{}<h3>{}</h3>{}</div>', _glyph(f"i-{icon_name}", "k-i"), title, mark_safe(content)
    )


@register.simple_block_tag(takes_context=True)
def dialog(context: Context, content: str, id: str, title: Text, open: object = False) -> SafeString:
    """Write a dialog: what happens, who is told, the verb on the button.

    Without scripts, `?dialog=<id>` in the address opens it, which is where `{% opener %}` leads.

    Args:
        context: the page.
        content: usually a form with class `k-stack` and a `k-foot` for its buttons.
        id: its id.
        title: its heading.
        open: open it at once, for example where its form was refused.
    """
    request = context.get("request")
    shown = bool(open) or (request is not None and request.GET.get("dialog") == id)
    return format_html(
        '<dialog class="k-dialog" id="{0}" aria-labelledby="{0}-title"{1}><div class="k-stack">'
        '<h2 id="{0}-title">{2}</h2>{3}</div></dialog>',
        id,
        mark_safe(" open" if shown else ""),
        title,
        mark_safe(content),
    )


@register.simple_tag
def opener(dialog: str, text: Text, classes: str = "btn", icon_name: str = "", label: Text = "") -> SafeString:
    """Link that opens a dialog of this page.

    Args:
        dialog: the dialog's id.
        text: the words, ending in an ellipsis where the dialog asks something.
        classes: the link's classes.
        icon_name: an icon before the words.
        label: its name where `text` is empty.
    """
    return format_html(
        '<a class="{}" role="button" href="?dialog={}" data-dialog="{}" aria-haspopup="dialog"{}>{}{}</a>',
        classes,
        dialog,
        dialog,
        format_html(' aria-label="{}"', label) if label else "",
        _glyph(f"i-{icon_name}", "k-i") if icon_name else "",
        text,
    )


@register.simple_tag
def closer(text: Text = "", classes: str = "btn") -> SafeString:
    """Link that closes the dialog it stands in and does nothing else."""
    return format_html('<a class="{}" role="button" href="?" data-close>{}</a>', classes, text or _("Cancel"))


@register.simple_block_tag
def menu(content: str, label: Text, icon_name: str = "", classes: str = "btn", only_icon: bool = False) -> SafeString:
    """Write a menu that drops from a button; it needs no script.

    Args:
        content: links and buttons, one below the other.
        label: the button's words.
        icon_name: an icon before them; alone with `only_icon`.
        classes: the button's classes.
        only_icon: hide the words from sight.
    """
    shown = _glyph(f"i-{icon_name}", "k-i") if icon_name else ""
    words_ = (
        format_html('<span class="visually-hidden">{}</span>', label)
        if only_icon
        else format_html("{}{}", label, _glyph("i-chevron-down", "k-i"))
    )
    return format_html(
        '<details class="k-drop"><summary class="{}">{}{}</summary><div class="k-menu">{}</div></details>',
        _classes(classes, "btn-icon" if only_icon else ""),
        shown,
        words_,
        mark_safe(content),
    )


# ── Figures ──────────────────────────────────────────────────────────────────────────────────────
def _share(fraction: Decimal | float) -> float:
    return min(1.0, max(0.0, float(fraction)))


@register.simple_tag
def meter(fraction: Decimal | float, kind: str = "v") -> SafeString:
    """Draw a bar; write its value beside it, since it is not read aloud.

    Args:
        fraction: from 0 to 1.
        kind: `v` accent, `w` waiting, `n` quiet, `x` late.
    """
    return format_html(
        '<svg class="k-meter" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="t" width="100" height="6" rx="2"/><rect class="{}" width="{}" height="6" rx="1"/></svg>',
        kind,
        f"{_share(fraction) * 100:.1f}",
    )


@register.simple_tag
def ring(fraction: Decimal | float, text: Text, late: bool = False) -> SafeString:
    """Draw the time that is left as a ring, with a few letters within; say it in words beside it.

    Args:
        fraction: what is left, from 0 to 1.
        text: at most five letters, such as `29 h`.
        late: draw it in red.
    """
    return format_html(
        '<svg class="k-ring" viewBox="0 0 52 52" aria-hidden="true" focusable="false"><circle cx="26" cy="26" r="22"/>'
        '<circle class="{}" cx="26" cy="26" r="22" stroke-dasharray="{} 138.2" transform="rotate(-90 26 26)"/>'
        '<text x="26" y="30.5">{}</text></svg>',
        "x" if late else "v",
        f"{_share(fraction) * 138.2:.1f}",
        text,
    )


@register.simple_tag
def steps(position: int, total: int) -> SafeString:
    """Draw how far a stage is, as `total` small bars of which `position` are filled; for table cells."""
    gap = 1.25
    width = (60 - gap * (total - 1)) / max(1, total)
    bars = format_html_join(
        "",
        '<rect x="{}" width="{}" height="4" rx="1"{}/>',
        (
            (f"{index * (width + gap):.2f}", f"{width:.2f}", mark_safe(' class="on"' if index < position else ""))
            for index in range(total)
        ),
    )
    return format_html(
        '<svg class="k-steps" viewBox="0 0 60 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">{}</svg>',
        bars,
    )


@register.inclusion_tag("web/ui/path.html")
def path(stages: Iterable[tuple[str, Text]], current: str) -> dict[str, Any]:
    """Show the way through the stages.

    Args:
        stages: key and name of each, in order; `Stage.choices` will do.
        current: the key of the present one.
    """
    known = [(str(key), label) for key, label in stages]
    here = next((index for index, (key, _label) in enumerate(known) if key == str(current)), -1)
    return {
        "stages": [
            {"label": label, "done": index < here, "here": index == here, "number": index + 1}
            for index, (_key, label) in enumerate(known)
        ],
        "total": len(known),
    }


# ── Navigation ───────────────────────────────────────────────────────────────────────────────────
@register.simple_tag
def nav_url(name: str, *args: object) -> str:
    """Give the address of a named page, or nothing where this installation has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.inclusion_tag("web/ui/nav_link.html", takes_context=True)
def nav_link(context: Context, name: str, text: Text, icon_name: str = "", count: int = 0, count_label: Text = "") -> dict[str, Any]:
    """Link to a main page, marked where the reader is within it; nothing where no such page exists.

    Args:
        context: the page; its `nav` may name the current link, else the address decides.
        name: the page's URL name, such as `desk:opportunities`.
        text: its name in words.
        icon_name: its icon.
        count: a figure behind it; zero is not shown.
        count_label: what the figure counts, read aloud behind it.
    """
    url = nav_url(name)
    request = context.get("request")
    here = context.get("nav") == name if context.get("nav") else bool(url and request and request.path.startswith(url))
    exact = bool(request and request.path == url)
    return {"url": url, "text": text, "icon": icon_name, "here": here, "exact": exact, "count": count, "count_label": count_label}


@register.inclusion_tag("web/ui/breadcrumbs.html")
def breadcrumbs(crumbs: Sequence[Crumb | tuple[Text, str]]) -> dict[str, Any]:
    """Show where the page is.

    Args:
        crumbs: `Crumb`s, or pairs of words and address; the page itself is not among them.
    """
    return {"crumbs": [crumb if isinstance(crumb, Crumb) else Crumb(str(crumb[0]), crumb[1]) for crumb in crumbs]}


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
        _glyph("i-x", "k-i"),
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
def sort_header(context: Context, label: Text, key: str, param: str = "sort", right: bool = False) -> SafeString:
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
        _glyph(f"i-{shown}", "k-i"),
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
        "count": words.number(page.paginator.count),
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


# ── Timeline ─────────────────────────────────────────────────────────────────────────────────────
@register.inclusion_tag("web/ui/timeline.html")
def timeline(entries: Sequence[TimelineItem]) -> dict[str, Any]:
    """Show what happened and what was said, newest first, under a heading for each day.

    Args:
        entries: in the order in which they are shown.
    """
    days = groupby(entries, key=lambda entry: timezone.localdate(entry.at))
    return {"days": [(words.long_day(date_), list(group)) for date_, group in days]}


@register.filter
def clock_time(value: datetime) -> str:
    """Give the time of day in the reader's zone."""
    return words.clock_time(value)


# ── Forms ────────────────────────────────────────────────────────────────────────────────────────
@register.inclusion_tag("web/forms/errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """Say at the top of a refused form what is wrong, with links to the fields; it takes the focus.

    Args:
        form: the form; nothing is shown while it has no errors.
    """
    found = [(field, field.errors) for field in form if field.errors] if form.is_bound else []
    return {"form": form, "fields": found, "count": len(found) + len(form.non_field_errors() if form.is_bound else [])}


@register.inclusion_tag("web/forms/money.html")
def money_field(currency: BoundField, amount: BoundField) -> dict[str, Any]:
    """Show the field of a currency and that of an amount as one.

    Args:
        currency: the field of the currency, a select.
        amount: the field of the amount; its label names both.
    """
    return {"currency": currency, "amount": amount}
