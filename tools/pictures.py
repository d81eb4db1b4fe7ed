"""Make the pictures of the guides from the demo: script/pictures [NAME ...].

Starts a demo of its own on a free port with fresh data, signs in as its people, opens each page, and writes
`docs/pictures/NAME.png`. With names, only those pictures are made. What is made up for a picture is made by clicking,
as a person would. A folder in KANAL_PICTURES_DATA is kept and used again, so that one picture is soon made anew.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
INTO = ROOT / "docs" / "pictures"
PASSWORD = "kanal-demo"  # noqa: S105 - the demo says it on its sign-in page
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 600
Doing = Callable[[Page], object]


def _nothing(page: Page) -> None:
    """Leave the page as it opens."""


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes:
        name: the file, without its suffix.
        who: the mail address of who looks; empty for somebody who is not signed in.
        path: the page that is opened.
        do: what is clicked before the picture is taken.
        width: of the window, in pixels.
        height: of the picture at most; the window's.
        dark: in the dark theme.
    """

    name: str
    who: str
    path: str
    do: Doing = _nothing
    width: int = 1280
    height: int = 900
    dark: bool = False


def _follow(words: str) -> Doing:
    """Follow the first link in the page's main part that has these words in it, or in whose row they stand."""

    def do(page: Page) -> None:
        row = page.locator("main tr", has_text=words)
        (
            row.first.get_by_role("link").first
            if row.count()
            else page.locator("main a", has_text=words).first
        ).click()

    return do


def _first(page: Page) -> None:
    page.locator("main tbody a").first.click()


def _managed(page: Page) -> None:
    page.locator("#managed tbody a").first.click()


def _general(page: Page) -> None:
    _follow("with other partners")(page)
    page.get_by_role("link", name="General", exact=True).click()


def _rates(page: Page) -> None:
    _follow("Nordlys IT")(page)
    page.get_by_role("link", name="Rates", exact=True).click()


def _points(page: Page) -> None:
    _follow("Nordic default")(page)
    page.get_by_label("Parts of this page").get_by_role("link", name="Points").click()
    page.wait_for_timeout(1000)  # the page glides there


def _propose(page: Page) -> None:
    page.get_by_role("button", name="Preview").click()
    rival = page.locator(".k-wide-only", has_text=re.compile(r", \d+$"))  # a line with a runner-up
    page.locator("[data-line]").filter(has=rival).first.locator("[data-why]").click()
    page.locator(".k-why").first.wait_for()


def _deliver_three(page: Page) -> None:
    for number in range(3):
        page.locator("input[name=id]").nth(number).check()
    page.get_by_role("button", name="Deliver").first.click()
    page.locator("main .ts-control input").first.fill("Nordlys")
    page.locator(".ts-dropdown .option", has_text="Nordlys IT").first.click()
    page.get_by_role("button", name="Preview").click()


def _check(page: Page) -> None:
    page.get_by_label("Web domain").fill("mrkhjtrykkeri.example")
    page.get_by_role("button", name="Check", exact=True).click()
    page.locator("#answer strong").first.wait_for()


CHRIS, MADS, ANNA = "chris@havn.example", "mads@nordlys.example", "anna@nordlys.example"
PICTURES = (
    Picture("desk-list", CHRIS, "/sales/opportunities/"),
    Picture("desk-opportunity", CHRIS, "/sales/opportunities/?view=waiting", _first),
    Picture("desk-collaboration", CHRIS, "/sales/opportunities/?view=managed", _general, height=1000),
    Picture("desk-approval", CHRIS, "/sales/opportunities/?view=made", _follow("In progress")),
    Picture("desk-bulk", CHRIS, "/sales/opportunities/?view=to_distribute", _deliver_three),
    Picture("desk-distribution", CHRIS, "/sales/distribution/", _propose, height=1200),
    Picture("desk-partner", CHRIS, "/sales/partners/", _rates),
    Picture("desk-policy", CHRIS, "/sales/policies/", _points),
    Picture("desk-application", CHRIS, "/sales/applications/", _follow("Nordlys I.T."), height=1000),
    Picture("desk-registration", CHRIS, "/sales/registrations/", _first, height=1300),
    Picture("portal-registration", MADS, "/portal/registrations/", _first, height=1100),
    Picture("portal-check", MADS, "/portal/check/", _check),
    Picture("portal-dashboard", MADS, "/portal/", height=1100),
    Picture("portal-dashboard-phone", MADS, "/portal/", width=390, height=844),
    Picture("portal-list", MADS, "/portal/opportunities/", height=1100),
    Picture(
        "portal-managed", MADS, "/portal/opportunities/?status=accepted", _follow("Contacting"), height=1100
    ),
    Picture("portal-collaboration", MADS, "/portal/opportunities/?together=1", _managed, height=1100),
    Picture("portal-new", MADS, "/portal/opportunities/new/", height=1100),
    Picture("portal-customers", MADS, "/portal/customers/"),
    Picture("portal-team", ANNA, "/portal/people/"),
    Picture("portal-company", ANNA, "/portal/company/"),
    Picture("join", "", "/join/", height=1000),
)


def main(names: list[str]) -> int:
    """Make the named pictures, or all of them."""
    wanted = [picture for picture in PICTURES if not names or picture.name in names]
    unknown = set(names) - {picture.name for picture in PICTURES}
    if unknown:
        print(f"There is no picture {', '.join(sorted(unknown))}.")
        return 2
    with _demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        for picture in wanted:
            _take(browser, address, picture)
            print(f"{picture.name}.png")
    return 0


def _chromium() -> str:
    found = os.environ.get("KANAL_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise SystemExit("There is no Chromium; name one in KANAL_CHROMIUM.")
    return found


def _take(browser: Browser, address: str, picture: Picture) -> None:
    context = browser.new_context(
        base_url=address,
        locale="en-US",
        timezone_id="Europe/Copenhagen",
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="dark" if picture.dark else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    if picture.who:
        page.goto("/accounts/login/")
        page.locator("#id_login").fill(picture.who)
        page.locator("#id_password").fill(PASSWORD)
        page.locator("#id_password").press("Enter")
        page.wait_for_url(lambda url: "/accounts/login" not in url)
    page.goto(picture.path)
    picture.do(page)
    page.wait_for_load_state("networkidle")
    INTO.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=INTO / f"{picture.name}.png")
    context.close()


@contextmanager
def _demo() -> Iterator[str]:
    """Run a demo until the pictures are made; give its address."""
    kept = os.environ.get("KANAL_PICTURES_DATA")
    data = Path(kept or tempfile.mkdtemp(prefix="kanal-pictures-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "kanal.cli", "demo", "--port", str(port), "--data", str(data)]
    demo = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)  # noqa: S603 - our own command
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/healthz", demo)
        yield address
    finally:
        demo.terminate()
        demo.wait(timeout=30)
        if not kept:
            shutil.rmtree(data, ignore_errors=True)


def _wait_for(url: str, demo: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and demo.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own demo
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise SystemExit("The demo did not start.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
