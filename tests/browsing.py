"""A real Chromium for tests: fixtures `chromium` and `page`, helpers `sign_in` and `axe`.

A page that logs an error, breaks the content security policy, loads anything from another machine or misses a
file fails its test.
"""

import os
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
LOCAL = {"127.0.0.1", "localhost", ""}
PATIENCE = 10_000  # milliseconds


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a browser."""
    for item in items:
        if "page" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


def chromium_path() -> str | None:
    """Find a Chromium: the one that KANAL_CHROMIUM names, or an installed one."""
    named = os.environ.get("KANAL_CHROMIUM")
    return named or next((path for path in map(shutil.which, NAMES) if path), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start the browser once."""
    path = chromium_path()
    if path is None:
        if os.environ.get("KANAL_REQUIRE_BROWSER") or os.environ.get("CI"):
            pytest.fail("There is no Chromium, and browser tests may not be skipped here. Install one.")
        pytest.skip("There is no Chromium; name one in KANAL_CHROMIUM.")
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=[*arguments, "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, live_server: Any) -> Iterator[Page]:
    """Give a page of a fresh browser that knows the test's server; addresses may begin with `/`."""
    context = chromium.new_context(
        base_url=live_server.url,
        locale="en-US",
        timezone_id="Europe/Copenhagen",
        viewport={"width": 1280, "height": 900},
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    faults = watch(page)
    yield page
    context.close()
    assert faults == []


def watch(page: Page) -> list[str]:
    """Collect what goes wrong on a page, from now on."""
    faults: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        # What failed to load is judged below: a refused form answers 422, and that is as it should be. A question
        # that a newer one has replaced is called off, and htmx says so; of one that fails it says sendError.
        fine = ("Failed to load resource", "htmx:sendAbort", "htmx:afterRequest")
        if message.type == "error" and not any(words in message.text for words in fine):
            faults.append(f"console: {message.text}")

    def on_request(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in LOCAL:
            faults.append(f"asks another machine: {request.url}")

    def on_response(response: Response) -> None:
        navigates = response.request.resource_type in {"document", "xhr", "fetch"}
        if response.status >= (500 if navigates else 400):
            faults.append(f"{response.status}: {response.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on("request", on_request)
    page.on("response", on_response)
    return faults


def sign_in(page: Page, email: str) -> None:
    """Sign a person in, without the form; the tests of sign-in use the form."""
    from kanal.directory.models import Person

    client = Client()
    client.force_login(Person.objects.get(email=email))
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies(
        [{"name": name, "value": client.cookies[name].value, "domain": "localhost", "path": "/"}]
    )


def axe(page: Page, *, include: str | None = None) -> list[str]:
    """Name what axe finds wrong with the page, or the part of it that `include` selects."""
    results = Axe().run(
        page,
        context=include,
        options={"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]},
    )
    return [
        f"{violation['id']}: {node['html']} ({node['failureSummary']})"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]
