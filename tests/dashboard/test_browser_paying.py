"""A payer's walk in a real browser: by a link with another card, and by a UPI code."""

import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser

from khata.settings import Settings
from tests.dashboard.conftest import NOON
from tests.dashboard.test_browser import CHROMIUM, Walk, browser
from tests.dashboard.trading import Trade
from tests.dashboard.world import HandClock, World

__all__ = ["browser"]

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists() and not os.environ.get("KHATA_CI"),
    reason="there is no Chromium here",
)

# Where the pictures of the walk are put, for whoever wants to look at them.
PICTURES = os.environ.get("KHATA_PICTURES")

SIZES = {"wide": (1280, 900), "narrow": (390, 844)}


class PayersWalk(Walk):
    def picture(self, name: str, size: str) -> None:
        assert self.is_no_wider_than_the_screen(), (name, size)
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{name}-{size}.png", full_page=True)


@pytest.fixture
def listener() -> socket.socket:
    return uvicorn.Config("", port=0).bind_socket()


@pytest.fixture
def world(standing_world: World, listener: socket.socket) -> World:
    """The pages at the very address that payers are sent back to."""
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    engine = replace(standing_world.engine, settings=Settings(public_url=base_url))
    return World(engine, HandClock(NOON))


@pytest.fixture
def address(world: World, listener: socket.socket) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(world.app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield world.engine.settings.base_url
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("size", list(SIZES))
def test_pays_by_the_link_with_another_card(
    browser: Browser, address: str, trade: Trade, size: str
) -> None:
    wide, high = SIZES[size]
    page = browser.new_page(viewport={"width": wide, "height": high})
    walk = PayersWalk(page, address)
    invoice = trade.hosted(trade.declined)
    walk.goes_to(invoice)
    walk.picture("1-declined", size)
    page.get_by_label("Save it for the renewals").check()
    page.get_by_role("button", name="Pay by card").click()
    page.wait_for_url("**/fake/*")
    walk.picture("2-gateway", size)
    page.get_by_label("Pay with").select_option("tok_declined")
    page.get_by_role("button", name="Pay").click()
    page.get_by_text("The card was declined").wait_for()
    walk.picture("3-declined-there", size)
    page.get_by_label("Pay with").select_option("tok_ok")
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    walk.picture("4-thanks", size)
    page.get_by_role("link", name="See the invoice").click()
    page.get_by_text("Paid on").wait_for()
    walk.picture("5-paid", size)
    # The page that says no is a 400, which a browser notes; nothing else is complained of.
    assert [one for one in walk.complaints if "400" not in one] == []
    page.close()


@pytest.mark.parametrize("size", list(SIZES))
def test_pays_by_a_upi_code_that_says_when_it_is_paid(
    browser: Browser, address: str, trade: Trade, size: str
) -> None:
    wide, high = SIZES[size]
    context = browser.new_context(
        viewport={"width": wide, "height": high}, has_touch=size == "narrow"
    )
    walk = PayersWalk(context.new_page(), address)
    walk.goes_to(trade.hosted(trade.declined))
    walk.page.get_by_role("button", name="Pay by UPI").click()
    walk.page.wait_for_url("**/upi")
    walk.picture("6-upi", size)
    there = walk.page.get_by_role("link", name="Act as the payer").get_attribute("href")
    assert there is not None
    payer = PayersWalk(context.new_page(), address)
    payer.goes_to(there[there.index("/fake/") :])
    payer.page.get_by_role("button", name="Pay").click()
    payer.page.get_by_role("heading", name="Thank you").wait_for()
    # The page that waits has asked, and goes on by itself.
    walk.page.get_by_role("heading", name="Thank you").wait_for()
    walk.picture("7-upi-paid", size)
    assert walk.complaints == []
    context.close()
