"""Imports at the desk: what was imported, what became of every row, and a new one from a file."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from kanal.desk.guard import person, vendor_only
from kanal.desk.paging import CappedPaginator, size
from kanal.directory.access import refusal_to_keep
from kanal.directory.refusal import Conflict, Invalid, NotAllowed
from kanal.importing import actions, queries, report, words
from kanal.importing.formats import formats
from kanal.importing.models import ImportLine, ImportRun
from kanal.importing.outcomes import Outcome
from kanal.web.components import Crumb, Tab

# Findings that a person should look at come first.
_TABS = (Outcome.REJECTED, Outcome.REPAIRED, Outcome.CHANGED, Outcome.KEPT)


class UploadForm(forms.Form):
    """A new import: an archive of files, tried out before anything is kept."""

    kind = forms.ChoiceField(label=gettext_lazy("Format"))
    file = forms.FileField(
        label=gettext_lazy("ZIP archive"),
        help_text=gettext_lazy("The files of the format in one ZIP archive."),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,application/zip"}),
    )
    rate = forms.CharField(
        label=gettext_lazy("Exchange rate"),
        required=False,
        max_length=20,
        help_text=gettext_lazy(
            "What one unit of the files’ currency is worth in the base currency. Needed only where no "
            "rate is known."
        ),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(form.kind, form.label) for form in formats().values()]  # type: ignore[attr-defined]


@require_safe
@vendor_only
def listing(request: HttpRequest) -> HttpResponse:
    """Show every import, newest first."""
    runs = queries.visible_runs(person(request))
    page = _page(request, runs)
    rows = [(run, queries.in_all(run), queries.changed(run)) for run in page.object_list]
    return render(
        request, "desk/imports/list.html", {"page": page, "rows": rows, "may_import": _may(request)}
    )


@vendor_only
def new(request: HttpRequest) -> HttpResponseBase:
    """Take an archive, and let it be tried out."""
    reason = refusal_to_keep(person(request), "settings")
    if reason:
        raise NotAllowed(reason)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = actions.rehearse_upload(**form.cleaned_data, by=person(request))
        except Invalid as refusal:
            for name, error in refusal.errors.items():
                form.add_error(name or None, str(error))
        else:
            return redirect("desk:import", key=run.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    shown = {"form": form, "crumbs": _crumbs(), "formats": formats().values()}
    return render(request, "desk/imports/new.html", shown, status=status)


@require_safe
@vendor_only
def page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show what became of one import; while it runs, how far it is."""
    run = queries.visible_run(person(request), key)
    if request.headers.get("HX-Request") and run.is_waiting:
        return render(request, "desk/imports/progress.html", {"run": run})
    shown = {"run": run, "crumbs": _crumbs(), "may_import": _may(request), **_report(request, run)}
    response = render(request, "desk/imports/run.html", shown)
    if request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"  # it has ended: the whole page is another one now
    return response


@require_safe
@vendor_only
def download(request: HttpRequest, key: uuid.UUID) -> StreamingHttpResponse:
    """Give the report as CSV."""
    run = queries.visible_run(person(request), key)
    response = StreamingHttpResponse(report.rows(run), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{run.created_at:%Y%m%d-%H%M}.csv"'
    return response


@require_POST
@vendor_only
def keep(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """Import for good what a rehearsal has tried."""
    try:
        run = actions.import_rehearsed(key=key, by=person(request))
    except Conflict as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:import", key=key)
    return redirect("desk:import", key=run.pk)


def _may(request: HttpRequest) -> bool:
    return refusal_to_keep(person(request), "settings") is None


def _crumbs() -> list[Crumb]:
    return [Crumb(_("Imports"), reverse("desk:imports"))]


def _page(request: HttpRequest, rows: QuerySet[Any]) -> Page[Any]:
    pages = CappedPaginator(rows, size(request), count=rows.count())
    return pages.get_page(request.GET.get("page", "1"))


def _report(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    files, causes = queries.sums(run), queries.causes(run)
    outcome = _outcome(request, causes)
    lines = _page(request, queries.lines(run, outcome=outcome, code=request.GET.get("code", "")))
    return {
        "outcomes": Outcome,
        "files": files,
        "in_all": queries.in_all(run),
        "agrees": all(item.agrees for item in files),
        "changed": queries.changed(run),
        "causes": causes,
        "made": words.made(run.made),
        "notes": queries.notes(run),
        "tabs": _tabs(request, run, causes, outcome),
        "shown": outcome,
        "page": lines,
        "lines": [_line(line) for line in lines.object_list],
        "chosen": next((cause for cause in causes if cause.code == request.GET.get("code")), None),
    }


def _outcome(request: HttpRequest, causes: list[queries.Cause]) -> str:
    """Give the outcome whose findings are shown: the one asked for, else the first that there is."""
    asked = request.GET.get("outcome", "")
    found = [outcome.value for outcome in _TABS if any(cause.outcome == outcome for cause in causes)]
    return asked if asked in Outcome.values else next(iter(found), Outcome.REJECTED.value)


def _tabs(request: HttpRequest, run: ImportRun, causes: list[queries.Cause], shown: str) -> list[Tab]:
    counts = dict(zip(Outcome.values, queries.in_all(run).of, strict=True))
    return [
        Tab(
            str(outcome.label), f"{request.path}?outcome={outcome}", counts[outcome], current=outcome == shown
        )
        for outcome in _TABS
        if any(cause.outcome == outcome for cause in causes)
    ]


def _line(line: ImportLine) -> dict[str, Any]:
    return {
        "line": line,
        "what": words.sentence(line.outcome, line.code, line.facts),
        "mend": words.mend(line.outcome, line.code),
    }


urlpatterns = [
    path("imports/", listing, name="imports"),
    path("imports/new/", new, name="import_new"),
    path("imports/<uuid:key>/", page, name="import"),
    path("imports/<uuid:key>/report.csv", download, name="import_report"),
    path("imports/<uuid:key>/keep/", keep, name="import_keep"),
]
