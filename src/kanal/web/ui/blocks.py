"""Blocks that hold a piece of a page: facts, notices, empty states, dialogs, menus."""

from __future__ import annotations

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from kanal.web.ui.drawing import Text, classes_of, draw

register = template.Library()

NOTICES = {"wait": "clock", "shared": "info-circle", "good": "circle-check", "bad": "alert-triangle"}


@register.simple_block_tag
def facts(content: str, column: bool = False, classes: str = "") -> SafeString:
    """Lay `{% fact %}` blocks out beside each other, labels above values.

    Args:
        content: the facts.
        column: put them under each other, labels on the left.
        classes: further classes.
    """
    return format_html(
        '<dl class="{}">{}</dl>',
        classes_of("k-facts-col" if column else "k-facts", classes),
        mark_safe(content),
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
        classes_of("k-notice", f"k-notice-{kind}" if kind != "wait" else ""),
        mark_safe(' role="alert"' if kind == "bad" else ""),
        draw(f"i-{icon_name or NOTICES.get(kind, 'info-circle')}", "k-i"),
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
        '<div class="k-empty">{}<h3>{}</h3>{}</div>', draw(f"i-{icon_name}", "k-i"), title, mark_safe(content)
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
def opener(
    dialog: str, text: Text, classes: str = "btn", icon_name: str = "", label: Text = ""
) -> SafeString:
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
        draw(f"i-{icon_name}", "k-i") if icon_name else "",
        text,
    )


@register.simple_tag
def closer(text: Text = "", classes: str = "btn") -> SafeString:
    """Link that closes the dialog it stands in and does nothing else."""
    return format_html('<a class="{}" role="button" href="?" data-close>{}</a>', classes, text or _("Cancel"))


@register.simple_block_tag
def menu(
    content: str, label: Text, icon_name: str = "", classes: str = "btn", only_icon: bool = False
) -> SafeString:
    """Write a menu that drops from a button; it needs no script.

    Args:
        content: links and buttons, one below the other.
        label: the button's words.
        icon_name: an icon before them; alone with `only_icon`.
        classes: the button's classes.
        only_icon: hide the words from sight.
    """
    shown = draw(f"i-{icon_name}", "k-i") if icon_name else ""
    words_ = (
        format_html('<span class="visually-hidden">{}</span>', label)
        if only_icon
        else format_html("{}{}", label, draw("i-chevron-down", "k-i"))
    )
    return format_html(
        '<details class="k-drop"><summary class="{}">{}{}</summary><div class="k-menu">{}</div></details>',
        classes_of(classes, "btn-icon" if only_icon else ""),
        shown,
        words_,
        mark_safe(content),
    )
