"""Being told of an offer, in a real browser: the bell, the list, the mail of the demo, the clock."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from kanal.demo.mail import Backend
from kanal.distribution.actions.telling import tell_about
from kanal.distribution.models import Offer
from kanal.notify.mail import send
from kanal.notify.models import Notification
from tests.browsing import axe, sign_in
from tests.cast import make

pytestmark = pytest.mark.django_db(transaction=True)

LOOKS = [("light", 1280), ("dark", 320)]


@pytest.fixture
def offered(transactional_db: None):
    """An offer to Nordlys IT of which its people were told, in Kanal and by the demo's mail."""
    cast = make()
    opportunity = cast.delivered()
    tell_about(event="offer_delivered", offer_id=str(Offer.objects.get(opportunity=opportunity).pk))
    for notification in Notification.objects.all():
        send(notification_id=str(notification.pk), connection=Backend())
    return cast


def look(page, theme: str, width: int) -> None:
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 900})


def in_order(page) -> None:
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_bell_leads_to_the_list_and_the_list_to_the_offer(page, offered) -> None:
    sign_in(page, "mads@nordlys.example")
    page.goto("/portal/opportunities/")
    page.get_by_role("link", name="Notifications, 1 new").click()
    page.get_by_role("link", name="Havn Systems offers you ERP renewal for 140 users").click()
    expect(page).to_have_url(re.compile("/portal/opportunities/[0-9a-f-]{36}/$"))
    expect(page.get_by_role("link", name="Notifications", exact=True)).to_be_visible()


def test_everything_is_marked_as_read_in_danish(page, offered) -> None:
    offered.mads.language = "da"
    offered.mads.save()
    sign_in(page, "mads@nordlys.example")
    page.goto("/portal/notifications/")
    page.get_by_role("button", name="Markér alle som læst").click()
    expect(page.get_by_role("button", name="Markér alle som læst")).to_be_hidden()


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_lists_are_open_to_everybody_filled_and_empty(page, offered, theme: str, width: int) -> None:
    look(page, theme, width)
    for email, path in (
        ("mads@nordlys.example", "/portal/notifications/"),
        ("freja@fjord.example", "/portal/notifications/"),
        ("chris@havn.example", "/sales/notifications/"),
    ):
        page.context.clear_cookies()
        sign_in(page, email)
        page.goto(path)
        in_order(page)


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_a_mail_of_the_demo_is_shown_in_a_frame_of_its_own(page, offered, theme: str, width: int) -> None:
    look(page, theme, width)
    page.goto("/demo/mail/")
    in_order(page)
    page.get_by_role("link", name="Havn Systems offers you").first.click()
    expect(page.frame_locator("iframe").get_by_role("link", name="Read and answer")).to_be_visible()
    in_order(page)


def test_the_clock_is_moved_by_its_buttons(page, offered) -> None:
    page.goto("/demo/clock/")
    in_order(page)
    page.get_by_role("button", name="Behind the next deadline").click()
    expect(page.get_by_text("The clock was moved.")).to_be_visible()
    expect(page.get_by_role("button", name="Back to the real time")).to_be_visible()
