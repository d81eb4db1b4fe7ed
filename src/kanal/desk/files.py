"""Files that came with notes."""

from __future__ import annotations

import uuid

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from kanal.desk.guard import person, vendor_only
from kanal.opportunities import access


@require_safe
@vendor_only
def download(request: HttpRequest, key: uuid.UUID) -> FileResponse:
    """Send a file to whoever may read the note that it came with; never shown in the page, always saved."""
    found = access.attachment(person(request), key)
    if found is None:
        raise Http404
    response = FileResponse(
        found.file.open(), as_attachment=True, filename=found.name, content_type=found.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
