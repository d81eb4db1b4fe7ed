"""The products of a managed opportunity, as its partner edits them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.forms import BaseFormSet, formset_factory
from django.http import HttpRequest, JsonResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kanal.directory.models import Person, Product
from kanal.directory.refusal import Invalid
from kanal.distribution import actions
from kanal.distribution.workplace import Workplace
from kanal.opportunities.actions.values import Line
from kanal.portal.guard import partner_page
from kanal.portal.work_forms import EditForm
from kanal.web.forms import AmountField, LookupField

FOUND = 20
MOST = 200


class LineForm(forms.Form):
    """One product; an empty one is left out."""

    product = LookupField(
        Product.objects.all(),
        url=reverse_lazy("portal:work_products"),
        label=gettext_lazy("Product"),
        required=False,
    )
    quantity = AmountField(
        label=gettext_lazy("Quantity"), required=False, max_digits=12, min_value=Decimal("0.01"), initial=1
    )
    unit_price = AmountField(label=gettext_lazy("Price each"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the product where a price was written for none."""
        data = super().clean() or {}
        if data.get("unit_price") is not None and not data.get("product") and "product" not in self.errors:
            self.add_error("product", _("Choose the product that this price is for."))
        return data

    def line(self) -> Line | None:
        """Give the line as the action takes it; None where no product is chosen, or it is to go."""
        given = self.cleaned_data
        if not given.get("product") or given.get("DELETE"):
            return None
        return Line(given["product"], given.get("quantity") or Decimal(1), given.get("unit_price"))


LineForms: type[BaseFormSet[LineForm]] = formset_factory(LineForm, extra=2, can_delete=True, max_num=MOST)


class Products(EditForm):
    """What the customer would buy."""

    slug = "products"
    title = gettext_lazy("Edit products")
    opener = gettext_lazy("Edit products…")
    lead = gettext_lazy("Whoever takes part reads on the timeline that it changed.")

    def __init__(self, place: Workplace, data: Any = None) -> None:
        super().__init__(place, data)
        self.lines = LineForms(data, prefix="products-lines", initial=_lines(place))

    def is_valid(self) -> bool:
        """Judge the form and its lines."""
        return all([super().is_valid(), self.lines.is_valid()])

    def wanted(self) -> Sequence[Line]:
        """Give the lines as they shall be."""
        found = [form.line() for form in self.lines.forms]
        return [line for line in found if line is not None]

    def do(self, by: Person) -> object:
        """Keep them."""
        version = self.cleaned_data["version"]
        return actions.update(key=self.key, version=version, changes={}, lines=self.wanted(), by=by)

    def take(self, refused: Invalid) -> None:
        """Show what an action refused above the lines."""
        super().take(Invalid({"": " ".join(str(text) for text in refused.errors.values())}))


def _lines(place: Workplace) -> list[dict[str, Any]]:
    return [
        {
            "product": line.product_id,
            "quantity": int(line.quantity) if line.quantity == int(line.quantity) else line.quantity,
            "unit_price": line.unit_price,
        }
        for line in place.opened.lines
    ]


@partner_page
@require_safe
def lookup(request: HttpRequest) -> JsonResponse:
    """Search the vendor's products by name or code."""
    text = " ".join(request.GET.get("q", "").split())[:100]
    found = Product.objects.current().select_related("family")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(code__icontains=text))
    options = [
        {"id": str(one.pk), "text": str(one), "hint": ", ".join(filter(None, [one.code, str(one.family)]))}
        for one in found[:FOUND]
    ]
    return JsonResponse(options, safe=False)
