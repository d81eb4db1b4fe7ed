"""The page of one opportunity: an offer to answer, or what is managed; its notes and files."""

from __future__ import annotations

import uuid
from functools import wraps
from typing import ParamSpec, cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kanal.directory.refusal import Conflict, Invalid, Missing
from kanal.distribution import actions as distribution
from kanal.distribution import deadlines, queries
from kanal.distribution.assignment import explaining
from kanal.distribution.models import Decision
from kanal.distribution.term_words import WEIGHT_WORDS
from kanal.notify import actions as notify
from kanal.opportunities import access
from kanal.opportunities.actions import add_note
from kanal.opportunities.lifecycle import Stage, Verb
from kanal.portal import showing, work_page
from kanal.portal.forms import DeclineForm, NoteForm, QuestionForm
from kanal.portal.guard import Page, me, partner_page
from kanal.portal.making import waiting
from kanal.portal.pages import render
from kanal.portal.registering import beside
from kanal.portal.work_forms import WorkForm
from kanal.web.components import Crumb
from kanal.web.looking import only_looks

P = ParamSpec("P")


@partner_page
@require_safe
def opportunity(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show one opportunity; the first look at an offer is noted for the vendor."""
    person = me(request)
    try:
        opened = queries.opened(person, key)
    except Missing:
        return gone(request, key, status=404)
    if opened.is_offer and is_look(request):
        distribution.mark_seen(opportunity=opened.opportunity, by=person)
    if is_look(request):
        notify.mark_read(person=person, path=request.path)
    return draw(request, opened)


def is_look(request: HttpRequest) -> bool:
    """Tell whether its reader looks at the page: nobody does for a program that asks ahead, nor through other eyes."""
    if only_looks(request):
        return False
    ahead = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"
    return request.method == "GET" and "prefetch" not in ahead and "preview" not in ahead


def gone(request: HttpRequest, key: uuid.UUID, *, status: int, message: str = "") -> HttpResponse:
    """Say what became of an opportunity that the company had and no longer has.

    What was typed, and came too late, is shown so that it can be copied.

    Args:
        request: who asks.
        key: the opportunity.
        status: the answer's status.
        message: what to say where it is known already.

    Raises:
        Missing: it never had it, so for this person there is nothing.
    """
    left = queries.left(me(request), key)
    if left is not None:
        facts = {
            "nav": "portal:opportunities",
            "left": left,
            "message": showing.left(left),
            "typed": _typed(request),
            "files": [file.name for file in request.FILES.getlist("files")],
        }
        return render(request, "portal/left.html", facts, status)
    offer = queries.last_offer(me(request), key)
    if offer is None:
        raise Missing
    answered = queries.Answered(offer, offer.opportunity.reference, "", visible=False)
    row = showing.answer_rows([answered])[0]
    facts = {
        "nav": "portal:opportunities",
        "row": row,
        "offer": offer,
        "message": message or showing.ended(offer.status, row.who),
    }
    return render(request, "portal/gone.html", facts, status)


def _typed(request: HttpRequest) -> str:
    """Give what was sent in words: a note, and every other text of more than one word."""
    texts = [
        text.strip()
        for name in request.POST
        if name != "csrfmiddlewaretoken"
        for text in request.POST.getlist(name)
        if name == "body" or " " in text.strip()
    ]
    return "\n\n".join(filter(None, texts))


def draw(
    request: HttpRequest,
    opened: queries.Opened,
    *,
    decline: DeclineForm | None = None,
    question: QuestionForm | None = None,
    note: NoteForm | None = None,
    work: WorkForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Draw the page of one opportunity.

    Args:
        request: who reads it.
        opened: the opportunity, as they may see it.
        decline: the form of the dialog, where it was refused.
        question: the form of the dialog to ask the vendor, where it was refused.
        note: the form of the timeline, where it was refused.
        work: a dialog of the work on it, where it was refused.
        status: the answer's status.
    """
    name = _("Distributed opportunities") if opened.is_offer else _("Managed opportunities")
    place = "distributed" if opened.is_offer else "managed"
    lists = reverse("portal:opportunities")
    facts = {
        "nav": "portal:opportunities",
        "crumbs": [Crumb(_("Opportunities"), lists), Crumb(name, f"{lists}#{place}")],
        "opened": opened,
        "opportunity": opened.opportunity,
        "customer": showing.customer(opened.opportunity.account),
        "stages": Stage.choices,
        "timeline": showing.timeline(opened.entries, me(request)),
        "readers": showing.readers(opened),
        "note": note or NoteForm(),
        "decline": decline or DeclineForm(),
        "decline_open": decline is not None,
        "question": question or QuestionForm(),
        "question_open": question is not None,
        "others": [part for part in opened.parts if part.pk != opened.part.pk],
        **_answering(opened),
        "offered_for": _offered_for(opened),
        **waiting.facts(opened, me(request)),
        **({} if opened.is_offer else work_page.facts(me(request), opened, work)),
        **({} if opened.is_offer else beside.facts(me(request), opened.opportunity)),
    }
    return render(request, "portal/offer.html" if opened.is_offer else "portal/managed.html", facts, status)


def _answering(opened: queries.Opened) -> dict[str, object]:
    """Give what the answer bar shows: how much time is left, and whether this person may answer."""
    if opened.offer is None:
        return {}
    left = deadlines.left_of(opened.offer)
    return {
        "left": left,
        "ring": showing.ring_text(left),
        "may_ask": Verb.ASK in opened.verbs and not left.over,
        "may_answer": {Verb.ACCEPT, Verb.DECLINE} <= opened.verbs and not left.over,
    }


def or_gone(view: Page[P]) -> Page[P]:
    """Let a page that acts on an opportunity say kindly that the company takes no part any more.

    Somebody has the page open, and is taken off meanwhile: the next click tells so and shows what was typed.
    """

    @wraps(view)
    def kinder(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        key = cast("uuid.UUID", kwargs["key"])
        try:
            return view(request, *args, **kwargs)
        except (Missing, Conflict):
            if access.visible(me(request)).filter(pk=key).exists() or queries.left(me(request), key) is None:
                raise
            return gone(request, key, status=409)

    return cast("Page[P]", kinder)


@partner_page
@require_POST
@or_gone
def note(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Write a note, with files."""
    person = me(request)
    form = NoteForm(request.POST, request.FILES)
    try:
        if form.is_valid():
            add_note(key=key, body=form.cleaned_data["body"], shared=True, by=person, files=form.uploads())
            messages.success(request, _("Your note is on the timeline."))
            return redirect(f"{reverse('portal:opportunity', args=[key])}#timeline")
    except Invalid as refused:
        form.take(refused)
    return draw(request, queries.opened(person, key), note=form, status=422)


@partner_page
@require_safe
def file(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """Give a file of the timeline, to keep and never to run.

    Raises:
        Missing: there is none that this person may read.
    """
    found = access.attachment(me(request), key)
    if found is None:
        raise Missing
    return FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.name,
        content_type=found.content_type,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


# So many reasons are named.
REASONS = 4


def _offered_for(opened: queries.Opened) -> str:
    """Say for what the company was offered it, where assignment chose: its own strongest points, in words."""
    if not opened.is_offer or opened.offer is None:
        return ""
    decision = Decision.objects.select_related("run__snapshot", "version").filter(offer=opened.offer).first()
    if decision is None or decision.moved_by_id is not None:
        return ""
    parts = explaining.reasons_for(decision, opened.offer.partner)[:REASONS]
    return ", ".join(str(WEIGHT_WORDS[part].label).lower() for part in parts)
