"""Telling the vendor's people of applications."""

from __future__ import annotations

from kanal.joining import access
from kanal.joining.lifecycle import Status
from kanal.joining.models import Application
from kanal.notify.actions import Message, tell


def tell_deciders(*, application_id: str, kind: str) -> None:
    """Tell everybody who decides that there is a new application, or that an applicant has answered."""
    application = Application.objects.exclude(status=Status.UNCONFIRMED).filter(pk=application_id).first()
    if application is None:
        return
    message = Message(
        kind=kind,
        facts={"company": application.company, "who": application.name},
        path=f"/sales/applications/{application.pk}/",
        source=f"{application.pk}:{application.version}",
    )
    for person in access.deciders():
        tell(person=person, message=message)
