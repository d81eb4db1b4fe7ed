"""Bars, rings, stages and the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from kanal.web import words
from kanal.web.components import TimelineItem
from kanal.web.ui.drawing import Text

_QUIET = mark_safe('aria-hidden="true" focusable="false"')

register = template.Library()


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
        '<svg class="k-meter" viewBox="0 0 100 6" preserveAspectRatio="none" {}>'
        '<rect class="t" width="100" height="6" rx="2"/>'
        '<rect class="{}" width="{}" height="6" rx="1"/></svg>',
        _QUIET,
        kind,
        f"{_share(fraction) * 100:.1f}",
    )


@register.simple_tag
def share(part: Decimal | float, whole: Decimal | float, kind: str = "v") -> SafeString:
    """Draw a part of a whole as a bar, as `meter` does."""
    return meter(float(part) / (float(whole) or 1), kind)


@register.simple_tag
def stack(parts: Iterable[tuple[str, float, str]], whole: float = 100) -> SafeString:
    """Draw parts of a whole one after the other as one bar; write the figures beside it.

    Where the parts are more than the whole, they fill the bar; a script may move them (`data-part`).

    Args:
        parts: key, size and hue of each; a hue is `c1` to `c5`, parts of one group share theirs.
        whole: what fills the bar.
    """
    sized = [(key, max(0.0, float(size)), hue) for key, size, hue in parts]
    scale = 100 / (max(float(whole), sum(size for _key, size, _hue in sized)) or 1)
    return format_html(
        '<svg class="k-stack-bar" viewBox="0 0 100 10" preserveAspectRatio="none" {}>'
        '<rect class="t" width="100" height="10"/>{}</svg>',
        _QUIET,
        format_html_join(
            "", '<rect class="{}" data-part="{}" x="{}" width="{}" height="10"/>', _placed(sized, scale)
        ),
    )


def _placed(sized: Iterable[tuple[str, float, str]], scale: float) -> Iterator[tuple[str, str, str, str]]:
    x = 0.0
    for key, size, hue in sized:
        yield hue, key, f"{x:.2f}", f"{size * scale:.2f}"
        x += size * scale


@register.simple_tag
def ring(fraction: Decimal | float, text: Text, late: bool = False) -> SafeString:
    """Draw the time that is left as a ring, with a few letters within; say it in words beside it.

    Args:
        fraction: what is left, from 0 to 1.
        text: at most five letters, such as `29 h`.
        late: draw it in red.
    """
    return format_html(
        '<svg class="k-ring" viewBox="0 0 52 52" {}><circle cx="26" cy="26" r="22"/>'
        '<circle class="{}" cx="26" cy="26" r="22" stroke-dasharray="{} 138.2"'
        ' transform="rotate(-90 26 26)"/><text x="26" y="30.5">{}</text></svg>',
        _QUIET,
        "x" if late else "v",
        f"{_share(fraction) * 138.2:.1f}",
        text,
    )


@register.simple_tag
def steps(position: int, total: int) -> SafeString:
    """Draw how far a stage is, as `total` small bars of which `position` are filled; for table cells."""
    return _steps(position, total)


@lru_cache(maxsize=100)
def _steps(position: int, total: int) -> SafeString:
    gap = 1.25
    width = (60 - gap * (total - 1)) / max(1, total)
    bars = format_html_join(
        "",
        '<rect x="{}" width="{}" height="4" rx="1"{}/>',
        (
            (
                f"{index * (width + gap):.2f}",
                f"{width:.2f}",
                mark_safe(' class="on"' if index < position else ""),
            )
            for index in range(total)
        ),
    )
    return format_html(
        '<svg class="k-steps" viewBox="0 0 60 4" preserveAspectRatio="none" {}>{}</svg>',
        _QUIET,
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


@register.inclusion_tag("web/ui/timeline.html")
def timeline(entries: Sequence[TimelineItem]) -> dict[str, Any]:
    """Show what happened and what was said, newest first, under a heading for each day.

    Args:
        entries: in the order in which they are shown.
    """
    days = groupby(entries, key=lambda entry: timezone.localdate(entry.at))
    return {"days": [(words.long_day(date_), list(group)) for date_, group in days]}
