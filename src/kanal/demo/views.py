"""Pages that only the demo has: the mail that would have been sent, and the clock."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from kanal.demo import actions
from kanal.demo.models import DemoMail

PAGE_SIZE = 25

# The mail's own page runs nothing and loads nothing, whatever somebody wrote into it.
_MAIL_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "sandbox": ["allow-popups", "allow-top-navigation-by-user-activation"],
    "frame-ancestors": [SELF],
}


_NONE = {
    "deadline": gettext_lazy("No offer waits for an answer, so there is no next deadline."),
    "end": gettext_lazy("No protection holds, so there is no next end."),
}


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """List the mail, newest first; `?to=` shows one person's."""
    to = request.GET.get("to", "").strip()
    found = DemoMail.objects.filter(to__icontains=to) if to else DemoMail.objects.all()
    page = Paginator(found.defer("html", "text", "headers"), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "demo/mails.html", {"page": page, "to": to})


@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # its type knows no view with arguments
@require_safe
def mail(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show one mail: its head, its HTML in a frame of its own, its text."""
    return render(request, "demo/mail.html", {"mail": get_object_or_404(DemoMail, pk=key)})


@csp(_MAIL_POLICY)  # type: ignore[arg-type]  # as above
@xframe_options_sameorigin
@require_safe
def mail_body(_request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Give the HTML of a mail, for the frame; its links open outside of it."""
    found = get_object_or_404(DemoMail, pk=key)
    return HttpResponse(found.html.replace("<head>", '<head><base target="_top">', 1))


@require_http_methods(["GET", "HEAD", "POST"])
def clock_page(request: HttpRequest) -> HttpResponse:
    """Show the demo's time, and move it."""
    if request.method == "POST":
        _move(request)
        return redirect("demo:clock")
    real, ahead = timezone.now(), actions.ahead()
    context = {"now": real + ahead, "real": real, "moved": ahead}
    context |= {"deadline": actions.next_deadline(), "end": actions.next_end()}
    return render(request, "demo/clock.html", context)


def _move(request: HttpRequest) -> None:
    steps: dict[str, Callable[[], object]] = {
        "hour": lambda: actions.move_by(timedelta(hours=1)),
        "day": lambda: actions.move_to(actions.working_day_later()),
        "deadline": actions.move_behind_next_deadline,
        "end": actions.move_behind_next_end,
        "reset": actions.reset,
    }
    step = steps.get(request.POST.get("step", ""))
    if step is None:
        messages.error(request, _("The clock was not moved: choose one of the steps."))
    elif step() is False:
        messages.info(request, _NONE[request.POST["step"]])
    else:
        messages.success(request, _("The clock was moved."))
