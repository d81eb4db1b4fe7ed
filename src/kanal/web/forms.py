"""Fields and how they are drawn; every form of Kanal is rendered by `Renderer`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import django.forms.renderers
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Model, QuerySet
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from kanal.web.ui import widgets

_OURS = Path(__file__).resolve().parent / "templates"
_DJANGO = Path(django.forms.renderers.__file__).resolve().parent / "templates"
_BARE = {"hidden", "submit", "button", "image", "reset"}


def _kind_class(widget: dict[str, Any]) -> str:
    kind = widget.get("type")
    if kind in _BARE:
        return ""
    if kind in {"checkbox", "radio"}:
        return "form-check-input"
    return (
        "form-select" if widget["template_name"].endswith(("select.html", "lookup.html")) else "form-control"
    )


def _dressed(widget: dict[str, Any]) -> dict[str, Any]:
    if "subwidgets" in widget:
        return {**widget, "subwidgets": [_dressed(part) for part in widget["subwidgets"]]}
    attrs = widget["attrs"]
    classes = " ".join(filter(None, [_kind_class(widget), attrs.get("class")]))
    attrs = {**attrs, "class": classes} if classes else attrs
    drawn = {"attributes": widgets.attributes(attrs)}
    if "optgroups" in widget:
        drawn["options"] = widgets.options(widget["optgroups"])
    return {**widget, "attrs": attrs, "drawn": drawn}


class Renderer(DjangoTemplates):
    """Draws forms in Kanal's look, so that no form names a class or a template."""

    form_template_name = "web/forms/form.html"
    field_template_name = "web/forms/field.html"

    @cached_property
    def engine(self) -> Any:
        """Give the template engine of forms: our templates before Django's, with our components."""
        return self.backend(
            {
                "APP_DIRS": True,
                "DIRS": [_OURS, _DJANGO],
                "NAME": "kanal_forms",
                "OPTIONS": {"builtins": ["kanal.web.templatetags.ui"]},
            }
        )

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> Any:
        """Draw a form, a field or a widget; widgets get the class of their kind."""
        if "widget" in context and "template_name" in context["widget"]:
            context = {**context, "widget": _dressed(context["widget"])}
        return super().render(template_name, context, request)


class AmountField(forms.DecimalField):
    """A decimal in the reader's notation: `1,240,000.00` in English, `1.240.000,00` in Danish."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_digits", 18)
        options.setdefault("decimal_places", 2)
        options.setdefault("min_value", 0)
        super().__init__(localize=True, widget=forms.TextInput, **options)

    def to_python(self, value: Any) -> Any:
        """Read the number; blanks between digits are allowed."""
        if isinstance(value, str):
            value = "".join(value.split())
        return super().to_python(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:  # noqa: ARG002
        """Give the attributes of its input: digits on a phone's keyboard."""
        return {"inputmode": "decimal", "autocomplete": "off", "class": "k-num"}


class CodesField(forms.CharField):
    """Several of a list that is too long to show, typed by name or code, with commas between them.

    Its value is a list of codes, each once, in the order of the alphabet.

    Args:
        choices: gives code and name of each, in the reader's language.
        unknown: what is said of a word that names none; has `%(word)s`.
    """

    def __init__(
        self, *, choices: Callable[[], Sequence[tuple[str, str]]], unknown: Any, **options: Any
    ) -> None:
        self.choices, self.unknown = choices, unknown
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        """Show codes by their names; what was typed stays as it was typed."""
        if isinstance(value, str) or value is None:
            return value
        names = dict(self.choices())
        return ", ".join(names.get(code, code) for code in value)

    def to_python(self, value: Any) -> Any:
        """Read the words; each is a name or a code, in capitals or not."""
        if not isinstance(value, str):
            return list(value or ())
        known = {word.casefold(): code for code, name in self.choices() for word in (name, code) if code}
        # A name may have a comma of its own, so the whole text is tried first.
        typed = [value] if value.strip().casefold() in known else value.split(",")
        return sorted({self._code(word.strip(), known) for word in typed if word.strip()})

    def _code(self, word: str, known: dict[str, str]) -> str:
        if word.casefold() not in known:
            raise ValidationError(self.unknown, code="unknown", params={"word": word})
        return known[word.casefold()]


class DateInput(forms.DateInput):
    """The browser's own date field, which shows dates in the reader's format and sends ISO ones."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateField(forms.DateField):
    """A date, by the browser's own field."""

    widget = DateInput

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **options)
        self.validators += [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2999, 12, 31))]


class LookupWidget(forms.Select):
    """A select that holds the chosen option alone; `lookups.js` searches for the others.

    Without scripts a text field takes its place, in which the reader types the whole name.
    """

    template_name = "web/forms/lookup.html"

    def __init__(
        self, url: str | Promise, create_url: str | Promise = "", attrs: dict[str, Any] | None = None
    ) -> None:
        super().__init__(attrs)
        self.url, self.create_url = url, create_url

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> Any:  # noqa: ARG002
        """Give the chosen option, and an empty one before it."""
        options = [self.create_option(name, "", "", not any(value), 0)]
        for key in filter(None, value):
            label = self._label(key)
            if label is not None:
                options.append(self.create_option(name, key, label, True, len(options)))
        return [(None, options, 0)]

    def use_required_attribute(self, initial: Any) -> bool:  # noqa: ARG002
        """Tell that a required one says so; Django would read the whole list to find out."""
        return not self.is_hidden

    def _label(self, key: str) -> str | None:
        field = getattr(self.choices, "field", None)
        try:
            return None if field is None else field.label_from_instance(field.to_python(key))
        except ValidationError:
            return None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add where the script searches and creates."""
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"] |= {"data-lookup": True, "data-url": str(self.url)}
        if self.create_url:
            context["widget"]["attrs"]["data-create-url"] = str(self.create_url)
        context["widget"]["text_name"] = f"{name}_text"
        return context

    def value_from_datadict(self, data: Any, files: MultiValueDict[str, Any], name: str) -> Any:  # noqa: ARG002
        """Read the chosen key, or what was typed where scripts are off."""
        return data.get(name) or data.get(f"{name}_text")

    def value_omitted_from_data(self, data: Any, files: MultiValueDict[str, Any], name: str) -> bool:  # noqa: ARG002
        """Tell whether neither was sent."""
        return name not in data and f"{name}_text" not in data


class LookupField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of very many records, searched for while typing.

    Args:
        queryset: what may be chosen; a form narrows it to what its person may see.
        url: answers `?q=` with `[{"id", "text", "hint"}]`.
        find_by: the field by which a typed name is found where scripts are off.
        create_url: takes a POST with `text`, makes a record, and answers `{"id", "text"}`.
    """

    default_error_messages = {
        "invalid_choice": _("There is no such choice. Search for it, or choose another."),
        "several": _("Several have this name. Choose one of them from the list."),
    }

    def __init__(
        self,
        queryset: QuerySet[Any],
        *,
        url: str | Promise,
        find_by: str = "name",
        create_url: str | Promise = "",
        **options: Any,
    ) -> None:
        self.find_by = find_by
        super().__init__(queryset, widget=LookupWidget(url, create_url), **options)

    def to_python(self, value: Any) -> Model | None:
        """Find the record by its key, or by its name."""
        if value in self.empty_values or isinstance(value, Model):
            return value or None
        try:
            found = super().to_python(value)
        except ValidationError:
            found = self._by_name(str(value))
        return found

    def _by_name(self, text: str) -> Model:
        records: QuerySet[Model] = self.queryset  # type: ignore[assignment]
        matches = list(records.filter(**{f"{self.find_by}__iexact": text.strip()})[:2])
        if len(matches) > 1:
            raise ValidationError(self.error_messages["several"], code="several")
        if not matches:
            raise ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice", params={"value": text}
            )
        return matches[0]
