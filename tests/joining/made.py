"""Applications for tests, made by the real actions."""

from __future__ import annotations

import uuid
from typing import Any

from kanal.joining import actions
from kanal.joining.actions import Approval
from kanal.joining.models import Application
from tests.cast import Cast

MAIL = "else@sonderbo.example"


def values(**facts: Any) -> dict[str, Any]:
    return {
        "company": "Sønderbo Data",
        "domain": "sonderbo.example",
        "registration_number": "30112233",
        "street": "Havnegade 4",
        "postal_code": "6400",
        "city": "Sønderborg",
        "country": "DK",
        "employees": 24,
        "name": "Else Bruun",
        "email": MAIL,
        "phone": "+45 70 20 30 40",
        "job_title": "Managing director",
        "products": "Havn ERP",
        "why": "Our customers ask for it every week.",
        **facts,
    }


def related(cast: Cast) -> dict[str, list[Any]]:
    return {"territories": [cast.jutland], "industries": [cast.food], "families": [cast.erp.family]}


def applied(cast: Cast, *, language: str = "en", **facts: Any) -> Application:
    """Make one that nobody has confirmed yet."""
    key = uuid.uuid4()
    actions.apply(form_key=key, values=values(**facts), related=related(cast), language=language)
    return Application.objects.get(form_key=key)


def waiting(cast: Cast, **facts: Any) -> Application:
    """Make one that waits in the queue."""
    made = applied(cast, **facts)
    actions.confirm(key=made.pk)
    return Application.objects.get(pk=made.pk)


def approval(cast: Cast, **facts: Any) -> Approval:
    """Give what the desk makes of an application."""
    given: dict[str, Any] = {
        "company": {"name": "Sønderbo Data", "domain": "sonderbo.example", "country": "DK"},
        "values": {
            "status": "active",
            "tier": cast.nordlys.tier,
            "channel_manager": cast.chris,
            "time_zone": "Europe/Copenhagen",
        },
        "related": related(cast),
        "administrator": {"name": "Else Bruun", "email": MAIL, "job_title": "Managing director"},
    }
    return Approval(**{**given, **facts})
