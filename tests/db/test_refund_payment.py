"""Giving a payment back, all of it or a part: 1,180.00 was taken, of which 180.00 are tax."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from khata.adapters.gateways.fake import FakeGateway
from khata.core.ids import new_id
from khata.core.payment import Answer, Outcome
from khata.db.embedded.provision import Urls
from khata.db.stores.refunds import Refunds
from khata.db.transaction import Database
from khata.usecases.payments.record_refund import record_refund
from khata.usecases.payments.refund_payment import (
    NotRefundable,
    RefundExceedsCapture,
    RefundPayment,
    refund_payment,
)
from tests.db.crowd import at_once
from tests.db.shop import NOON, TOTAL, Shop, Subscriber


@pytest.fixture
def shop(db: Database, urls: Urls) -> Iterator[Shop]:
    gateway = FakeGateway(urls.app)
    yield Shop(db, gateway)
    gateway.close()


@pytest.fixture
def asha(shop: Shop) -> Subscriber:
    asha = shop.subscriber("tok_ok")
    shop.works(NOON)
    assert asha.invoice.status == "paid"
    return asha


_OF = {"invoice_lines": "invoice_id", "line_taxes": "invoice_id", "invoices": "id"}


def refunds(asha: Subscriber, amount: int | None) -> None:
    shop = asha.shop
    command = RefundPayment(
        shop.tenant, new_id(NOON), NOON, asha.payment.id, amount, "Was down on 3 May"
    )
    refund_payment(command, db=shop.db)


def notes(shop: Shop) -> list[tuple[Any, ...]]:
    """Subtotal, tax, rounding and total of each credit note."""
    with shop.db.transaction(shop.tenant) as uow:
        return uow.connection.execute(
            "select subtotal, tax, round_off, total from credit_notes order by id"
        ).fetchall()


def test_all_goes_back(shop: Shop, asha: Subscriber) -> None:
    refunds(asha, None)
    shop.works(NOON)
    assert asha.refunds() == [("succeeded", TOTAL)]
    assert notes(shop) == [(100_000, 18_000, 0, 118_000)]
    assert shop.balance("customer_credit") == 0
    assert shop.gateway.book.refunded(str(shop.tenant), asha.attempts[0].id) == TOTAL


def test_a_part_is_taken_apart_into_net_and_tax(shop: Shop, asha: Subscriber) -> None:
    """500.00 = 423.72 + 38.13 + 38.13 + 0.02: with 423.73 the taxes come to a paisa too much."""
    refunds(asha, 50_000)
    assert notes(shop) == [(42_372, 7_626, 2, 50_000)]
    refunds(asha, 118)  # 1.00 + 0.09 + 0.09
    assert notes(shop)[1] == (100, 18, 0, 118)
    refunds(asha, None)  # what is left: nothing is lost of net or tax
    shop.works(NOON)
    assert sum(total for _, _, _, total in notes(shop)) == TOTAL
    assert sum(amount for _, amount in asha.refunds()) == TOTAL
    assert {status for status, _ in asha.refunds()} == {"succeeded"}


def test_no_more_goes_back_than_was_taken(shop: Shop, asha: Subscriber) -> None:
    with pytest.raises(RefundExceedsCapture):
        refunds(asha, TOTAL + 1)
    refunds(asha, 100_000)
    with pytest.raises(RefundExceedsCapture):
        refunds(asha, 18_001)
    refunds(asha, 18_000)
    with pytest.raises(NotRefundable):
        refunds(asha, 1)
    assert len(notes(shop)) == 2


def test_a_sum_is_what_was_asked_for_also_of_a_rounded_invoice(shop: Shop) -> None:
    """1,180.00 is rounded up by a rupee here, as if it had been 1,179.00 before."""
    ravi = shop.subscriber("tok_ok")
    shop.works(NOON)
    with shop.db.transaction(shop.tenant) as uow:  # 999.16 + 89.92 + 89.92 + 1.00
        for statement in (
            "update invoice_lines set amount = 99916",
            "update line_taxes set amount = 8992, taxable = 99916",
            "update invoices set subtotal = 99916, tax = 17984, round_off = 100",
        ):
            column = _OF[statement.split()[1]]
            uow.connection.execute(f"{statement} where {column} = %s".encode(), [ravi.invoice_id])
    refunds(ravi, 117_950)
    assert notes(shop)[0][3] == 117_950
    assert notes(shop)[0][2] == 50


def test_of_many_at_once_no_more_goes_back_than_was_taken(shop: Shop, asha: Subscriber) -> None:
    acts: list[Callable[[], object]] = [partial(_tries, asha, 70_000) for _ in range(8)]
    assert sorted(map(str, at_once(acts))) == ["None"] + ["refused"] * 7
    shop.works(NOON)
    assert asha.refunds() == [("succeeded", 70_000)]


def _tries(asha: Subscriber, amount: int) -> str | None:
    try:
        refunds(asha, amount)
    except RefundExceedsCapture:
        return "refused"
    return None


def test_what_was_not_taken_does_not_go_back(shop: Shop) -> None:
    ravi = shop.subscriber("tok_declined")
    shop.works(NOON)
    with pytest.raises(NotRefundable, match="still owed"):
        refunds(ravi, 100)


def test_a_refund_that_comes_back_is_a_credit_again(shop: Shop, asha: Subscriber) -> None:
    refunds(asha, 50_000)
    shop.works(NOON)
    assert shop.balance("customer_credit") == 0
    with shop.db.transaction(shop.tenant) as uow:
        [refund] = Refunds(uow.connection).of_invoice(asha.invoice.id)
        for _ in range(2):  # told twice
            record_refund(uow, refund.id, Answer(Outcome.FAILED, "fakere_1"), at=NOON)
    assert asha.refunds() == [("failed", 50_000)]
    assert shop.balance("customer_credit") == -50_000  # we owe it again
    assert shop.parked() == [("refund", "refund_came_back")]
