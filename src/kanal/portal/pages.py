"""What every page of the portal is drawn with."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as draw

from kanal.portal.guard import me, my_company


def render(request: HttpRequest, template: str, facts: dict[str, Any], status: int = 200) -> HttpResponse:
    """Draw a page, with the company that reads it and its contact at the vendor."""
    company = my_company(request)
    shared = {
        "company": company,
        "contact": company.channel_manager,
        "is_seller": me(request).partner_role == "seller",
    }
    return draw(request, template, {**shared, **facts}, status=status)
