"""A walk through the dashboard in a real browser, wide and narrow, light and dark."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from khata.core.ids import public_id
from tests.dashboard.funds import funds_of
from tests.dashboard.gateways import HOME, Gateways
from tests.dashboard.test_funds_seen import addresses
from tests.dashboard.test_pages import LISTS, closeups
from tests.dashboard.trading import Trade
from tests.dashboard.world import PASSWORD, World

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists() and not os.environ.get("KHATA_CI"),
    reason="there is no Chromium here",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def address(world: World) -> Iterator[str]:
    """The dashboard over real HTTP, on a port of its own."""
    server = uvicorn.Server(uvicorn.Config(world.app, port=0, log_level="warning"))
    started = threading.Event()
    listener = uvicorn.Config(world.app, port=0).bind_socket()
    begin = server.startup

    async def startup(*given: object, **named: object) -> None:
        await begin(*given, **named)  # type: ignore[arg-type]
        started.set()

    server.startup = startup  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    assert started.wait(30)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


class Walk:
    """A page that notes everything a browser complains of."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._console)

    def goes_to(self, path: str) -> None:
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200, path

    def signs_in(self, email: str) -> None:
        self.goes_to("/dashboard/sign-in")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/dashboard")

    def is_no_wider_than_the_screen(self) -> bool:
        return bool(
            self.page.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            )
        )

    def _console(self, message: object) -> None:
        if getattr(message, "type", "") in ("error", "warning"):
            self.complaints.append(str(getattr(message, "text", message)))


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")])
def test_every_page_fits_and_nothing_complains(
    browser: Browser, address: str, world: World, trade: Trade, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    walk = Walk(context.new_page(), address)
    walk.signs_in(trade.shop.email)
    home = f"/dashboard/subscriptions/{public_id('sub', trade.subscription)}"
    acts = [f"{home}/change", f"{home}/pause?look=yes", f"{home}/cancel?look=yes&when=now"]
    told = Gateways(world, trade.shop).paths
    for path in [*LISTS, *closeups(trade), *addresses(funds_of(world, trade)), *acts, *told]:
        walk.goes_to(path)
        assert walk.is_no_wider_than_the_screen(), path
    blocked = [said for said in walk.complaints if "frame is sandboxed" in said]
    assert walk.complaints == blocked  # the mail's own script, as it should be
    context.close()


def test_the_chart_is_drawn_and_the_search_finds_while_typing(
    browser: Browser, address: str, trade: Trade
) -> None:
    context = browser.new_context()
    walk = Walk(context.new_page(), address)
    walk.signs_in(trade.shop.email)
    walk.page.locator(".chart canvas").wait_for()
    walk.page.get_by_role("link", name="Invoices", exact=True).click()
    walk.page.wait_for_url("**/dashboard/invoices")  # whole: the search needs its script
    assert trade.declined.number in walk.page.locator("#list").inner_text()
    walk.page.get_by_role("searchbox").press_sequentially("asha")
    walk.page.wait_for_url("**/invoices?*q=asha*")
    walk.page.locator("#list", has_text=trade.paid.number).wait_for()
    assert trade.declined.number not in walk.page.locator("#list").inner_text()
    assert walk.complaints == []
    context.close()


def test_without_scripts_everything_but_the_chart_is_there(
    browser: Browser, address: str, trade: Trade
) -> None:
    context = browser.new_context(java_script_enabled=False)
    walk = Walk(context.new_page(), address)
    walk.signs_in(trade.shop.email)
    assert "₹2,000.00" in walk.page.locator("#revenue").inner_text()
    walk.goes_to("/dashboard/invoices?status=open")
    walk.page.get_by_role("link", name=trade.declined.number).click()
    walk.page.get_by_role("link", name="The customer's page").click()
    walk.page.get_by_role("combobox", name="Card").select_option("tok_ok")
    walk.page.get_by_role("button", name="Pay ₹").click()
    assert "Thank you." in walk.page.locator("main").inner_text()
    context.close()


def test_a_keyboard_reaches_the_page_first(browser: Browser, address: str, trade: Trade) -> None:
    context = browser.new_context()
    walk = Walk(context.new_page(), address)
    walk.signs_in(trade.shop.email)
    walk.page.keyboard.press("Tab")
    assert walk.page.evaluate("document.activeElement.textContent") == "Skip to the page"
    context.close()


def test_a_mail_shows_its_words_and_runs_nothing(
    browser: Browser, address: str, trade: Trade
) -> None:
    """The mail of this shop has an onclick: it is shown, and the sandbox keeps it dead."""
    context = browser.new_context()
    walk = Walk(context.new_page(), address)
    walk.signs_in(trade.shop.email)
    walk.goes_to(f"/dashboard/mails/{public_id('mail', trade.mail)}")
    frame = walk.page.frame_locator("iframe")
    frame.get_by_text("Hello").wait_for()
    assert any("Blocked script execution" in said for said in walk.complaints)
    context.close()


def test_an_owner_adds_an_account_mends_it_and_looks_at_what_it_told(
    browser: Browser, address: str, world: World, trade: Trade
) -> None:
    gateways = Gateways(world, trade.shop)
    gateways.ails()
    context = browser.new_context(viewport={"width": 390, "height": 800})
    walk = Walk(context.new_page(), address)
    walk.signs_in(trade.shop.email)
    page = walk.page
    walk.goes_to(HOME)
    page.get_by_role("link", name="Paper", exact=True).click()
    page.get_by_label("Name").fill("Paper Export")
    page.get_by_label("Api key").fill("test_export-1")
    page.get_by_role("button", name="Try and keep them").click()
    page.get_by_role("heading", name="Paper Export").wait_for()

    walk.goes_to(f"{HOME}/{gateways.name}")
    assert "are not let in any more" in page.locator("main").inner_text()
    page.get_by_role("link", name="Enter new secrets").click()
    page.get_by_label("Api key").fill("test_acct1-new")
    page.get_by_role("button", name="Try and replace them").click()
    page.get_by_text("Active").wait_for()
    assert "are not let in any more" not in page.locator("main").inner_text()

    page.get_by_role("link", name="payment.captured").click()
    page.get_by_role("button", name="Apply it anew").click()
    page.get_by_text("Waiting", exact=True).wait_for()
    assert walk.complaints == []
    context.close()
