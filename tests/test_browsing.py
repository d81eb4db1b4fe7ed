"""The browser tests can be trusted: a page that does wrong is noticed."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browsing import axe, sign_in, watch
from tests.cast import Cast


def test_a_person_who_is_signed_in_is_greeted_by_the_desk(page: Page, cast: Cast):
    sign_in(page, cast.chris.email)
    page.goto("/")
    assert page.url.endswith("/sales/opportunities/")


@pytest.fixture
def careless(chromium: Browser, live_server: Any):
    """A page whose faults are collected, not yet judged."""
    page = chromium.new_page(base_url=live_server.url)
    page.goto("/accounts/login/")
    yield page
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("script", "noticed"),
    [
        ("const s = document.createElement('script'); s.text = '1'; document.body.append(s)", "console:"),
        ("document.body.setAttribute('style', 'color: red')", "console:"),
        ("setTimeout(() => { throw new Error('lost') })", "script: lost"),
        ("const i = new Image(); i.src = '/static/nowhere.png'; document.body.append(i)", "404:"),
        ("fetch('https://elsewhere.example/').catch(() => 0)", "elsewhere.example"),
    ],
)
def test_what_a_page_does_wrong_is_noticed(careless: Page, script: str, noticed: str):
    faults = watch(careless)
    careless.evaluate(f"() => {{ {script} }}")
    careless.wait_for_timeout(300)
    assert any(noticed in fault for fault in faults), faults


@pytest.mark.browser
def test_axe_names_what_a_page_withholds(careless: Page):
    assert axe(careless) == []
    careless.evaluate("() => document.querySelector('main').append(document.createElement('button'))")
    assert any(fault.startswith("button-name") for fault in axe(careless))
