"""An administrator imports files in a real browser, by the labels that stand there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from kanal.directory import actions
from kanal.importing.actions import carry_out_upload
from kanal.importing.models import ImportRun
from kanal.opportunities.models import Opportunity
from tests import cast as casting
from tests.browsing import axe, sign_in
from tests.cast import Cast
from tests.importing.files import load, packed

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = {
    "en": {
        "imports": "Imports",
        "new": "New",
        "file": "ZIP archive",
        "rate": "Exchange rate",
        "try": "Try it out",
        "keep": "Import for good",
    },
    "da": {
        "imports": "Importer",
        "new": "Ny",
        "file": "ZIP-arkiv",
        "rate": "Valutakurs",
        "try": "Prøv den",
        "keep": "Importér endeligt",
    },
}


@pytest.fixture
def cast(live_server: Any) -> Cast:
    return casting.make()


@pytest.mark.parametrize("language", ["en", "da"])
def test_an_administrator_tries_an_import_out_and_then_keeps_it(
    cast: Cast, page: Page, tmp_path: Path, settings: Any, language: str
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    words = WORDS[language]
    archive = tmp_path / "export.zip"
    archive.write_bytes(packed().read())
    actions.set_preferences(person=cast.ada, language=language)
    sign_in(page, "ada@havn.example")

    page.goto("/")
    page.get_by_role("link", name=words["imports"], exact=True).click()
    page.get_by_role("main").get_by_role("link", name=words["new"], exact=True).first.click()
    page.get_by_label(words["file"]).set_input_files(archive)
    page.get_by_label(words["rate"]).fill("7")
    page.get_by_role("button", name=words["try"]).click()
    expect(page.locator("#progress")).to_be_visible()
    carry_out_upload(key=ImportRun.objects.get().pk)

    # The page asks by itself and shows the report when it is there.
    keep = page.get_by_role("button", name=words["keep"])
    expect(keep).to_be_visible(timeout=10_000)
    expect(page.get_by_text("sales_pipeline.csv").first).to_be_visible()
    keep.click()
    expect(page.locator("#progress")).to_be_visible()
    carry_out_upload(key=ImportRun.objects.get(dry_run=False).pk)
    expect(page.locator("#progress")).to_be_hidden(timeout=10_000)
    assert Opportunity.objects.count() == 7


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(cast: Cast, page: Page, theme: str) -> None:
    actions.set_preferences(person=cast.ada, theme=theme)
    sign_in(page, "ada@havn.example")
    page.goto(reverse("desk:imports"))
    assert axe(page) == [], "empty"
    done = load(dry_run=True, by=cast.ada)
    failed = ImportRun.objects.create(kind="crm-sales", state="failed", failure="No rate.", by=cast.ada)
    waits = ImportRun.objects.create(kind="crm-sales", state="queued", by=cast.ada)
    addresses = [reverse("desk:imports"), reverse("desk:import_new")]
    addresses += [reverse("desk:import", args=[run.pk]) for run in (done, failed, waits)]
    for address in addresses:
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(address)
        assert axe(page) == [], address
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
