"""The test clock's form: time is moved, and the figures move with it."""

from datetime import timedelta

import pytest

from khata.core.ids import new_id, public_id
from khata.core.subscription import CollectionMethod
from khata.db.stores.parked import ParkedWork
from khata.usecases.due_work.do_due_work import DoDueWork, do_due_work
from khata.usecases.subscriptions.start_subscription import (
    StartSubscription,
    WantedItem,
    start_subscription,
)
from khata.usecases.tenants.live_through import live_through
from khata.usecases.tenants.release_all_parked import ReleaseAllParked, release_all_parked
from tests.dashboard.test_figures import told
from tests.dashboard.trading import Trade, Trading
from tests.dashboard.visitor import Visitor, form_of
from tests.dashboard.world import PASSWORD, Shop, World

CLOCK = "/dashboard/clock"


def moves(visitor: Visitor, **fields: str) -> str:
    """Send the clock's form, and return what is then to be read."""
    form = form_of(visitor.get(CLOCK).text)
    answer = visitor.post(CLOCK, form=form, **fields)
    assert answer.status_code == 303, told(answer.text)
    return told(visitor.get(answer.headers["location"]).text)


def refused(visitor: Visitor, **fields: str) -> str:
    form = form_of(visitor.get(CLOCK).text)
    answer = visitor.post(CLOCK, form=form, **fields)
    assert 'role="alert"' in answer.text
    assert 400 <= answer.status_code < 500
    return told(answer.text)


def subscribes(world: World, shop: Shop) -> None:
    """Asha takes the plan at 1,000.00 a month, at the instant the tenant's clock shows."""
    trading = Trading(world, shop)
    command = StartSubscription(
        tenant=shop.test,
        id=new_id(world.now),
        at=world.engine.now(shop.test),
        customer_id=trading.customer("Asha Traders", token="tok_ok"),
        items=[WantedItem(trading.plan.id, 1)],
        collection_method=CollectionMethod.CHARGE_AUTOMATICALLY,
    )
    start_subscription(command, tools=world.engine.tools, db=world.engine.db)


def test_time_stands_until_it_is_moved(signed_in: Visitor, world: World) -> None:
    assert "This tenant lives in real time." in told(signed_in.get(CLOCK).text)
    assert "Time stands at 31 Jan 2026, 12:00" in moves(signed_in, by="freeze")
    world.passes(timedelta(hours=5))
    assert "Time stands at 31 Jan 2026, 12:00" in told(signed_in.get("/dashboard").text)


def test_a_month_is_a_month_of_the_calendar(signed_in: Visitor) -> None:
    moves(signed_in, by="freeze")
    assert "Time stands at 1 Feb 2026, 12:00" in moves(signed_in, by="day")
    assert "Time stands at 1 Mar 2026, 12:00" in moves(signed_in, by="month")
    assert "Time stands at 2 Apr 2026, 08:30" in moves(signed_in, by="date", to="2026-04-02T08:30")


def test_the_figures_move_with_time(signed_in: Visitor, shop: Shop, world: World) -> None:
    """A year of 1,000.00 a month from 31 January: on 1 May four periods have been billed."""
    moves(signed_in, by="freeze")
    subscribes(world, shop)
    assert "Monthly recurring revenue ₹1,000" in told(signed_in.get("/dashboard").text)
    moves(signed_in, by="date", to="2026-05-01T12:00")
    invoices = signed_in.get("/dashboard/invoices?status=paid").text
    days = ["31 Jan 2026", "28 Feb 2026", "31 Mar 2026", "30 Apr 2026"]
    assert [day for day in days if f'data-label="Issued">{day}<' in invoices] == days
    books = told(signed_in.get("/dashboard/books").text)
    assert "Debits equal credits" in books
    assert "CGST payable ₹360.00" in books  # four times 9 % of 1,000.00
    story = told(signed_in.get("/dashboard/mails").text)
    assert "INV/26-27/00001" in story


def test_to_the_next_thing_due(signed_in: Visitor, shop: Shop, world: World) -> None:
    moves(signed_in, by="freeze")
    subscribes(world, shop)
    text = moves(signed_in, by="day")
    assert "Time stands at 1 Feb 2026, 12:00" in text
    assert "The next thing is due 28 Feb 2026, 00:00" in text  # the renewal
    assert "Time stands at 28 Feb 2026, 00:00" in moves(signed_in, by="next")
    assert "INV/25-26/00002" in signed_in.get("/dashboard/invoices").text


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        (
            "2026-01-30T12:00",
            "The clock shows 31 Jan 2026, 12:00 in Asia/Kolkata and only goes forward",
        ),
        ("2100-01-01T12:00", "A test clock shows the years 2000 to 2099; choose"),
        ("9999-12-31T23:59", "years 2000 to 2099"),
        ("tomorrow", "That is not a day and time"),
        ("", "That is not a day and time"),
        ("0001-01-01T00:00", "That is not a day and time"),
        ("\0\ud800", "That is not a day and time"),
    ],
)
def test_a_move_that_cannot_be_is_a_sentence(signed_in: Visitor, to: str, sentence: str) -> None:
    moves(signed_in, by="freeze")
    assert sentence in refused(signed_in, by="date", to=to)
    assert "Time stands at 31 Jan 2026, 12:00" in told(signed_in.get(CLOCK).text)


def test_real_customers_live_in_real_time(signed_in: Visitor, shop: Shop) -> None:
    form = form_of(signed_in.get("/dashboard").text)
    signed_in.post("/dashboard/mode", form=form, tenant=public_id("ten", shop.live))
    assert "Live tenants have no test clock" in refused(signed_in, by="freeze")
    page = told(signed_in.get(CLOCK).text)
    assert "This is live mode: real customers live in real time, and it cannot be moved." in page
    assert "Start a test clock" not in page


def test_a_long_journey_does_not_keep_the_browser_waiting(
    signed_in: Visitor, shop: Shop, world: World
) -> None:
    moves(signed_in, by="freeze")
    subscribes(world, shop)
    form = form_of(signed_in.get(CLOCK).text)
    there = signed_in.post(CLOCK, form=form, by="date", to="2027-01-31T12:00").headers["location"]
    on_its_way = signed_in.get(there).text
    assert '<meta http-equiv="refresh" content="2">' in on_its_way
    assert "Time is on its way to 31 Jan 2027, 12:00" in told(on_its_way)
    assert 'name="to"' not in on_its_way  # it cannot be moved twice at once
    live_through(shop.test, tools=world.engine.tools)
    arrived = signed_in.get(there).text
    assert "refresh" not in arrived
    assert "What has changed on the way Figure Before Now" in told(arrived)
    assert "Time 31 Jan 2026, 12:00 31 Jan 2027, 12:00" in told(arrived)
    assert "MRR ₹1,000 ₹1,000" in told(arrived)


def test_what_it_was_before_cannot_be_made_up(signed_in: Visitor, shop: Shop) -> None:
    text = moves(signed_in, by="freeze")
    assert "The main figures" in text
    form = form_of(signed_in.get(CLOCK).text)
    there = signed_in.post(CLOCK, form=form, by="day").headers["location"]
    assert "Before" in told(signed_in.get(there).text)
    for made_up in (
        there[:-1] + "x",
        f"{CLOCK}?was=e30.x",
        f"{CLOCK}?was=%C3%A9",
        f"{CLOCK}?was=.",
    ):
        page = signed_in.get(made_up)
        assert page.status_code == 200
        assert "Before" not in told(page.text)


def test_the_tenant_returns_to_now(signed_in: Visitor, world: World) -> None:
    moves(signed_in, by="freeze")
    moves(signed_in, by="month")
    assert "This tenant lives in real time." in moves(signed_in, by="now")
    assert "31 Jan 2026" in signed_in.get("/dashboard").text


def test_released_work_is_taken_up_again(trade: Trade, world: World) -> None:
    """Nowhere Stores gets its state; its subscription is released, and billed for its own day."""
    page = trade.owner.get("/dashboard/parked").text
    name = page.partition('name="name" value="')[2].partition('"')[0]
    with world.engine.db.transaction(trade.shop.test) as uow:
        uow.connection.execute("update customers set state = 'KA' where state is null")
    answer = trade.owner.post("/dashboard/parked/release", form=form_of(page), name=name)
    assert answer.headers["location"] == "/dashboard/parked"
    assert "Nothing is parked" in trade.owner.get("/dashboard/parked").text
    do_due_work(DoDueWork(trade.shop.test, world.now, "test"), tools=world.engine.tools)
    found = told(trade.owner.get("/dashboard/invoices?q=nowhere").text)
    assert "INV/25-26/00003" in found
    again = trade.owner.post("/dashboard/parked/release", form=form_of(page), name=name)
    assert again.status_code == 409
    assert "was taken up again already" in again.text


def test_all_parked_work_is_taken_up_at_once(trade: Trade, world: World) -> None:
    def park(code: str) -> None:
        work = ParkedWork("mail", new_id(world.now), code, "As a test says", None)
        with world.engine.db.transaction(trade.shop.test) as uow:
            uow.parked.add([work], world.now)

    def waiting() -> int:
        with world.engine.db.transaction(trade.shop.test) as uow:
            return len(uow.parked.waiting(None, limit=10))

    assert "Take all up again" not in trade.owner.get("/dashboard/parked").text  # there is one
    for code in ("no_server", "no_server", "no_address"):
        park(code)
    only = ReleaseAllParked(trade.shop.test, world.now, "no_server")
    assert release_all_parked(only, db=world.engine.db) == 2
    assert waiting() == 2
    page = trade.owner.get("/dashboard/parked").text
    assert "Take all up again" in page
    answer = trade.owner.post("/dashboard/parked/release_all", form=form_of(page))
    assert answer.headers["location"] == "/dashboard/parked"
    assert waiting() == 0
    assert release_all_parked(only, db=world.engine.db) == 0


def test_another_shops_parked_work_stays(trade: Trade, world: World) -> None:
    page = trade.owner.get("/dashboard/parked").text
    name = page.partition('name="name" value="')[2].partition('"')[0]
    stranger = world.visitor()
    stranger.sign_in(world.opens_shop("Other Shop").email, PASSWORD)
    form = form_of(stranger.get("/dashboard").text)
    answer = stranger.post("/dashboard/parked/release", form=form, name=name)
    unknown = public_id("park", new_id(world.now))
    nothing = stranger.post("/dashboard/parked/release", form=form, name=unknown)
    assert answer.status_code == nothing.status_code == 404
    assert answer.text.replace(name, "") == nothing.text.replace(unknown, "")
    assert "Nowhere Stores" in trade.owner.get("/dashboard/parked").text
