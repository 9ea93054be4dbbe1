"""Less than is owed, more than is owed, and money that comes while other money is on its way."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.ids import new_id
from khata.db.embedded.provision import Urls
from khata.db.stores.attempts import Attempts
from khata.db.transaction import Database
from khata.usecases.invoices.write_off_invoice import WriteOffInvoice, write_off_invoice
from khata.usecases.payments.mark_paid import (
    MarkPaid,
    Method,
    OverPaymentRefused,
    mark_paid,
)
from khata.usecases.payments.pay_invoice import InvoiceNotOwed, PayInvoice, pay_invoice
from tests.db.crowd import at_once
from tests.db.shop import FEE, NOON, TOTAL, Shop, Subscriber, noon

HOUR = timedelta(hours=1)


@pytest.fixture
def shop(db: Database, urls: Urls) -> Iterator[Shop]:
    gateway = FakeGateway(urls.app)
    yield Shop(db, gateway)
    gateway.close()


def gives(asha: Subscriber, amount: int | None, *, at: datetime = NOON) -> UUID:
    """A transfer comes, and the tenant says so."""
    command = MarkPaid(
        asha.shop.tenant,
        new_id(at),
        at,
        asha.invoice_id,
        Method.BANK_TRANSFER,
        "UTR-1",
        amount,
    )
    return mark_paid(command, db=asha.shop.db).id


def pays(asha: Subscriber, *, at: datetime) -> None:
    command = PayInvoice(asha.shop.tenant, new_id(at), at, asha.invoice_id, None)
    pay_invoice(command, db=asha.shop.db, gateways=asha.shop.gateways)


def amounts(asha: Subscriber) -> list[int]:
    """What each attempt by card was for."""
    with asha.shop.db.transaction(asha.shop.tenant) as uow:
        all_of_it = Attempts(uow.connection).of_invoices([asha.invoice_id])[asha.invoice_id]
    return [one.amount for one in all_of_it if one.gateway == "fake"]


def credit(asha: Subscriber) -> int:
    with asha.shop.db.transaction(asha.shop.tenant) as uow:
        return uow.credit.balance(asha.customer_id, "INR")


def adds_up(shop: Shop, asha: Subscriber) -> bool:
    """What the invoice owes is what the books have as receivable."""
    return shop.balance("receivable") == asha.invoice.amount_due


def test_a_part_leaves_the_rest_owed_and_only_that_is_collected(shop: Shop) -> None:
    """1,180.00: 500.00 by transfer, then 680.00 by card at a fee of 2 %: 13.60."""
    asha = shop.subscriber("tok_ok")
    gives(asha, 50_000)
    invoice = asha.invoice
    assert (invoice.status, invoice.amount_paid, invoice.amount_due) == ("open", 50_000, 68_000)
    assert (asha.payment.status, asha.payment.amount) == ("scheduled", 68_000)
    assert shop.told("invoice.part_paid")[0]["amount_due"] == 68_000
    assert shop.told("invoice.paid") == []
    assert adds_up(shop, asha)
    shop.wait_until(noon(3, 1))
    assert asha.invoice.status == "paid"
    books = {name: shop.balance(name) for name in ("bank", "gateway_clearing", "gateway_fees")}
    assert books == {"bank": 50_000, "gateway_clearing": 68_000 - 1_360, "gateway_fees": 1_360}
    assert adds_up(shop, asha)


def test_several_parts_pay_all(shop: Shop) -> None:
    asha = shop.subscriber(None)
    for amount in (30_000, 30_000, 58_000):
        gives(asha, amount)
    assert (asha.invoice.status, shop.balance("bank")) == ("paid", TOTAL)
    assert [fact["amount_due"] for fact in shop.told("invoice.part_paid")] == [88_000, 58_000]
    assert len(shop.told("invoice.paid")) == 1
    assert adds_up(shop, asha)
    with pytest.raises(InvoiceNotOwed):
        gives(asha, 1)


def test_the_button_takes_the_rest_and_the_retries_too(shop: Shop) -> None:
    asha = shop.subscriber("tok_insufficient_funds")  # declined once, then it succeeds
    shop.wait_until(NOON)
    assert asha.subscription.status == "past_due"
    gives(asha, 18_000, at=NOON + HOUR)
    assert (asha.payment.status, asha.payment.amount) == ("scheduled", 100_000)
    assert asha.subscription.status == "past_due"  # a part is not all
    pays(asha, at=NOON + 2 * HOUR)
    assert (asha.invoice.status, asha.subscription.status) == ("paid", "active")
    assert amounts(asha) == [TOTAL, 100_000]
    assert adds_up(shop, asha)


def test_what_was_given_up_is_taken_up_again_for_the_rest(shop: Shop) -> None:
    shop.decides(retry_days=[])
    asha = shop.subscriber("tok_declined")
    shop.wait_until(noon(3, 5))
    assert asha.payment.status == "given_up"
    gives(asha, 18_000, at=noon(3, 6))
    shop.adds_method(asha.customer_id, "tok_ok", at=noon(3, 7))
    shop.wait_until(noon(3, 7))
    assert asha.invoice.status == "paid"
    assert amounts(asha)[-1] == 100_000


def test_an_attempt_on_its_way_takes_all_and_what_is_too_much_goes_back(shop: Shop) -> None:
    """1,180.00 are pending at the gateway, 500.00 come by transfer meanwhile: 500.00 go back."""
    asha = shop.subscriber("tok_pending")
    shop.works(NOON)
    assert asha.attempts[0].status == "pending"
    gives(asha, 50_000)
    assert asha.invoice.amount_due == 68_000
    shop.wait_until(noon(3, 2))
    assert (asha.invoice.status, asha.invoice.amount_paid) == ("paid", TOTAL)
    assert asha.refunds() == [("succeeded", 50_000)]
    assert shop.balance("customer_credit") == 0
    assert shop.balance("gateway_clearing") == TOTAL - FEE - 50_000
    assert adds_up(shop, asha)


def test_an_attempt_on_its_way_that_fails_is_followed_by_one_for_the_rest(shop: Shop) -> None:
    asha = shop.subscriber("tok_pending_fails")
    shop.works(NOON)
    gives(asha, 50_000)
    shop.wait_until(noon(3, 1))
    assert amounts(asha) == [TOTAL]
    assert asha.payment.amount == 68_000
    shop.adds_method(asha.customer_id, "tok_ok", at=noon(3, 1))
    shop.wait_until(noon(3, 1))
    assert (asha.invoice.status, amounts(asha)[-1]) == ("paid", 68_000)
    assert asha.refunds() == []


def test_two_parts_at_once_are_both_kept(shop: Shop) -> None:
    asha = shop.subscriber(None)
    at_once([lambda: gives(asha, 50_000), lambda: gives(asha, 60_000)])
    assert (asha.invoice.amount_paid, asha.invoice.amount_due) == (110_000, 8_000)
    assert shop.balance("bank") == 110_000
    assert adds_up(shop, asha)


def test_all_of_it_twice_at_once_is_taken_once(shop: Shop) -> None:
    asha = shop.subscriber(None)
    refused: list[InvoiceNotOwed] = []

    def tries() -> None:
        try:
            gives(asha, TOTAL)
        except InvoiceNotOwed as no:
            refused.append(no)

    at_once([tries, tries])
    assert (len(refused), asha.invoice.amount_paid, shop.balance("bank")) == (1, TOTAL, TOTAL)


def test_more_than_is_owed_is_the_customer_s_credit_and_pays_the_next(shop: Shop) -> None:
    """1,500.00 for 1,180.00: 320.00 are credit; of the next 1,180.00 are 860.00 owed."""
    asha = shop.subscriber(None)
    gives(asha, 150_000)
    assert (asha.invoice.status, asha.invoice.amount_paid) == ("paid", TOTAL)
    assert (credit(asha), shop.balance("customer_credit")) == (32_000, -32_000)
    assert shop.balance("bank") == 150_000
    after = asha.is_billed_again(noon(3, 31))
    assert (after.invoice.amount_due, credit(asha)) == (86_000, 0)
    assert shop.balance("receivable") == 86_000


def test_more_than_is_owed_is_refused_where_policy_says_so(shop: Shop) -> None:
    shop.decides(over_payment="refuse")
    asha = shop.subscriber(None)
    with pytest.raises(OverPaymentRefused) as no:
        gives(asha, 150_000)
    assert (no.value.param, shop.count("attempts"), asha.invoice.status) == ("amount", 0, "open")
    gives(asha, TOTAL)
    assert asha.invoice.status == "paid"


def gives_up(asha: Subscriber, *, at: datetime) -> None:
    write_off_invoice(WriteOffInvoice(asha.shop.tenant, asha.invoice_id, at), db=asha.shop.db)


def test_a_part_of_a_loss_is_made_good_and_then_the_rest(shop: Shop) -> None:
    """1,180.00 for 28 February to 27 March, 28 days, given up on 10 March.

    10 of 28 days are delivered: 1,000.00 × 10 / 28 = 357.14; lost are 357.14 + 180.00 = 537.14, and
    642.86 are never delivered. 400.00 come: the loss is 137.14. 200.00 come: 137.14 make good the
    rest of the loss, and 62.86 are income. The last 580.00 come: the write-off is mirrored.
    """
    asha = shop.subscriber(None)
    gives_up(asha, at=noon(3, 10))
    assert shop.balance("bad_debt") == 53_714
    assert shop.balance("revenue") == -35_714
    gives(asha, 40_000, at=noon(3, 11))
    assert (shop.balance("bad_debt"), asha.invoice.status) == (13_714, "uncollectible")
    gives(asha, 20_000, at=noon(3, 12))
    assert (shop.balance("bad_debt"), shop.balance("revenue")) == (0, -35_714 - 6_286)
    assert (asha.invoice.amount_paid, asha.invoice.payable) == (60_000, 58_000)
    gives(asha, 58_000, at=noon(3, 13))
    assert (asha.invoice.status, shop.balance("receivable")) == ("paid", 0)
    assert (shop.balance("bad_debt"), shop.balance("revenue")) == (0, -35_714)
    assert shop.balance("deferred_revenue") == -64_286  # earned by days from here on
    assert [fact["amount"] for fact in shop.told("invoice.recovered")] == [40_000, 20_000, 58_000]
    assert shop.balance("bank") == TOTAL


def test_money_for_a_loss_beyond_it_is_credit(shop: Shop) -> None:
    asha = shop.subscriber(None)
    gives_up(asha, at=noon(3, 10))
    gives(asha, 120_000, at=noon(3, 11))
    assert (asha.invoice.status, credit(asha)) == ("paid", 2_000)
    assert shop.told("invoice.recovered")[0]["amount"] == TOTAL


def test_what_was_paid_of_an_invoice_given_up_is_kept(shop: Shop) -> None:
    """1,000.00 of 1,180.00 were paid, and 10 of 28 days delivered: 357.14 and 180.00 of tax.

    The 180.00 owed were for days that nobody delivers: no loss. Of the 642.86 deferred they are
    taken out, and 462.86 were paid for and are kept.
    """
    asha = shop.subscriber(None)
    gives(asha, 100_000)
    gives_up(asha, at=noon(3, 10))
    books = {name: shop.balance(name) for name in ("bad_debt", "deferred_revenue", "receivable")}
    assert books == {"bad_debt": 0, "deferred_revenue": 0, "receivable": 0}
    assert shop.balance("revenue") == -(35_714 + 46_286)
    gives(asha, 18_000, at=noon(3, 11))
    assert (asha.invoice.status, shop.balance("revenue")) == ("paid", -35_714)
    assert shop.balance("deferred_revenue") == -64_286
