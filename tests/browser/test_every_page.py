"""Every page that the table of addresses names: nothing for axe to find, light and dark, and none scrolls sideways."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests import cast as casting
from tests.addresses import ROWS, World
from tests.browsing import axe, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
NARROW = {"width": 320, "height": 800}
WIDE = {"width": 1280, "height": 900}
# What answers with something else than a page of its own.
_NO_PAGE = (
    "lookup",
    "similar",
    "export",
    "file",
    "healthz",
    "web:home",
    "preferences",
    "import_report",
    "work_products",
    "registration_proof",
)
PAGES = [
    name
    for name, row in ROWS.items()
    if row.get and not any(word in name for word in _NO_PAGE) and not name.endswith(":notification")
]
PARTS = 6


def look(page: Page, name: str, address: str) -> list[str]:
    """Open a page in both themes and on a narrow screen; give what is wrong with it."""
    wrong = []
    page.set_viewport_size(WIDE)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.goto(address)
        wrong += [f"{name}, {theme}: {fault}" for fault in axe(page)]
    page.set_viewport_size(NARROW)
    width = page.evaluate("document.documentElement.scrollWidth")
    return wrong + ([f"{name}: {width} px wide at 320 px"] if width > NARROW["width"] else [])


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_has_a_barrier(page: Page, part: int, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    world = World()
    wrong = []
    for name in PAGES[part::PARTS]:
        row = ROWS[name]
        assert row.get
        sign_in(page, world.cast.people[sorted(row.get & set(world.cast.people))[0]].email)
        wrong += look(page, name, row.address(name, world))
    assert wrong == []


EMPTY = {
    "ada@havn.example": ["desk:opportunities", "desk:accounts", "desk:contacts", "desk:partners", "desk:products",
                         "desk:territories", "desk:imports", "desk:notifications", "desk:applications",
                         "desk:registrations", "desk:registration_policy_versions"],
    "anna@nordlys.example": ["portal:dashboard", "portal:opportunities", "portal:notifications", "portal:customers",
                             "portal:people", "portal:registrations", "portal:check_customer"],
}  # fmt: skip


@pytest.mark.parametrize("email", EMPTY)
def test_no_empty_page_has_a_barrier(page: Page, email: str) -> None:
    casting.vendor_person("Ada Holm", "administrator")
    casting.partner_person("Anna Bak", casting.partner_company("Nordlys IT"), "administrator")
    sign_in(page, email)
    assert [fault for name in EMPTY[email] for fault in look(page, name, reverse(name))] == []
