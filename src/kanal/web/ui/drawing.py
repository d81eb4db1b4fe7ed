"""What all components draw with."""

from __future__ import annotations

from functools import cache, lru_cache

from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

Text = str | Promise


def classes_of(*names: str) -> str:
    """Join those class names that are not empty."""
    return " ".join(name for name in names if name)


@cache
def _sprite() -> str:
    """Give the sprite's address; a page asks for it dozens of times, and it stays the same."""
    return static("kanal/icons.svg")


def draw(symbol: str, classes: str = "", label: Text = "") -> SafeString:
    """Draw a symbol of the sprite; without a label, screen readers pass over it."""
    return _drawn(symbol, classes) if not label else _draw(symbol, classes, label)


def _draw(symbol: str, classes: str, label: Text) -> SafeString:
    meaning = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else mark_safe('aria-hidden="true" focusable="false"')
    )
    shape = format_html(' class="{}"', classes) if classes else ""
    return format_html('<svg{} {}><use href="{}#{}"/></svg>', shape, meaning, _sprite(), symbol)


@lru_cache(maxsize=1000)
def _drawn(symbol: str, classes: str) -> SafeString:
    """Draw a symbol that means nothing by itself; a page has dozens of the same few."""
    return _draw(symbol, classes, "")


def nothing() -> SafeString:
    """Draw the dash that stands for a value that is not known."""
    return format_html('<span class="k-faint" aria-label="{}">–</span>', _("not set"))
