"""A payment declined, retried, paid or given up, and what that does to access and books."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.ports.gateways import WithoutAccounts
from tests.db.shop import FEE, NOON, TOTAL, Shop, noon

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def shop(db: Database, urls: Urls) -> Iterator[Shop]:
    gateway = FakeGateway(urls.app)
    yield Shop(db, gateway)
    gateway.close()


def test_a_payment_that_goes_through(shop: Shop) -> None:
    asha = shop.subscriber("tok_ok")
    shop.wait_until(NOON)
    assert (asha.invoice.status, asha.invoice.amount_paid) == ("paid", TOTAL)
    assert (asha.payment.status, asha.payment.finished_at) == ("succeeded", NOON)
    assert asha.subscription.status == "active"
    assert shop.balance("receivable") == 0
    assert shop.balance("gateway_fees") == FEE
    assert shop.balance("gateway_clearing") == TOTAL - FEE
    assert asha.captures(NOON) == 1
    [fact] = shop.told("payment.succeeded")
    assert (fact["amount"], fact["fee"], fact["currency"]) == (TOTAL, FEE, "INR")
    assert len(shop.told("invoice.paid")) == 1
    assert shop.told("subscription.activated")[1:] == []  # it was never behind


def test_declined_twice_then_paid(shop: Shop) -> None:
    asha = shop.subscriber("tok_declined_twice")
    shop.wait_until(NOON)
    assert asha.subscription.status == "past_due"
    assert asha.subscription.next_billing_at is not None  # service and billing go on
    assert asha.payment.next_attempt_at == noon(3, 1)
    assert shop.balance("receivable") == TOTAL

    shop.wait_until(noon(3, 1))
    assert (asha.payment.decline_count, asha.payment.next_attempt_at) == (2, noon(3, 3))
    assert asha.subscription.status == "past_due"

    shop.wait_until(noon(3, 3))
    assert (asha.invoice.status, asha.payment.status) == ("paid", "succeeded")
    assert asha.subscription.status == "active"
    assert shop.balance("receivable") == 0
    assert [attempt.number for attempt in asha.attempts] == [1, 2, 3]
    assert asha.captures(noon(3, 3)) == 1
    assert len(shop.told("subscription.past_due")) == 1


def test_given_up_after_the_last_retry(shop: Shop) -> None:
    asha = shop.subscriber("tok_declined")
    shop.wait_until(noon(3, 15) - MINUTE)
    assert asha.subscription.status == "past_due"  # access changes only after the last attempt

    shop.wait_until(noon(6, 1))
    assert [attempt.created_at for attempt in asha.attempts] == [
        noon(2, 28),
        noon(3, 1),
        noon(3, 3),
        noon(3, 7),
        noon(3, 15),
    ]
    assert (asha.payment.status, asha.payment.next_attempt_at) == ("given_up", None)
    assert asha.subscription.status == "unpaid"
    assert (asha.subscription.next_billing_at, asha.subscription.mrr) == (None, 0)
    assert (asha.invoice.status, shop.balance("receivable")) == ("open", TOTAL)
    assert len(shop.told("payment.given_up")) == 1
    assert len(shop.told("subscription.unpaid")) == 1
    failed = shop.told("payment.failed")
    assert [fact["decline_code"] for fact in failed] == ["generic_decline"] * 5
    assert failed[-1]["next_attempt_at"] is None
    assert asha.captures(noon(6, 1)) == 0


def test_the_policy_may_cancel_and_write_off(shop: Shop) -> None:
    shop.decides(retry_days=[3], after_last_retry="canceled", write_off_when_given_up=True)
    asha = shop.subscriber("tok_declined")
    shop.wait_until(noon(3, 31))
    assert [attempt.created_at for attempt in asha.attempts] == [noon(2, 28), noon(3, 3)]
    ended = asha.subscription
    assert (ended.status, str(ended.ended_on)) == ("canceled", "2025-03-03")
    assert asha.invoice.status == "uncollectible"
    # 28 February to 2 March are 3 of 28 days: 1,000.00 × 3 / 28 = 107.14, and the tax of 180.00
    assert (shop.balance("receivable"), shop.balance("bad_debt")) == (0, 28_714)
    assert (shop.balance("revenue"), shop.balance("deferred_revenue")) == (-10_714, 0)
    [canceled] = shop.told("subscription.canceled")
    assert canceled["cause"] == "payment given up"
    assert len(shop.told("invoice.written_off")) == 1


def test_a_hard_decline_waits_for_a_new_method_and_starts_service_again(shop: Shop) -> None:
    asha = shop.subscriber("tok_lost_card")
    shop.wait_until(noon(3, 20))
    assert (len(asha.attempts), asha.payment.status) == (1, "given_up")
    assert asha.subscription.status == "unpaid"

    shop.adds_method(asha.customer_id, "tok_ok", at=noon(3, 20))
    shop.wait_until(noon(3, 20))
    assert (asha.invoice.status, asha.payment.status) == ("paid", "succeeded")
    back = asha.subscription
    assert (back.status, back.mrr) == ("active", 100_000)
    # The period that was paid for late still runs to 28 March: nothing is billed twice.
    assert back.next_billing_at == noon(3, 28) - 12 * HOUR
    assert asha.captures(noon(3, 20)) == 1
    assert shop.balance("receivable") == 0


def test_days_without_service_are_not_billed(shop: Shop) -> None:
    asha = shop.subscriber("tok_expired_card")
    shop.wait_until(noon(4, 10))
    shop.adds_method(asha.customer_id, "tok_ok", at=noon(4, 10))
    shop.wait_until(noon(4, 10))
    assert asha.subscription.status == "active"
    assert asha.subscription.next_billing_at == noon(4, 10) - 12 * HOUR  # today, not 28 March


def test_a_new_method_counts_its_own_declines(shop: Shop) -> None:
    asha = shop.subscriber("tok_declined")
    shop.wait_until(noon(3, 3))
    assert asha.payment.decline_count == 3
    shop.adds_method(asha.customer_id, "tok_insufficient_funds", at=noon(3, 4))
    shop.wait_until(noon(3, 4))
    assert (asha.payment.decline_count, asha.payment.next_attempt_at) == (1, noon(3, 5))
    shop.wait_until(noon(3, 5))
    assert asha.invoice.status == "paid"


def test_a_new_method_wakes_nothing_that_is_paid_or_void(shop: Shop) -> None:
    paid, void = shop.subscriber("tok_ok"), shop.subscriber("tok_lost_card")
    shop.wait_until(NOON)
    void.is_voided(NOON + HOUR)
    for one in (paid, void):
        shop.adds_method(one.customer_id, "tok_ok", at=NOON + 2 * HOUR)
    shop.wait_until(noon(3, 30))
    assert (paid.captures(noon(3, 30)), void.captures(noon(3, 30))) == (1, 0)


def test_without_a_payment_method_it_is_a_decline_with_nobody_to_call(shop: Shop) -> None:
    asha = shop.subscriber(None)
    shop.wait_until(NOON)
    assert (asha.attempts, asha.payment.decline_count) == ([], 1)
    assert asha.payment.next_attempt_at == noon(3, 1)
    assert asha.subscription.status == "past_due"
    [fact] = shop.told("payment.failed")
    assert (fact["attempt_id"], fact["decline_code"]) == (None, "no_payment_method")

    shop.adds_method(asha.customer_id, "tok_ok", at=NOON + HOUR)
    shop.wait_until(NOON + HOUR)
    assert (asha.invoice.status, asha.subscription.status) == ("paid", "active")


def test_a_gateway_that_is_not_set_up_is_never_charged(shop: Shop) -> None:
    asha = shop.subscriber("tok_ok")
    shop.gateways = WithoutAccounts({})
    shop.works(NOON)
    assert (asha.attempts, asha.payment.last_decline_code) == ([], "gateway_not_set_up")


def test_past_due_until_every_overdue_invoice_is_paid(shop: Shop) -> None:
    asha = shop.subscriber("tok_declined")
    shop.decides(retry_days=[60, 60])
    shop.wait_until(NOON)
    march = asha.is_billed_again(noon(3, 28))
    shop.wait_until(noon(3, 28))
    assert march.payment.decline_count == 1

    shop.adds_method(asha.customer_id, "tok_ok_then_declined_2", at=noon(3, 29))
    shop.works(noon(3, 29))
    paid = sorted([asha.invoice.status, march.invoice.status])
    assert paid == ["open", "paid"]
    assert asha.subscription.status == "past_due"
    assert len(shop.told("subscription.past_due")) == 1  # and it was never anything else between

    shop.adds_method(asha.customer_id, "tok_ok", at=noon(3, 30))
    shop.works(noon(3, 30))
    assert (march.invoice.status, asha.subscription.status) == ("paid", "active")
    assert shop.balance("receivable") == 0


def test_canceling_stops_retries(shop: Shop) -> None:
    asha = shop.subscriber("tok_insufficient_funds")
    shop.wait_until(NOON)
    with shop.db.transaction(shop.tenant) as uow:
        uow.payments.stop_retries([asha.subscription_id], NOON + HOUR)
    shop.wait_until(noon(6, 1))
    assert (asha.payment.status, len(asha.attempts)) == ("canceled", 1)
    assert asha.invoice.status == "open"  # what is owed stays owed


def test_a_failure_after_the_cancellation_is_not_retried(shop: Shop) -> None:
    asha = shop.subscriber("tok_pending_fails")
    shop.works(NOON)
    with shop.db.transaction(shop.tenant) as uow:
        uow.connection.execute("update subscriptions set status = 'canceled'")
    shop.wait_until(noon(6, 1))
    assert (asha.payment.status, len(asha.attempts)) == ("canceled", 1)
    [fact] = shop.told("payment.failed")
    assert fact["next_attempt_at"] is None
    assert shop.told("payment.given_up") == []


def test_canceling_by_policy_stops_the_retries_of_other_invoices(shop: Shop) -> None:
    shop.decides(retry_days=[40], after_last_retry="canceled")
    asha = shop.subscriber("tok_declined")
    shop.wait_until(NOON)
    march = asha.is_billed_again(noon(3, 28))
    shop.wait_until(noon(3, 28))
    assert march.payment.next_attempt_at == noon(5, 7)
    shop.wait_until(noon(4, 9))
    assert (asha.payment.status, march.payment.status) == ("given_up", "canceled")
    assert (asha.subscription.status, shop.next_due()) == ("canceled", None)


def test_a_gateway_that_is_down_costs_the_customer_nothing(shop: Shop) -> None:
    asha = shop.subscriber("tok_down")
    shop.works(NOON)
    assert (asha.payment.status, asha.subscription.status) == ("processing", "active")
    shop.wait_until(NOON + 15 * MINUTE)  # tried at 0, 5 and 15 minutes
    assert asha.invoice.status == "paid"
    [attempt] = asha.attempts
    assert attempt.finished_at == NOON + 15 * MINUTE
    assert asha.payment.decline_count == 0
    assert shop.told("payment.failed") == []
    assert asha.captures(NOON + DAY) == 1


def test_a_gateway_that_is_never_reached_gets_a_fresh_attempt_the_next_day(shop: Shop) -> None:
    asha = shop.subscriber("tok_never_reached")
    last = NOON + 255 * 5 * MINUTE  # 300 s × (2⁸ − 1), asked eight times
    shop.wait_until(last)
    [attempt] = asha.attempts
    assert (attempt.status, attempt.decline_class) == ("failed", "gateway_down")
    assert attempt.finished_at == last
    payment = asha.payment
    assert (payment.status, payment.next_attempt_at) == ("scheduled", last + DAY)
    assert (payment.decline_count, asha.subscription.status) == (0, "active")
    assert shop.told("payment.failed") == []

    shop.adds_method(asha.customer_id, "tok_ok", at=last + HOUR)
    shop.wait_until(last + HOUR)
    assert asha.invoice.status == "paid"
