"""Icons, statuses, tags, people and companies."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kanal.web.ui.drawing import Text, classes_of, draw, nothing

register = template.Library()

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
    "won": ("good", "won", gettext_lazy("Won")),
    "lost": ("off", "lost", gettext_lazy("Lost")),
    "canceled": ("off", "canceled", gettext_lazy("Canceled")),
}
TAGS = {"": "", "shared": "users", "internal": "lock", "warn": "alert-triangle", "good": "check"}


@register.simple_tag
def icon(name: str, label: Text = "", size: str = "", classes: str = "") -> SafeString:
    """Draw an icon.

    Args:
        name: its name in the sprite, without `i-`.
        label: what it means, where no text says so; without it, screen readers pass over it.
        size: `lg` for the larger size.
        classes: further classes.
    """
    return draw(f"i-{name}", classes_of("k-i", f"k-i-{size}" if size else "", classes), label)


@register.simple_tag
def mark() -> SafeString:
    """Draw Kanal's mark."""
    return mark_safe(
        '<svg class="k-mark" viewBox="0 0 28 28" aria-hidden="true" focusable="false" fill="none"'
        ' stroke-width="4.4"><path d="M6.2 3v22" stroke="var(--k-ink)"/>'
        '<path d="M23.6 3.6L13 14l10.6 10.4" stroke="currentColor"/></svg>'
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
        shape: a status glyph: progress, hold, delivered, accepted, approved, declined, expired, returned,
            won, lost, canceled.
        label: the word.
        hue: work, wait, run, alert, good, bad or off.
        classes: further classes.
    """
    return format_html(
        '<span class="{}">{}{}</span>',
        classes_of("k-status", f"k-s-{hue}", classes),
        draw(f"s-{shape}"),
        label,
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
        classes_of("k-tag", f"k-tag-{kind}" if kind else ""),
        draw(f"i-{shown}", "k-i") if shown else "",
        text,
    )


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
        '<span class="{}" aria-hidden="true">{}</span>', classes_of("k-ava", shape, classes), initials(name)
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
        return format_html(
            '<span title="{0}">{1}<span class="visually-hidden">{0}</span></span>', who, avatar(who)
        )
    return format_html('<span class="k-who">{}<span>{}</span></span>', avatar(who), who)


@register.simple_tag
def company(name: object, us: bool = False) -> SafeString:
    """Show a company: a square with its initials, and its name; `us` marks the reader's own."""
    if not name:
        return nothing()
    return format_html(
        '<span class="k-who">{}<span>{}</span></span>', avatar(name, "us" if us else "co"), name
    )
