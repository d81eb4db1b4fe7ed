"""The parts of a widget that its template would draw by one template for each: attributes and options.

A page of the desk has some fifty fields with their options. Drawn by Django's templates they take half of its time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from django.forms.utils import flatatt
from django.utils.safestring import SafeString, mark_safe

Group = tuple[str | None, Sequence[Mapping[str, Any]], int]


def attributes(attrs: Mapping[str, Any]) -> SafeString:
    """Write attributes as they stand in a tag, each with a blank before it; False and None are left out."""
    return flatatt(dict(attrs))


def options(groups: Iterable[Group]) -> SafeString:
    """Write the options of a select.

    Args:
        groups: what the widget's context has as `optgroups`: name or None, options, index.
    """
    return mark_safe("".join(_group(name, choices) for name, choices, _index in groups))


def _group(name: str | None, choices: Sequence[Mapping[str, Any]]) -> str:
    drawn = "".join(_option(choice) for choice in choices)
    return f'<optgroup label="{escape(str(name))}">{drawn}</optgroup>' if name else drawn


def _option(choice: Mapping[str, Any]) -> str:
    attrs = attributes(choice["attrs"]) if choice["attrs"] else ""
    return f'<option value="{escape(str(choice["value"]))}"{attrs}>{escape(str(choice["label"]))}</option>'
