"""The list of policies, and what is done there: begin with good defaults, move, archive, restore."""

from __future__ import annotations

import uuid
from itertools import count
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kanal.desk.guard import person, vendor_only
from kanal.directory.access import refusal_to_keep
from kanal.distribution import actions
from kanal.distribution.actions.policies import AREA
from kanal.distribution.models import Policy
from kanal.distribution.policy_story import lines
from kanal.distribution.term_words import WHEN_WORDS
from kanal.distribution.terms import Terms
from kanal.web.components import Tab


@require_safe
@vendor_only
def page(request: HttpRequest) -> HttpResponse:
    """Show the policies in the order in which they are asked, or those that are put away."""
    archived = request.GET.get("view") == "archived"
    url = reverse("desk:policies")
    facts: dict[str, Any] = {
        "nav": "desk:policies",
        "archived": archived,
        "tabs": [
            Tab(_("In force"), url, current=not archived),
            Tab(_("Archived"), f"{url}?view=archived", current=archived),
        ],
        "lines": [(line, WHEN_WORDS.get(line.terms.when, "")) for line in lines(archived=archived)],
        "may_keep": refusal_to_keep(person(request), AREA) is None,
    }
    return render(request, "desk/policies/list.html", facts)


@require_POST
@vendor_only
def start(request: HttpRequest) -> HttpResponse:
    """Make a policy with good defaults by one button, and open it.

    Raises:
        NotAllowed: the person keeps no policies.
    """
    version = actions.make_policy(name=_free_name(_("Standard")), terms=Terms(), by=person(request))
    messages.success(
        request,
        _("A policy with good defaults is made. It assigns when a person asks; change what you like."),
    )
    return redirect("desk:policy", version.policy_id)


def _free_name(name: str) -> str:
    """Give a name, with a number where one that is put away has it already."""
    taken = set(Policy.objects.filter(name__startswith=name).values_list("name", flat=True))
    numbered = (f"{name} {number}" for number in count(2))
    return name if name not in taken else next(one for one in numbered if one not in taken)


@require_POST
@vendor_only
def move(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Let a policy be asked one place earlier or later.

    Raises:
        NotAllowed, Missing: the person keeps no policies; there is none such.
    """
    actions.move_policy(key=key, places=-1 if request.POST.get("way") == "earlier" else 1, by=person(request))
    return redirect("desk:policies")


@require_POST
@vendor_only
def archive(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Put a policy away.

    Raises:
        NotAllowed, Missing: the person keeps no policies; there is none such.
    """
    policy = actions.archive_policy(key=key, by=person(request))
    messages.success(request, _("%(name)s is archived.") % {"name": policy})
    return redirect("desk:policy", key)


@require_POST
@vendor_only
def restore(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Take a policy back into use.

    Raises:
        NotAllowed, Missing: the person keeps no policies; there is none such.
    """
    policy = actions.unarchive_policy(key=key, by=person(request))
    messages.success(request, _("%(name)s is restored.") % {"name": policy})
    return redirect("desk:policy", key)
