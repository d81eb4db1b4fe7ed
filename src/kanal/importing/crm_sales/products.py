"""products.csv: products and their families."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q

from kanal.directory.models import Product, ProductFamily
from kanal.importing.crm_sales.book import Book, Ware, named, slug
from kanal.importing.crm_sales.money import Dollars
from kanal.importing.formats import Context
from kanal.importing.outcomes import Entry


class Products:
    """Takes products in."""

    def __init__(self, context: Context, book: Book, dollars: Dollars) -> None:
        self._context, self._book, self._dollars = context, book, dollars

    def load(self, entries: Sequence[Entry]) -> None:
        """Make those that are not here, each with a code made of its name."""
        here, codes = self._here(entries)
        families = named(ProductFamily, {entry["series"]: None for entry in entries}, self._context)
        fresh = []
        for entry in entries:
            product = here.get(entry["product"])
            if product is not None:
                self._compare(entry, product, families)
            elif _code(entry) in codes:
                entry.reject("code_taken", "product", taken=_code(entry))
                continue
            else:
                product = self._product(entry, families)
                codes.add(product.code)
                fresh.append(product)
                entry.come_in()
            self._note(product)
        Product.objects.bulk_create(fresh)

    def _here(self, entries: Sequence[Entry]) -> tuple[dict[str, Product], set[str]]:
        names = [entry["product"] for entry in entries]
        codes = [_code(entry) for entry in entries]
        found = list(Product.objects.filter(Q(name__in=names) | Q(code__in=codes)).select_related("family"))
        return {product.name: product for product in found}, {product.code for product in found}

    def _product(self, entry: Entry, families: dict[str, Any]) -> Product:
        return Product(
            name=entry["product"],
            code=_code(entry),
            family=families[entry["series"]],
            list_price=entry["sales_price"],
            currency=self._dollars.currency,
        )

    def _compare(self, entry: Entry, product: Product, families: dict[str, Any]) -> None:
        if product.family_id != families[entry["series"]].pk:
            entry.keep("series", product.family.name)
        if self._price(product) != entry["sales_price"]:
            entry.keep("sales_price", str(product.list_price or "–"))
        entry.stay()

    def _note(self, product: Product) -> None:
        self._book.products[product.name] = Ware(product.pk, product.name, self._price(product))

    def _price(self, product: Product) -> Decimal | None:
        return product.list_price if product.currency_id == self._dollars.currency.pk else None


def _code(entry: Entry) -> str:
    return slug(entry["product"]).upper()[:40]
