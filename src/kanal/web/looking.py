"""Whether a page is only looked at: by somebody who sees it as its reader does, and leaves no trace there."""

from __future__ import annotations

from django.http import HttpRequest


def only_looks(request: HttpRequest) -> bool:
    """Tell whether this request looks through somebody else's eyes; nothing may count as seen or read by them."""
    return getattr(request, "look", None) is not None
