"""Stories of what cannot be billed: it is set aside with its reason, and the others go on."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from khata.core import together
from khata.core.policies import Policies
from khata.core.renewal import Due, Renewal
from khata.core.renewal import renew as truly_renew
from khata.usecases.billing.bill_in_batches import NothingWorks
from khata.usecases.billing.preview_invoice import PreviewInvoice, preview_invoice
from khata.usecases.due_work import do_round
from khata.usecases.tenants.live_through import Journey, live_through
from tests.scenarios.customer import Customer
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    return shop


def loses_its_state(customer: Customer) -> None:
    """As an import from another system might: the door would have refused."""
    customer.shop.rows(
        "update customers set state = null where id = %(id)s returning 1", id=customer.id
    )


def test_undecidable_tax_is_parked_and_the_others_go_on(world: World, shop: Shop) -> None:
    nowhere, asha = shop.customer("Nowhere"), shop.customer("Asha")
    world.today_is("2025-01-10")
    stuck, pro = nowhere.subscribes_to("Pro"), asha.subscribes_to("Pro")
    loses_its_state(nowhere)
    world.wait_until("2025-03-11")
    assert pro.starts == ["2025-01-10", "2025-02-10", "2025-03-10"]
    assert stuck.starts == ["2025-01-10"]
    [(code, reason)] = shop.parked
    assert code == "state_required"
    assert "the state of the address decides" in reason
    assert shop.rows("select count(*) from events where type = 'subscription.parked'") == [(1,)]
    assert shop.numbers == [f"INV/24-25/{n:05}" for n in range(1, 5)]

    shop.releases()  # before anything was mended: it is parked again
    world.wait_until("2025-03-12")
    assert [code for code, _ in shop.parked] == ["state_required"]

    nowhere.moves_to("GA")
    shop.releases()
    world.wait_until("2025-03-13")
    assert shop.parked == []
    assert stuck.starts == ["2025-01-10", "2025-02-10", "2025-03-10"]  # caught up, in order
    assert nowhere.latest_invoice.taxes == [("IGST", "18", 18_000)]
    assert {invoice.issued_on for invoice in stuck.invoices[1:]} == {"2025-03-12"}


def test_a_series_that_is_full_parks_by_its_own_name(world: World, shop: Shop) -> None:
    shop.registers(series={"invoice": "CHAI{fy}/{n:05}"})  # fifteen characters
    first, second = shop.customer("First"), shop.customer("Second")
    world.today_is("2025-01-10")
    one, two = first.subscribes_to("Pro"), second.subscribes_to("Pro")
    assert shop.numbers == ["CHAI24-25/00001", "CHAI24-25/00002"]
    shop.rows("update number_counters set last_number = 999998 returning 1")
    world.wait_until("2025-02-10")
    assert (one.starts[1:], two.starts[1:]) == (["2025-02-10"], [])
    assert first.latest_invoice.number == "CHAI24-25/999999"
    assert [code for code, _ in shop.parked] == ["series_full"]
    assert "the law allows 16" in shop.parked[0][1]

    shop.registers(series={"invoice": "CH{fy}/{n:06}"})
    shop.releases()
    world.wait_until("2025-02-11")
    assert second.latest_invoice.number == "CH24-25/000001"
    assert shop.parked == []


def test_an_unforeseen_fault_parks_only_the_culprit(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.today_is("2025-01-10")
    subscribed = [shop.customer(f"C{n}").subscribes_to("Pro") for n in range(11)]
    culprit = subscribed[6].id

    def renew(due: Due, **how: Any) -> Renewal:
        if due.subscription.id == culprit:
            raise ZeroDivisionError("a fault of ours")
        return truly_renew(due, **how)

    monkeypatch.setattr(together, "renew", renew)
    world.wait_until("2025-02-11")
    billed = [len(one.starts) for one in subscribed]
    assert billed == [2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2]
    [(code, reason)] = shop.parked
    assert code == "renewal_failed"
    assert "ZeroDivisionError" in reason
    assert shop.numbers == [f"INV/24-25/{n:05}" for n in range(1, 22)]
    assert shop.books_balance()

    monkeypatch.undo()
    shop.releases()
    world.wait_until("2025-02-12")
    assert subscribed[6].starts == ["2025-01-10", "2025-02-10"]


def test_a_fault_that_only_the_commit_finds_parks_its_culprit_too(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.today_is("2025-01-10")
    one, two = (shop.customer(name).subscribes_to("Pro") for name in ("One", "Two"))

    def renew(
        due: Due, *, at: datetime, today: date, policies: Policies, ids: Iterator[UUID]
    ) -> Renewal:
        """Bill one subscription's old period again: the database knows better."""
        renewal = truly_renew(due, at=at, today=today, policies=policies, ids=ids)
        invoice = renewal.invoice
        if due.subscription.id == one.id and invoice is not None:
            assert due.subscription.period is not None
            object.__setattr__(invoice, "period", due.subscription.period)
        return renewal

    monkeypatch.setattr(together, "renew", renew)
    world.wait_until("2025-02-11")
    assert (len(one.starts), len(two.starts)) == (1, 2)
    [(code, reason)] = shop.parked
    assert code == "renewal_failed"
    assert "UniqueViolation" in reason


def test_a_fault_that_is_everybodys_parks_nobody(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.today_is("2025-01-10")
    subscribed = [shop.customer(f"C{n}").subscribes_to("Pro") for n in range(12)]

    def renew(due: Due, **how: Any) -> Renewal:
        raise ZeroDivisionError("nothing works")

    monkeypatch.setattr(together, "renew", renew)
    with pytest.raises(NothingWorks):
        world.wait_until("2025-02-11")
    assert shop.parked == []
    assert shop.rows("select status, invoices from billing_runs order by id desc limit 1") == [
        ("interrupted", 0)
    ]

    monkeypatch.undo()
    tools = world.engine.tools
    assert live_through(shop.tenant, tools=tools) is Journey.ARRIVED  # as the scheduler does
    assert [len(one.starts) for one in subscribed] == [2] * 12


def test_a_series_that_is_full_for_everybody_parks_each_by_its_name_and_stops_no_payment(
    world: World, shop: Shop
) -> None:
    world.today_is("2025-01-10")
    for n in range(10):
        shop.customer(f"C{n}").subscribes_to("Pro")
    world.wait_until("2025-01-15")
    late = shop.customer("Late", card="tok_declined")
    late.subscribes_to("Pro")
    late.card.will_be_accepted()
    shop.rows(
        "update payments set next_attempt_at = '2025-02-09T18:30:00Z'"
        " where status = 'scheduled' returning 1"
    )
    shop.registers(series={"invoice": "INVO/{fy}/{n:05}"})
    shop.rows("update number_counters set last_number = 99999 returning 1")
    shop.rows("update number_counters set series = 'INVO/{fy}/{n}' returning 1")
    world.wait_until("2025-02-11")
    assert [code for code, _ in shop.parked] == ["series_full"] * 10
    assert late.latest_invoice.status == "paid"


def test_work_of_one_kind_that_breaks_hinders_no_other(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.today_is("2025-01-10")
    ravi = shop.customer("Ravi", card="tok_declined")
    ravi.subscribes_to("Pro")
    ravi.card.will_be_accepted()

    def close_month(*_: Any, **__: Any) -> int:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(do_round, "close_month", close_month)
    shop.rows("update tenants set next_close_at = '2025-01-11T06:30:00Z' returning 1")
    with pytest.raises(ZeroDivisionError):
        world.wait_until("2025-01-12")
    assert ravi.latest_invoice.status == "paid"


def test_an_end_asks_for_no_tax(world: World, shop: Shop) -> None:
    world.today_is("2025-01-10")
    pro = shop.customer("Asha").subscribes_to("Pro")
    pro.is_canceled()
    shop.rows("update customers set state = null returning 1")
    world.wait_until("2025-02-11")
    assert (pro.status, shop.parked) == ("canceled", [])


def test_a_run_that_is_cut_short_says_what_it_has_done_and_the_next_does_the_rest(
    world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.today_is("2025-01-10")
    for n in range(5):
        shop.customer(f"C{n}").subscribes_to("Pro")
    batches = iter(range(10))

    def renew(due: Due, **how: Any) -> Renewal:
        if next(batches) == 3:
            raise psycopg.OperationalError("the server went away")
        return truly_renew(due, **how)

    monkeypatch.setattr(together, "renew", renew)
    with pytest.raises(psycopg.OperationalError):
        shop.bills(as_of="2025-02-10", batch=2)
    told = "select status, invoices, finished_at is not null from billing_runs order by id"
    assert shop.rows(told) == [("interrupted", 2, True)]
    assert shop.bills(as_of="2025-02-10").invoices == 3


def test_a_run_whose_process_was_killed_is_told_of_by_the_next(world: World, shop: Shop) -> None:
    world.today_is("2025-01-10")
    asha = shop.customer("Asha")
    asha.subscribes_to("Pro")
    run = shop.bills(as_of="2025-02-10")
    nobody = 2**22 + 1  # no process of this machine has such a number
    shop.rows(
        "update billing_runs set status = 'running', finished_at = null, backend = %(nobody)s"
        " where id = %(run)s returning 1",
        run=run.id,
        nobody=nobody,
    )
    shop.bills(as_of="2025-02-11")
    assert shop.rows("select status from billing_runs order by id") == [
        ("interrupted",),
        ("completed",),
    ]


def test_what_was_canceled_while_it_was_parked_waits_for_nobody(world: World, shop: Shop) -> None:
    world.today_is("2025-01-10")
    pro = shop.customer("Asha").subscribes_to("Pro")
    shop.rows("update subscriptions set billed_on = '2025-02-10', billed_count = 400 returning 1")
    world.wait_until("2025-02-11")
    assert [code for code, _ in shop.parked] == ["too_many_invoices"]
    pro.is_canceled(now=True)
    assert shop.parked == []
    assert shop.rows("select released_by from parked") == [("end",)]


def test_more_than_can_be_right_on_one_day_is_parked(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    world.today_is("2025-01-10")
    asha.subscribes_to("Pro")
    shop.rows("update subscriptions set billed_on = '2025-02-10', billed_count = 400 returning 1")
    world.wait_until("2025-02-11")
    assert [code for code, _ in shop.parked] == ["too_many_invoices"]


def test_a_run_as_of_a_day_to_come_dates_its_papers_with_that_day(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    world.today_is("2025-01-10")
    pro = asha.subscribes_to("Pro")
    run = shop.bills(as_of="2025-03-10")
    assert (run.status, run.invoices, run.parked, run.cause) == ("completed", 2, 0, "api")
    assert pro.starts == ["2025-01-10", "2025-02-10", "2025-03-10"]
    assert [invoice.issued_on for invoice in pro.invoices] == [
        "2025-01-10",
        "2025-03-10",
        "2025-03-10",
    ]
    assert shop.bills(as_of="2025-03-10").invoices == 0  # asking twice bills nobody twice
    world.wait_until("2025-03-11")
    assert {invoice.status for invoice in pro.invoices} == {"paid"}


def test_a_run_in_small_batches_bills_all(world: World, shop: Shop) -> None:
    world.today_is("2025-01-10")
    for n in range(7):
        shop.customer(f"C{n}").subscribes_to("Pro")
    run = shop.bills(as_of="2025-02-10", batch=2)
    assert run.invoices == 7
    assert shop.numbers == [f"INV/24-25/{n:05}" for n in range(1, 15)]


def test_a_preview_is_the_invoice_that_comes_and_stores_nothing(world: World, shop: Shop) -> None:
    shop.sells("Seat", at=inr("33.33"), by_the_seat=True)
    asha = shop.customer("Asha", state="Ladakh")
    world.today_is("2025-01-31")
    both = asha.subscribes_to("Pro", "Seat", seats=[1, 3])
    command = PreviewInvoice(shop.tenant, both.id, world.now)
    seen = preview_invoice(command, db=shop.db)
    assert len(both.starts) == 1
    assert (seen.lines[1].charge.quantity, seen.lines[1].charge.unit_amount) == (3, 3333)
    world.wait_until("2025-03-01")
    made = both.invoices[1]
    assert (seen.total, seen.subtotal, seen.tax) == (
        made.total.amount,
        made.subtotal.amount,
        made.tax.amount,
    )
    # 1,000.00 + 3 × 33.33 = 1,099.99; 18 % of 1,000.00 and of 99.99 (17.9982)
    assert made.total == inr("1,297.99")
    assert (seen.period, str(seen.issued_on)) == (made.period, made.issued_on)
