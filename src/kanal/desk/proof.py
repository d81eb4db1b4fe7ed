"""The proof of registrations at the desk: how the chain stands, and the file that proves one."""

from __future__ import annotations

import io
import uuid

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kanal.desk.guard import person, vendor_only
from kanal.directory.refusal import NotAllowed
from kanal.registration import access
from kanal.registration.proof import checking, keys, words
from kanal.registration.proof.files import file_of


@require_safe
@vendor_only
def page(request: HttpRequest) -> HttpResponse:
    """Show how the chain stood when it was last checked, and the key that seals proofs.

    Raises:
        NotAllowed: the person neither decides on registrations nor audits.
    """
    if not access.may_see_proof(person(request)):
        raise NotAllowed(
            _("Administrators, channel managers and auditors read how the proof of registrations stands.")
        )
    state = checking.state()
    facts = {
        "nav": "desk:registrations",
        "proof": state,
        "faults": [(words.where(one), words.what(one)) for one in state.faults],
        "more": state.count - len(state.faults),
        "may_check": access.may_decide(person(request)),
        **_key(),
    }
    return render(request, "desk/proof/page.html", facts)


def _key() -> dict[str, str]:
    try:
        public = keys.public_of(keys.signing_key(settings.PROOF_DIR))
    except (keys.KeyUnreadable, OSError):
        return {"key": "", "fingerprint": ""}
    return {"key": public, "fingerprint": keys.in_groups(keys.fingerprint_of(public))}


@require_POST
@vendor_only
def check(request: HttpRequest) -> HttpResponse:
    """Have the whole chain checked now."""
    checking.ask_for_check(by=person(request))
    messages.success(
        request, _("The check has begun. Open this page again in a minute to see what it found.")
    )
    return redirect("desk:proof")


@require_safe
@vendor_only
def download(request: HttpRequest, key: uuid.UUID, kind: str) -> FileResponse:
    """Send the proof of one registration, with what only the vendor reads."""
    file = file_of(key, kind, by=person(request))
    return FileResponse(
        io.BytesIO(file.data), as_attachment=True, filename=file.name, content_type=file.content_type
    )


urlpatterns = [
    path("registrations/proof/", page, name="proof"),
    path("registrations/proof/check/", check, name="proof_check"),
    path("registrations/<uuid:key>/proof.<slug:kind>", download, name="registration_proof"),
]
