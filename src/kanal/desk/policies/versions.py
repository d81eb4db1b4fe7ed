"""All versions of a policy: who saved each, why, and what it changed; two compared; an old one restored."""

from __future__ import annotations

import uuid
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kanal.desk.guard import person, vendor_only
from kanal.desk.paging import CappedPaginator, size
from kanal.desk.policies.editing import found, head
from kanal.directory.refusal import Conflict, Invalid
from kanal.distribution import actions
from kanal.distribution.models import Policy
from kanal.distribution.policy_story import compare, told


@require_safe
@vendor_only
def page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show the versions, the newest first; with `from` and `to` in the address, what differs between two.

    Raises:
        Missing: there is no such policy.
    """
    asked: list[int] = []
    with suppress(ValueError):
        asked = sorted(int(request.GET.get(name, "")) for name in ("from", "to"))
    return _shown(request, found(key), asked)


def _shown(
    request: HttpRequest, policy: Policy, asked: list[int], *, status: int = HTTPStatus.OK, **facts: Any
) -> HttpResponse:
    versions = policy.versions.order_by("-number")
    number = versions.count()
    pages = CappedPaginator(versions, size(request), count=number)
    shown = pages.get_page(request.GET.get("page", "1"))
    first = shown.start_index() - 1
    facts |= head(request, policy, "versions") | {
        "page": shown,
        "told": told(versions, first=first, last=first + pages.per_page),
        "newest": number,
        "numbers": range(number, 0, -1),
        "two": _compared(policy, asked, number),
    }
    return render(request, "desk/policies/versions.html", facts, status=status)


def _compared(policy: Policy, asked: list[int], newest: int) -> dict[str, Any] | None:
    """Give what differs between two versions, the older one first; None where the address names no two."""
    if len(asked) < 2 or asked[0] < 1 or asked[1] > newest:
        return None
    pair = {one.number: one for one in policy.versions.filter(number__in=asked)}
    before, after = pair[asked[0]], pair[asked[1]]
    return {"before": before, "after": after, "changes": compare(before, after)}


@require_POST
@vendor_only
def restore(request: HttpRequest, key: uuid.UUID, number: int) -> HttpResponse:
    """Let the policy say again what an older version said; where that is refused, the page says why.

    Raises:
        NotAllowed, Missing: the person keeps no policies; there is no such version.
    """
    policy, why = found(key), request.POST.get("why", "")
    with suppress(ValueError):
        policy.version = int(request.POST.get("version", ""))
    try:
        kept = actions.restore_version(
            key=key, number=number, version=policy.version, why=why, by=person(request)
        )
    except (Conflict, Invalid) as refusal:
        status = HTTPStatus.CONFLICT if isinstance(refusal, Conflict) else HTTPStatus.UNPROCESSABLE_ENTITY
        policy, newest = found(key), policy.versions.count()
        return _shown(request, policy, [number, newest], status=status, refused=str(refusal), why=why)
    messages.success(
        request,
        _("%(name)s says again what it said in version %(old)d. That is version %(new)d now.")
        % {"name": policy, "old": number, "new": kept.number},
    )
    return redirect("desk:policy_versions", key)
