"""One thing done to many opportunities: choose to whom, see what would be skipped and why, do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from kanal.desk.guard import person, vendor_only
from kanal.desk.opportunities import listing
from kanal.desk.opportunities.record import refuse_readers
from kanal.directory.models import Partner, Person
from kanal.directory.refusal import Invalid
from kanal.distribution import bulk
from kanal.distribution.actions.bulk import start
from kanal.distribution.bulk import LIMIT, Wish
from kanal.distribution.models import BulkVerb, WorkRules
from kanal.opportunities import access, queries
from kanal.opportunities.models import Opportunity, OpportunityQuerySet
from kanal.web import words
from kanal.web.components import Crumb
from kanal.web.forms import LookupField


class BulkForm(forms.Form):
    """What is asked for beside the rows; a subclass names its fields.

    Attributes:
        title, lead, button: the words of the page: what is done, what comes of it, the button that does it.
    """

    verb: ClassVar[BulkVerb]
    title: ClassVar[str | Promise]
    lead: ClassVar[str | Promise]
    button: ClassVar[str | Promise]

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="to")

    def wish(self) -> Wish:
        """Give what the action takes."""
        raise NotImplementedError


def partner_field(label: Any, *, required: bool = False) -> LookupField:
    """Give a choice of one partner."""
    return LookupField(
        Partner.objects.select_related("account"),
        url=reverse_lazy("desk:lookup_partners"),
        find_by="account__name",
        label=label,
        required=required,
    )


class Deliver(BulkForm):
    """Delivering all to one partner."""

    verb = BulkVerb.DELIVER
    title = gettext_lazy("Deliver to a partner")
    lead = gettext_lazy(
        "Each is offered to the partner, who is told at once and has until the deadline to answer."
    )
    button = gettext_lazy("Deliver")
    partner = partner_field(gettext_lazy("Partner"), required=True)

    def wish(self) -> Wish:
        """Deliver to the chosen one."""
        return Wish(self.verb, [self.cleaned_data["partner"]])


class Share(BulkForm):
    """Sharing all with several partners."""

    verb = BulkVerb.SHARE
    title = gettext_lazy("Share with partners")
    lead = gettext_lazy(
        "The partners collaborate on each: all manage it at once, with those who take part in it already."
    )
    button = gettext_lazy("Share")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for number in range(1, WorkRules.current().partners_at_most + 1):
            label = _("Partner %(number)d") % {"number": number}
            self.fields[f"partner_{number}"] = partner_field(label, required=number == 1)

    def wish(self) -> Wish:
        """Share with the chosen ones, each once."""
        chosen = [one for name, one in self.cleaned_data.items() if name.startswith("partner_") and one]
        return Wish(self.verb, list({one.pk: one for one in chosen}.values()))


class ChangeOwner(BulkForm):
    """Giving all to another person."""

    verb = BulkVerb.CHANGE_OWNER
    title = gettext_lazy("Change the owner")
    lead = gettext_lazy("The new owner is asked about these from now on. Partners see no difference.")
    button = gettext_lazy("Change owner")
    owner = LookupField(
        Person.objects.filter(partner__isnull=True), url=reverse_lazy("desk:lookup_people"),
        label=gettext_lazy("New owner"),
    )  # fmt: skip

    def wish(self) -> Wish:
        """Give them to the chosen one."""
        return Wish(self.verb, owner=self.cleaned_data["owner"])


FORMS: dict[str, type[BulkForm]] = {
    form.verb.value.replace("_", "-"): form for form in (Deliver, Share, ChangeOwner)
}


@dataclass(frozen=True)
class Selection:
    """Which rows are asked for: those named one by one, or all that a list has.

    Attributes:
        found: the opportunities, in the order of the list.
        query: the address of the list; it leads back there.
        whole: all of the list is asked for.
    """

    found: OpportunityQuerySet
    query: str
    whole: bool

    @property
    def back(self) -> str:
        """Give the address of the list."""
        return f"{reverse('desk:opportunities')}?{self.query}"


def selection(query: QueryDict, by: Person) -> Selection:
    """Read which rows an address asks for; the list's own query is resolved anew each time."""
    within = query.get("within", "")
    if query.get("all"):
        return Selection(listing.read(QueryDict(within), by).found, within, whole=True)
    keys = listing.keys_of(query)
    sort = listing.read(QueryDict(within), by).sort
    found = queries.ordered(access.visible(by).filter(pk__in=keys), sort)
    return Selection(found, within, whole=False)


@require_http_methods(["GET", "HEAD", "POST"])
@vendor_only
def page(request: HttpRequest, verb: str) -> HttpResponse:
    """Ask to whom; then show what would happen; then do it."""
    if verb not in FORMS:
        raise Http404
    refuse_readers(request, "change", None)
    by = person(request)
    chosen = selection(request.GET, by)
    rows = bulk.rows_of(chosen.found)
    asked = "to" in request.GET
    form = FORMS[verb](request.GET if asked else None)
    if not rows or len(rows) > LIMIT or not asked or not form.is_valid():
        return _show(request, form, chosen, rows, status=422 if asked and form.errors else 200)
    wish = form.wish()
    if request.method == "POST":
        return _start(request, form, chosen, rows, wish)
    return _show(request, form, chosen, rows, wish)


def _start(
    request: HttpRequest, form: BulkForm, chosen: Selection, rows: Sequence[Opportunity], wish: Wish
) -> HttpResponse:
    """Do it, unless there are more or fewer than the person has seen."""
    if request.POST.get("count") != str(len(rows)):
        said = _("The list has changed meanwhile. This is how it stands now.")
        return _show(request, form, chosen, rows, wish, refused=said, status=409)
    try:
        run = start(
            wish=wish,
            keys=[row.pk for row in rows],
            by=person(request),
            query=chosen.query if chosen.whole else "",
        )
    except Invalid as refusal:
        return _show(request, form, chosen, rows, wish, refused=str(refusal), status=422)
    return redirect("desk:bulk_run", key=run.pk)


def _show(
    request: HttpRequest,
    form: BulkForm,
    chosen: Selection,
    rows: Sequence[Opportunity],
    wish: Wish | None = None,
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "nav": "desk:opportunities",
        "crumbs": [Crumb(_("Sales"), ""), Crumb(_("Opportunities"), chosen.back)],
        "form": form,
        "chosen": chosen,
        "count": min(len(rows), LIMIT),
        "too_many": _too_many() if len(rows) > LIMIT else "",
        "kept": _kept(request.GET),
        "preview": bulk.preview(wish=wish, rows=rows, by=person(request)) if wish else None,
        "wish": wish,
        "at_once": bulk.AT_ONCE,
        "refused": refused,
        "again": _again(request.GET),
    }
    return render(request, "desk/bulk/new.html", context, status=status)


def _too_many() -> str:
    return _(
        "%(limit)s can be done in one go, and this list has more. Narrow it with a search or filters."
    ) % {"limit": words.number(LIMIT)}


def _kept(query: QueryDict) -> list[tuple[str, str]]:
    """Give what the form carries along: which rows are asked for."""
    return [(name, value) for name in ("within", "all", "id") for value in query.getlist(name)]


def _again(query: QueryDict) -> str:
    """Give the address of the first step, with the same rows."""
    rest = QueryDict(mutable=True)
    for name, value in _kept(query):
        rest.appendlist(name, value)
    return f"?{rest.urlencode()}"
