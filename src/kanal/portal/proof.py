"""The file that proves one registration, for its partner."""

from __future__ import annotations

import io
import uuid

from django.http import FileResponse, HttpRequest
from django.urls import path
from django.views.decorators.http import require_safe

from kanal.portal.guard import me, partner_page
from kanal.registration.proof.files import file_of


@partner_page
@require_safe
def download(request: HttpRequest, key: uuid.UUID, kind: str) -> FileResponse:
    """Send the proof of one of the company's registrations; what only the vendor reads is withheld."""
    file = file_of(key, kind, by=me(request))
    return FileResponse(
        io.BytesIO(file.data), as_attachment=True, filename=file.name, content_type=file.content_type
    )


urlpatterns = [
    path("registrations/<uuid:key>/proof.<slug:kind>", download, name="registration_proof"),
]
