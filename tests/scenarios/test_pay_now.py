"""Stories of the button: a customer pays when the schedule does not."""

import pytest

from khata.core.ids import new_id
from khata.usecases.billing.run_billing import RunBilling, run_billing
from khata.usecases.payments.pay_invoice import InvoiceNotOwed
from khata.usecases.payments.resolve_attempt import ResolveAttempt, resolve_attempt
from tests.scenarios.february import declined_in_february
from tests.scenarios.world import World, at, inr


def test_pressing_the_button_takes_nothing_from_the_retries(world: World) -> None:
    shop, ravi, _ = declined_in_february(world)
    for _ in range(6):
        assert ravi.pays(ravi.latest_invoice) == "failed"
    [(status, declines, next_at)] = shop.rows(
        "select status, decline_count, next_attempt_at from payments where decline_count > 0"
    )
    assert (status, declines) == ("scheduled", 1)
    assert next_at == at("2025-02-11", "00:00")
    assert [move[0] for move in shop.rows("select to_status from moves order by at, id")] == [
        "incomplete",
        "active",
        "past_due",
    ]
    world.wait_until("2025-06-30")
    by_schedule = shop.rows(
        "select (a.created_at at time zone 'Asia/Kolkata')::date::text from attempts a"
        " where a.invoice_id = %(id)s and a.cause = 'schedule' order by a.id",
        id=ravi.latest_invoice.id,
    )
    assert [day for (day,) in by_schedule] == [
        "2025-02-10",
        "2025-02-11",
        "2025-02-13",
        "2025-02-17",
        "2025-02-25",
    ]
    assert len(ravi.latest_invoice.attempts) == 5 + 6
    given_up = "select count(*) from events where type = 'payment.given_up'"
    assert shop.rows(given_up) == [(1,)]

    assert ravi.pays(ravi.latest_invoice) == "failed"  # it is given up again, and nobody is told so
    world.wait_until("2025-07-01")
    assert shop.rows(given_up) == [(1,)]
    assert shop.rows("select status from payments where decline_count > 0") == [("given_up",)]
    ravi.card.will_be_accepted()
    assert ravi.pays(ravi.latest_invoice) == "succeeded"


def test_pressing_it_while_the_planned_try_is_due_is_that_try(world: World) -> None:
    shop, ravi, _ = declined_in_february(world, retry_days=[3])
    world.now = at("2025-02-13", "00:00")
    ravi.pays(ravi.latest_invoice)
    assert shop.rows("select status, decline_count from payments where decline_count > 0") == [
        ("given_up", 2)
    ]
    world.wait_until("2025-03-01")
    assert len(ravi.latest_invoice.attempts) == 2


def test_a_declined_button_does_not_begin_to_collect_what_is_to_be_transferred(
    world: World,
) -> None:
    shop = world.shop(days_until_due=15)
    shop.sells("Pro", at=inr("1,000.00"))
    meena = shop.customer("Meena", card="tok_declined")
    world.today_is("2025-01-10")
    pro = meena.subscribes_to("Pro", pays_by="transfer")
    invoice = meena.latest_invoice
    assert meena.pays(invoice) == "failed"
    world.wait_until("2025-01-24")  # it is due on the 25th
    assert invoice.attempts == [("2025-01-10", "failed")]
    assert (pro.status, shop.rows("select status from payments")) == ("active", [("canceled",)])
    meena.card.will_be_accepted()
    assert meena.pays(invoice) == "succeeded"
    assert shop.rows("select status from payments") == [("succeeded",)]


def test_an_earlier_failure_that_was_captured_late_is_found_before_the_button_charges(
    world: World,
) -> None:
    shop = world.shop(retry_days=[20])
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha", card="tok_late_success")
    world.today_is("2025-01-10")
    pro = asha.subscribes_to("Pro")
    world.wait_until("2025-01-11")
    shop.rows("update attempts set ask_at = ask_at + interval '6 hours' returning 1")
    world.now = at("2025-01-12", "13:00")  # captured an hour ago; nobody has asked since
    assert asha.latest_invoice.status == "open"
    assert asha.pays(asha.latest_invoice) == "succeeded"
    assert (asha.latest_invoice.captures, len(asha.latest_invoice.attempts)) == ([118_000], 1)
    assert shop.rows("select count(*) from refunds") == [(0,)]
    assert pro.status == "active"
    with pytest.raises(InvoiceNotOwed):
        asha.pays(asha.latest_invoice)


def test_what_was_written_off_can_be_paid_by_card(world: World) -> None:
    shop, ravi, _ = declined_in_february(world, retry_days=[1], write_off_when_given_up=True)
    world.wait_until("2025-02-15")
    lost = ravi.latest_invoice
    # 10 February was delivered: 1,000.00 / 28 = 35.71; the tax of 180.00 is owed all the same
    assert (lost.status, shop.balance("bad_debt")) == ("uncollectible", inr("215.71"))
    ravi.card.will_be_accepted()
    assert ravi.pays(lost) == "succeeded"
    assert ravi.latest_invoice.status == "paid"
    assert (shop.balance("bad_debt"), shop.balance("receivable")) == (inr("0.00"), inr("0.00"))
    assert ravi.latest_invoice.attempts[-1] == ("2025-02-15", "succeeded")
    world.wait_until("2025-03-12")
    assert {invoice.status for invoice in ravi.invoices} == {"paid"}
    assert shop.books_balance()


def test_a_new_card_tries_what_was_written_off_and_writes_it_off_once(world: World) -> None:
    shop, ravi, _ = declined_in_february(world, retry_days=[1], write_off_when_given_up=True)
    world.wait_until("2025-02-15")
    ravi.gives_card("tok_declined")
    world.wait_until("2025-02-20")
    assert len(ravi.latest_invoice.attempts) == 4
    assert shop.balance("bad_debt") == inr("215.71")
    assert shop.rows("select count(*) from events where type = 'invoice.written_off'") == [(1,)]
    ravi.gives_card("tok_ok")
    world.wait_until("2025-02-21")
    assert (ravi.latest_invoice.status, shop.balance("bad_debt")) == ("paid", inr("0.00"))


def test_a_person_who_writes_off_wants_no_new_card_to_be_tried(world: World) -> None:
    _, ravi, _ = declined_in_february(world, retry_days=[1])
    world.wait_until("2025-02-15")
    ravi.latest_invoice.is_written_off()
    ravi.gives_card("tok_ok")
    world.wait_until("2025-02-20")
    assert ravi.latest_invoice.status == "uncollectible"
    assert ravi.pays(ravi.latest_invoice) == "succeeded"  # but the customer may


def test_what_is_written_off_while_an_attempt_is_open_is_not_collected_when_that_fails(
    world: World,
) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    ravi = shop.customer("Ravi", card="tok_pending_fails")
    world.today_is("2025-01-10")
    pro = ravi.subscribes_to("Pro")
    ravi.latest_invoice.is_written_off()
    ravi.card.will_be_accepted()
    world.wait_until("2025-02-09")
    assert ravi.latest_invoice.captures == []
    assert (ravi.latest_invoice.status, pro.states[-1]) == ("uncollectible", "active")
    assert "payment_failed" not in ravi.inbox.kinds
    assert shop.books_balance()


def test_a_transfer_is_not_taken_from_a_card_that_came_while_a_try_was_pending(
    world: World,
) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    ravi = shop.customer("Ravi", card="tok_pending_fails")
    world.today_is("2025-01-10")
    ravi.subscribes_to("Pro", pays_by="transfer", days_to_pay=30)
    assert ravi.pays(ravi.latest_invoice) == "pending"
    ravi.gives_card("tok_ok")
    world.wait_until("2025-01-20")
    assert ravi.latest_invoice.captures == []
    assert ravi.latest_invoice.status == "open"


def test_a_button_that_is_sooner_than_the_engine_leaves_it_the_collecting(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    ravi = shop.customer("Ravi")
    world.today_is("2025-01-10")
    ravi.subscribes_to("Pro")
    world.wait_until("2025-02-09")
    ravi.card.becomes("tok_pending_fails")
    world.now = at("2025-02-10", "00:00")
    run = RunBilling(shop.tenant, new_id(world.now), None, world.now, "scheduler")
    assert run_billing(run, db=shop.db).invoices == 1  # and nobody has reacted to it yet
    assert ravi.pays(ravi.latest_invoice) == "pending"
    ravi.card.will_be_accepted()
    world.wait_until("2025-02-12")
    assert ravi.latest_invoice.status == "paid"
    assert ravi.latest_invoice.captures == [118_000]


def test_a_person_who_is_wrong_about_a_failure_charges_nobody_twice(world: World) -> None:
    """The gateway takes the money an hour after somebody has said that it will not."""
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    ravi = shop.customer("Ravi", card="tok_pending")
    world.today_is("2025-01-10")
    ravi.subscribes_to("Pro")
    [(payment, attempt)] = shop.rows("select payment_id, id from attempts")
    wrong = ResolveAttempt(shop.tenant, payment, attempt, world.now, has_succeeded=False)
    resolve_attempt(wrong, db=shop.db)
    world.wait_until("2025-02-09")
    assert ravi.latest_invoice.captures == [118_000]
    assert ravi.latest_invoice.status == "paid"
    assert shop.balance("customer_credit") == inr("0.00")
    assert shop.books_balance()
