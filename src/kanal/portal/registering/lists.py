"""The list of a company's deal registration requests, with how many it may hold and how fast the vendor decides."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kanal.portal.guard import me, my_company, partner_page
from kanal.portal.pages import render
from kanal.portal.registering import showing
from kanal.registration import queries
from kanal.registration.policy import in_force, room
from kanal.web.components import Tab

SIZE = 25
VIEWS = {
    queries.NEED: gettext_lazy("Drafts and questions"),
    queries.WAITING: gettext_lazy("Waiting"),
    queries.LINE: gettext_lazy("In line"),
    queries.PROTECTED: gettext_lazy("Protected"),
    queries.ENDED: gettext_lazy("Ended"),
}


@partner_page
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Show one view of the company's requests."""
    person, terms = me(request), in_force().terms
    text = request.GET.get("q", "").strip()[:100]
    counts = queries.counts(person, search=text)
    view = _view(request, counts)
    page = Paginator(queries.requests(person, view, search=text), SIZE).get_page(request.GET.get("page"))
    url = reverse("portal:registrations")
    facts = {
        "nav": "portal:registrations",
        "page": page,
        "rows": showing.rows(list(page.object_list)),
        "view": view,
        "search": text,
        "any": any(counts.values()),
        "tabs": [
            Tab(str(label), f"{url}?{_query(name, text)}", counts[name], current=name == view)
            for name, label in VIEWS.items()
        ],
        "clear_url": f"{url}?view={view}",
        "room": room(my_company(request), terms),
        "terms": terms,
        "pace": queries.pace(),
        "pace_days": queries.DAYS,
        "fewest": queries.FEWEST,
    }
    return render(request, "portal/registering/list.html", facts)


def _view(request: HttpRequest, counts: dict[str, int]) -> str:
    """Give the view that is asked for; by default the first one that holds something."""
    asked = request.GET.get("view", "")
    return asked if asked in VIEWS else next((name for name in VIEWS if counts[name]), queries.NEED)


def _query(view: str, text: str) -> str:
    return urlencode({"view": view, **({"q": text} if text else {})})
