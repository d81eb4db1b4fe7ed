"""A list page and a record page that serve every noun of the directory, and how a noun describes itself."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.core.paginator import Page
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views import View

from kanal.desk.directory.cells import Cell
from kanal.desk.directory.forms import FilterForm, RecordForm
from kanal.desk.guard import person, vendor_only
from kanal.desk.paging import CappedPaginator, size
from kanal.directory import access, actions
from kanal.directory.models import Person, Record
from kanal.directory.queries import search
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed, Stale, Text
from kanal.web import similar
from kanal.web.components import Crumb, Tab

COUNTED = 10_000
FEW = 1_000


@dataclass(frozen=True)
class Column:
    """A column of a list.

    Attributes:
        label: its head.
        cell: what it shows of a record.
        sort: its sort key in the address, and the fields that it orders by; empty where it does not sort.
        right: aligned to the right, for figures.
    """

    label: Text
    cell: Cell
    sort: tuple[str, ...] = ()
    right: bool = False


@dataclass(frozen=True)
class ListView:
    """One tab of a list: which records it shows."""

    key: str
    label: Text
    condition: Q


CURRENT_AND_ARCHIVED = (
    ListView("", pgettext_lazy("records", "Current"), Q(archived_at__isnull=True)),
    ListView("archived", pgettext_lazy("records", "Archived"), Q(archived_at__isnull=False)),
)


@dataclass(frozen=True)
class Resembles:
    """How a page warns of records that are very like the one that is typed.

    Attributes:
        near: gives those that are, of a filled-in form; each has an `account`.
        url: URL name of the address that says so while somebody types.
        fields: the fields whose typing makes it ask.
    """

    near: Callable[[Person, RecordForm], Sequence[Any]]
    url: str
    fields: tuple[str, ...]

    def place(self, record: Any) -> dict[str, Any]:
        """Give what the template of the warning needs."""
        url = reverse(self.url) + (f"?but={record.pk}" if record is not None else "")
        ids = (f"id_{name}" for name in self.fields)
        return {**similar.place(url, *ids), "similar_page": "desk:account", "keepers": True}


@dataclass(frozen=True)
class Noun:
    """All that the pages need to know of one kind of record.

    Attributes:
        many: URL name of its list, such as `accounts`; `one` that of a record; `slug` its address.
        area: its area of `access`.
        rows: the records that a person may see.
        form: its fields.
        icon: its icon.
        title, new, none, about: its words: the list, making one, having none, what it is.
        columns: those of the list after the first, which is the name.
        under: what stands below the name.
        order: how the list is ordered unless the reader chooses.
        aside: the template of the column beside the form; `beside` gives its facts.
        prefill: fields that the address of a new record may fill in.
        filters: narrows the list by what stands in the address.
        resembles: warns of records that are very like the one that is typed.
        enrich: adds to the rows of one page what needs a query of its own.
    """

    many: str
    one: str
    slug: str
    area: str
    rows: Callable[[Person], QuerySet[Any]]
    form: type[RecordForm]
    icon: str
    title: Text
    new: Text
    none: Text
    about: Text
    columns: Sequence[Column]
    under: Cell | None = None
    order: tuple[str, ...] = ("name",)
    views: Sequence[ListView] = CURRENT_AND_ARCHIVED
    aside: str = "desk/directory/aside.html"
    beside: Callable[[Person, Any], Mapping[str, Any]] = field(default=lambda _by, _record: {})
    prefill: tuple[str, ...] = ()
    filters: type[FilterForm] | None = None
    resembles: Resembles | None = None
    enrich: Callable[[Person, Sequence[Any]], None] = field(default=lambda _by, _rows: None)

    @property
    def url(self) -> str:
        """Give the address of the list."""
        return reverse(f"desk:{self.many}")

    @property
    def new_url(self) -> str:
        """Give the address where one is made."""
        return reverse(f"desk:{self.one}_new")

    def url_of(self, record: Record) -> str:
        """Give the address of a record."""
        return reverse(f"desk:{self.one}", args=[record.pk])


class NounView(View):
    """A page of one noun; lists and people of the settings are open to administrators and auditors."""

    noun: ClassVar[Noun]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Keep the settings from those who may not read them."""
        if self.noun.area == "settings" and not access.may_see_settings(person(request)):
            raise NotAllowed(
                _("Only administrators and auditors can read the settings. Ask an administrator.")
            )
        return super().dispatch(request, *args, **kwargs)


class ListPage(NounView):
    """The list of a noun: views, search, order, pages."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one page of the list."""
        shown = self._view(request)
        text = request.GET.get("q", "").strip()[:100]
        records = search(self.noun.rows(person(request)).filter(shown.condition), text)
        filters = self.noun.filters(request.GET) if self.noun.filters else None
        if filters is not None:
            records = filters.narrow(records)
        page = self._page(request, records)
        self.noun.enrich(person(request), list(page.object_list))
        facts = {
            "noun": self.noun,
            "nav": f"desk:{self.noun.many}",
            "q": text,
            "filters": filters,
            "shown": shown,
            "tabs": [self._tab(one, shown) for one in self.noun.views],
            "page": page,
            "lines": [self._line(record) for record in page.object_list],
            "columns": [(column, self._key(column)) for column in self.noun.columns],
            "may_keep": access.refusal_to_keep(person(request), self.noun.area) is None,
        }
        return render(request, "desk/directory/list.html", facts)

    def _view(self, request: HttpRequest) -> ListView:
        asked = request.GET.get("view", "")
        return next((one for one in self.noun.views if one.key == asked), self.noun.views[0])

    def _tab(self, one: ListView, shown: ListView) -> Tab:
        url = self.noun.url + (f"?view={one.key}" if one.key else "")
        return Tab(label=str(one.label), url=url, current=one is shown)

    def _page(self, request: HttpRequest, records: QuerySet[Any]) -> Page[Any]:
        """Give the page asked for; rows are counted only as far as anybody leafs."""
        unordered = records.order_by().values_list("pk", flat=True)
        number = unordered[: COUNTED + 1].count()
        if request.GET.get("q") and number <= FEW:
            # For few rows, walking the index of the order past all others would take longer than the search.
            records = self.noun.rows(person(request)).filter(pk__in=list(unordered))
        ordered = records.order_by(*self._order(request))
        pages = CappedPaginator(ordered, size(request), count=min(number, COUNTED), capped=number > COUNTED)
        page = pages.get_page(request.GET.get("page", 1))
        page.object_list = list(page.object_list)
        return page

    def _order(self, request: HttpRequest) -> list[str]:
        asked = request.GET.get("sort", "")
        known = {self._key(column): column.sort for column in self.noun.columns if column.sort}
        known["name"] = self.noun.order
        fields = known.get(asked.removeprefix("-"), self.noun.order)
        down = asked.startswith("-")
        return [("-" + name if down else name).replace("--", "") for name in (*fields, "pk")]

    def _key(self, column: Column) -> str:
        return column.sort[0] if column.sort else ""

    def _line(self, record: Any) -> dict[str, Any]:
        return {
            "record": record,
            "url": self.noun.url_of(record),
            "under": self.noun.under(record) if self.noun.under else "",
            "cells": [(column.cell(record), column.right) for column in self.noun.columns],
        }


class RecordPage(NounView):
    """The page of one record, and of a new one: its form, its archive, what stands beside it."""

    template = "desk/directory/record.html"

    def get(self, request: HttpRequest, key: uuid.UUID | None = None) -> HttpResponse:
        """Show the record, or an empty form."""
        record = self.record(request, key)
        return self.show(request, record, self.form(request, record))

    def post(self, request: HttpRequest, key: uuid.UUID | None = None) -> HttpResponse:
        """Keep what was typed; where it is refused, show it again with the reason."""
        self.refuse_readers(request)
        record = self.record(request, key)
        form = self.form(request, record, data=request.POST)
        if not form.is_valid():
            return self.show(request, record, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        near = self._unseen(request, form) if key is None else []
        if near:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            return self.show(request, record, form, status=status, similar=near, asked=True)
        try:
            kept = form.keep(by=person(request))
        except Invalid as invalid:
            form.refuse(invalid)
            return self.show(request, record, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        except Stale as stale:
            form.begin_again(self.record(request, key).version)
            return self.show(
                request,
                record,
                form,
                status=HTTPStatus.CONFLICT,
                stale=stale,
                comparison=form.comparison(stale),
            )
        except Conflict as conflict:
            return self.show(request, record, form, status=HTTPStatus.CONFLICT, refused=conflict.message)
        messages.success(request, self.said(kept) if key is None else _("Saved."))
        return redirect(self.url_after(kept))

    def url_after(self, kept: Any) -> str:
        """Give the address that follows what was kept."""
        return self.noun.url_of(kept)

    def _unseen(self, request: HttpRequest, form: RecordForm) -> list[Any]:
        """Give the records that are very like a new one, unless the person has been told of them."""
        if self.noun.resembles is None:
            return []
        return similar.unseen(request.POST, self.noun.resembles.near(person(request), form))

    def said(self, record: Any) -> str:
        """Say that a record was made."""
        return _("%(name)s is added.") % {"name": record}

    def refuse_readers(self, request: HttpRequest) -> None:
        """Send away who may read but not keep, whatever they typed.

        Raises:
            NotAllowed: says why.
        """
        reason = access.refusal_to_keep(person(request), self.noun.area)
        if reason is not None:
            raise NotAllowed(reason)

    def record(self, request: HttpRequest, key: uuid.UUID | None) -> Any:
        """Find the record; None for a new one."""
        if key is None:
            self.refuse_readers(request)
            return None
        found = self.noun.rows(person(request)).filter(pk=key).first()
        if found is None:
            raise Missing
        return found

    def form_class(self, _request: HttpRequest, _record: Any) -> type[RecordForm]:
        """Say which form this page has."""
        return self.noun.form

    def form(self, request: HttpRequest, record: Any, data: Any = None) -> RecordForm:
        """Make the form; closed where the person may not change the record, or it is archived.

        What was typed stays open: whether it can be kept is for the action to say.
        """
        kind = self.form_class(request, record)
        if record is None:
            return kind(data, initial=self._initial(request))
        form = kind(data, instance=record)
        if data is None and self.closed(request, record):
            form.close()
        return form

    def _initial(self, request: HttpRequest) -> dict[str, uuid.UUID]:
        """Read what the address fills in: keys of records, such as the partner of a new person."""
        filled = {}
        for name in self.noun.prefill:
            with suppress(ValueError):
                filled[name] = uuid.UUID(request.GET.get(name, ""))
        return filled

    def closed(self, request: HttpRequest, record: Any) -> Text | None:
        """Say why the form is closed, or None where it is open."""
        reason = access.refusal_to_keep(person(request), self.noun.area)
        if reason is None and record is not None and record.archived_at is not None:
            return _("It is archived. Restore it to change it.")
        return reason

    def show(
        self,
        request: HttpRequest,
        record: Any,
        form: RecordForm,
        *,
        status: int = HTTPStatus.OK,
        **facts: Any,
    ) -> HttpResponse:
        """Draw the page."""
        facts |= {
            "noun": self.noun,
            "nav": f"desk:{self.noun.many}",
            "crumbs": [Crumb(str(self.noun.title), self.noun.url)],
            "record": record,
            "form": form,
            "closed": self.closed(request, record) if record is not None else None,
            "may_keep": access.refusal_to_keep(person(request), self.noun.area) is None,
            "sees_people": access.may_see_settings(person(request)),
            "archive_url": "",
            **(self.noun.resembles.place(record) if self.noun.resembles else {}),
        }
        if record is not None:
            facts = {**self.noun.beside(person(request), record), **facts}
            facts["archive_url"] = self.archive_url(record)
        return render(request, self.template, facts, status=status)

    def archive_url(self, record: Any) -> str:
        """Give the address that archives this record, or restores it."""
        verb = "restore" if record.archived_at else "archive"
        return reverse(f"desk:{self.noun.one}_{verb}", args=[record.pk])


class ArchivePage(RecordPage):
    """Archives a record, or restores it; where that is refused, the record's page says why."""

    http_method_names = ["post"]
    restore = False

    def post(self, request: HttpRequest, key: uuid.UUID | None = None) -> HttpResponse:
        """Do it, and go back to the record."""
        assert key is not None
        record = self.record(request, key)
        act = actions.restore if self.restore else actions.archive
        try:
            kept = act(kind=type(record), key=key, by=person(request))
        except Conflict as conflict:
            form = self.form(request, record)
            return self.show(request, record, form, status=HTTPStatus.CONFLICT, refused=conflict.message)
        said = _("%(name)s is restored.") if self.restore else _("%(name)s is archived.")
        messages.success(request, said % {"name": kept})
        return redirect(self.noun.url_of(kept))


def view_of(page: type[NounView], noun: Noun, **facts: Any) -> Callable[..., HttpResponseBase]:
    """Make a view of a page for one noun, behind the door of the desk."""
    made = cast("type[NounView]", type(page.__name__, (page,), {"noun": noun, **facts}))
    return vendor_only(made.as_view())


def pages(noun: Noun, page: type[RecordPage] = RecordPage) -> list[URLPattern]:
    """Give the addresses of a noun's list, of a record and of a new one.

    Args:
        noun: which.
        page: its record page, where it has one of its own.
    """
    one = view_of(page, noun)
    return [
        path(f"{noun.slug}/", view_of(ListPage, noun), name=noun.many),
        path(f"{noun.slug}/new/", one, name=f"{noun.one}_new"),
        path(f"{noun.slug}/<uuid:key>/", one, name=noun.one),
    ]


def archiving(noun: Noun) -> list[URLPattern]:
    """Give the addresses that archive a record and restore it."""
    archive, restore = view_of(ArchivePage, noun), view_of(ArchivePage, noun, restore=True)
    return [
        path(f"{noun.slug}/<uuid:key>/archive/", archive, name=f"{noun.one}_archive"),
        path(f"{noun.slug}/<uuid:key>/restore/", restore, name=f"{noun.one}_restore"),
    ]
