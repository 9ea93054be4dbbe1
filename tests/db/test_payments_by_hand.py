"""A person pays, or says how it was paid: pay now, and mark as paid."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.ids import new_id
from khata.core.payment import Attempt
from khata.core.refusal import NotFound
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.usecases.payments.mark_paid import AmountDiffers, MarkPaid, Method, mark_paid
from khata.usecases.payments.pay_invoice import (
    CannotBeCharged,
    InvoiceNotOwed,
    PayInvoice,
    PaymentInProgress,
    pay_invoice,
)
from khata.usecases.payments.set_aside import set_aside
from khata.usecases.tenants.release_parked import ReleaseParked, release_parked
from tests.db.shop import NOON, TOTAL, Shop, Subscriber, noon

HOUR = timedelta(hours=1)


@pytest.fixture
def shop(db: Database, urls: Urls) -> Iterator[Shop]:
    gateway = FakeGateway(urls.app)
    yield Shop(db, gateway)
    gateway.close()


def _pays(asha: Subscriber, method: UUID | None = None, *, day: int = 20) -> Attempt:
    at = noon(3, day)
    command = PayInvoice(asha.shop.tenant, new_id(at), at, asha.invoice_id, method)
    return pay_invoice(command, db=asha.shop.db, gateways=asha.shop.gateways)


def _marked(asha: Subscriber, amount: int | None = None, reference: str = "UTR-77") -> MarkPaid:
    at = noon(3, 2)
    return MarkPaid(
        asha.shop.tenant,
        new_id(at),
        at,
        asha.invoice_id,
        Method.BANK_TRANSFER,
        reference,
        amount,
    )


def test_paying_now_with_another_method_ends_the_dunning(shop: Shop) -> None:
    asha = shop.subscriber("tok_declined")
    shop.wait_until(noon(3, 16))
    assert asha.subscription.status == "unpaid"
    other = shop.adds_method(asha.customer_id, "tok_ok", at=noon(3, 16), default=False)
    attempt = _pays(asha, other)
    assert (attempt.status, attempt.payment_method_id) == ("succeeded", other)
    assert (asha.invoice.status, asha.payment.status) == ("paid", "succeeded")
    assert asha.subscription.status == "active"
    assert asha.captures(noon(3, 20)) == 1


def test_paying_now_before_the_retry_takes_nothing_from_the_retries(shop: Shop) -> None:
    asha = shop.subscriber("tok_declined")
    shop.wait_until(noon(3, 1))
    attempt = _pays(asha, day=2)
    assert (attempt.status, attempt.cause) == ("failed", "customer")
    assert asha.payment.decline_count == 2
    assert asha.payment.next_attempt_at == noon(3, 3)  # two days after the second, as it was
    [*_, fact] = shop.told("payment.failed")
    assert fact["next_attempt_at"] == noon(3, 3).isoformat()


def test_an_invoice_without_a_payment_gets_one(shop: Shop) -> None:
    asha = shop.subscriber("tok_ok")
    with shop.db.transaction(shop.tenant) as uow:
        uow.connection.execute("delete from payments")
    attempt = _pays(asha)
    assert attempt.status == "succeeded"
    assert (asha.payment.id, asha.payment.amount) == (attempt.payment_id, TOTAL)


@pytest.mark.parametrize("state", ["paid", "void"])
def test_what_is_not_owed_is_not_charged(shop: Shop, state: str) -> None:
    asha = shop.subscriber("tok_ok")
    if state == "paid":
        shop.wait_until(NOON)
    else:
        asha.is_voided(NOON)
    with pytest.raises(InvoiceNotOwed):
        _pays(asha)
    with pytest.raises(InvoiceNotOwed):
        mark_paid(_marked(asha), db=shop.db)
    assert asha.captures(noon(3, 20)) == (1 if state == "paid" else 0)


def test_no_second_attempt_while_one_is_open(shop: Shop) -> None:
    asha = shop.subscriber("tok_pending")
    shop.works(NOON)
    with pytest.raises(PaymentInProgress):
        _pays(asha, day=1)
    assert len(asha.attempts) == 1


def test_without_a_method_there_is_nothing_to_charge(shop: Shop) -> None:
    asha = shop.subscriber(None)
    with pytest.raises(CannotBeCharged):
        _pays(asha)
    assert (asha.payment.status, asha.payment.decline_count) == ("scheduled", 0)


def test_only_the_customers_own_method(shop: Shop) -> None:
    asha, ravi = shop.subscriber("tok_declined"), shop.subscriber("tok_ok")
    shop.works(NOON)
    [attempt] = ravi.attempts
    for method in (attempt.payment_method_id, uuid4()):
        with pytest.raises(NotFound, match="payment method"):
            _pays(asha, method)


def test_a_bank_transfer_settles_the_invoice_and_stops_the_retries(shop: Shop) -> None:
    asha = shop.subscriber("tok_declined")
    shop.wait_until(noon(3, 1))
    payment = mark_paid(_marked(asha), db=shop.db)
    assert (payment.status, payment.amount) == ("succeeded", TOTAL)
    assert (asha.invoice.status, asha.subscription.status) == ("paid", "active")
    assert shop.next_due() is None
    assert (shop.balance("bank"), shop.balance("receivable")) == (TOTAL, 0)
    assert (shop.balance("gateway_clearing"), shop.balance("gateway_fees")) == (0, 0)
    [attempt] = asha.attempts
    assert (attempt.gateway, attempt.token) == ("bank_transfer", "UTR-77")
    [fact] = shop.told("payment.succeeded")
    assert (fact["attempt_id"], fact["fee"]) == (str(attempt.id), 0)

    shop.wait_until(noon(6, 1))
    assert asha.captures(noon(6, 1)) == 0
    assert shop.told("payment.given_up") == []
    with pytest.raises(InvoiceNotOwed):
        mark_paid(_marked(asha), db=shop.db)


def test_one_transfer_may_pay_several_invoices(shop: Shop) -> None:
    asha, ravi = shop.subscriber(None), shop.subscriber(None)
    for one in (asha, ravi):
        mark_paid(_marked(one, reference="UTR-both"), db=shop.db)
    assert (asha.invoice.status, ravi.invoice.status) == ("paid", "paid")


def test_nothing_is_no_payment(shop: Shop) -> None:
    asha = shop.subscriber(None)
    with pytest.raises(AmountDiffers) as refused:
        mark_paid(_marked(asha, 0), db=shop.db)
    assert refused.value.param == "amount"
    assert (asha.invoice.status, shop.count("attempts"), shop.balance("bank")) == ("open", 0, 0)
    assert mark_paid(_marked(asha, TOTAL), db=shop.db).status == "succeeded"


def test_what_was_set_aside_and_released_while_the_customer_tries_goes_on_after(
    shop: Shop,
) -> None:
    asha = shop.subscriber("tok_pending_fails")
    with shop.db.transaction(shop.tenant) as uow:
        set_aside(uow, asha.payment, code="collecting_failed", reason="A test", at=NOON)
        [(parked,)] = uow.connection.execute("select id from parked")
    assert _pays(asha, day=2).status == "pending"
    release_parked(ReleaseParked(shop.tenant, parked, noon(3, 2)), db=shop.db)
    assert (asha.payment.status, asha.payment.next_attempt_at) == ("processing", None)
    shop.wait_until(noon(3, 2) + HOUR)
    # the customer's own try has failed, and at once the planned one began
    assert [attempt.cause for attempt in asha.attempts] == ["customer", "schedule"]
    assert asha.payment.decline_count == 0
