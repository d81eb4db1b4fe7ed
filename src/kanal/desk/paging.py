"""Pages of a list that is counted only as far as people read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.http import HttpRequest

SIZES = (25, 50, 100)

if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator


class CappedPaginator(_Paginator):
    """Pages over rows whose count is known already.

    Attributes:
        count: how many rows have pages.
        capped: there are more rows than that.
    """

    count: int = 0

    def __init__(self, rows: Any, per_page: int, *, count: int, capped: bool = False) -> None:
        self.count, self.capped = count, capped
        super().__init__(rows, per_page)

    def get_page(self, number: int | float | str | None) -> Page[Any]:
        """Give a page; the first or the last one where there is no such page."""
        try:
            return self.page(str(number or 1))
        except PageNotAnInteger:
            return self.page(1)
        except EmptyPage:
            return self.page(self.num_pages)


def size(request: HttpRequest) -> int:
    """Say how many rows the reader wants on a page."""
    asked = request.GET.get("size", "")
    return int(asked) if asked in {str(known) for known in SIZES} else SIZES[0]
