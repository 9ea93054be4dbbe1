"""Lines of payouts that name what is known here only later: in the end as if it had been known."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from khata.core.ids import new_id
from khata.core.payment import Answer, Outcome, Refund, RefundStatus
from khata.core.settlement import LineKind
from khata.db.embedded.provision import Urls
from khata.db.stores.refunds import Refunds
from khata.db.transaction import Database
from khata.usecases.payments.record_refund import record_refund
from tests.db.payouts import GST, MONDAY, NET, PAID_FEE, PaidShop, line, opened, paid, payout
from tests.db.shop import NOON, Subscriber

HELD = ("gateway_clearing", "settlement_suspense")
LATER = MONDAY + timedelta(days=1)


@pytest.fixture
def paying(db: Database, urls: Urls) -> Iterator[PaidShop]:
    shop = opened(db, urls.app)
    yield shop
    shop.gateway.close()


def asks_back(paying: PaidShop, asha: Subscriber, amount: int) -> Refund:
    """A refund that was sent, and whose answer was lost."""
    refund = Refund(
        new_id(NOON), asha.attempts[0].id, asha.invoice_id, "paper", amount, "INR", "goodwill", 1,
        RefundStatus.SENDING, None, None, 1, NOON, None,
    )  # fmt: skip
    with paying.shop.db.transaction(paying.shop.tenant) as uow:
        Refunds(uow.connection).add(refund)
    return refund


def hears(paying: PaidShop, refund: Refund, outcome: Outcome, *, reference: str | None) -> None:
    answer = Answer(outcome, reference, amount=refund.amount, currency="INR")
    with paying.shop.db.transaction(paying.shop.tenant) as uow:
        record_refund(uow, refund.id, answer, at=LATER)


def verdicts(paying: PaidShop) -> list[str]:
    with paying.shop.db.transaction(paying.shop.tenant) as uow:
        rows = uow.connection.execute(
            "select verdict from settlement_lines where kind = 'refund' order by settlement_id,"
            " position"
        )
        return [row[0] for row in rows]


def test_a_refund_with_a_fee_of_its_own(paying: PaidShop) -> None:
    """500.00 go back and 2.00 with 0.36 GST are kept of it: 1,152.15 - 502.36 = 649.79."""
    asha = paying.subscriber()
    refund = asks_back(paying, asha, 50_000)
    paying.gateway.payouts = [
        payout(
            paid(paying.reference(asha)),
            line(LineKind.REFUND, "rfnd_1", -50_000, 200, 36),
            line(LineKind.ADJUSTMENT, "adj_1", 700),
        )
    ]
    paying.fetches()
    assert paying.balances(*HELD) == [0, 50_236 - 700]
    for _ in range(2):  # told twice, it is cleared once
        hears(paying, refund, Outcome.SUCCEEDED, reference="rfnd_1")
    # What is left in suspense is the adjustment, that nobody knows: a person still has to look.
    assert paying.balances(*HELD, "gateway_fees", "gateway_fee_tax", "cash_in_transit") == [
        0, -700, PAID_FEE + 200, GST + 36, 64_979 + 700,
    ]  # fmt: skip
    assert paying.clearing() == 0
    assert (paying.found(), paying.only().agreement) == ([("unknown_here", None, 700)], "differs")
    assert paying.waiting() == [("settlement", "does_not_agree")]


def test_another_sum_than_ours_is_named_then(paying: PaidShop) -> None:
    """Ours is 500.00 and theirs 499.99: suspense is empty, and the paisa stays in clearing."""
    asha = paying.subscriber()
    refund = asks_back(paying, asha, 50_000)
    paying.gateway.payouts = [
        payout(paid(paying.reference(asha)), line(LineKind.REFUND, "rfnd_1", -49_999))
    ]
    paying.fetches()
    hears(paying, refund, Outcome.SUCCEEDED, reference="rfnd_1")
    assert paying.balances(*HELD) == [-1, 0]
    assert (paying.found(), verdicts(paying)) == (
        [("amount_differs", 50_000, -49_999)],
        ["amount_differs"],
    )


def test_one_that_came_back_before_it_was_heard_of(paying: PaidShop) -> None:
    """500.00 taken by one payout and given again by the next; then it is told that it failed."""
    asha = paying.subscriber()
    refund = asks_back(paying, asha, 50_000)
    paying.gateway.payouts = [
        payout(paid(paying.reference(asha)), line(LineKind.REFUND, "rfnd_1", -50_000)),
        payout(line(LineKind.REFUND, "rfnd_1", 50_000), at=LATER, name="setl_2"),
    ]
    paying.fetches(LATER + timedelta(hours=1))
    assert paying.balances(*HELD, "cash_in_transit") == [0, 0, NET]
    hears(paying, refund, Outcome.FAILED, reference="rfnd_1")
    assert paying.balances(*HELD, "cash_in_transit", "customer_credit") == [0, 0, NET, 0]
    assert verdicts(paying) == ["not_booked", "matched"]
    assert [one.agreement for one in paying.settlements()] == ["differs", "agrees"]


def test_the_same_refund_in_two_payouts_is_ours_once(paying: PaidShop) -> None:
    asha = paying.subscriber()
    refund = asks_back(paying, asha, 50_000)
    taken = line(LineKind.REFUND, "rfnd_1", -50_000)
    paying.gateway.payouts = [
        payout(paid(paying.reference(asha)), taken),
        payout(taken, at=LATER, name="setl_2"),
    ]
    paying.fetches(LATER + timedelta(hours=1))
    hears(paying, refund, Outcome.SUCCEEDED, reference="rfnd_1")
    assert paying.balances(*HELD) == [0, 50_000]
    assert verdicts(paying) == ["matched", "settled_before"]


def test_without_a_reference_nothing_is_found(paying: PaidShop) -> None:
    asha = paying.subscriber()
    refund = asks_back(paying, asha, 50_000)
    paying.gateway.payouts = [
        payout(paid(paying.reference(asha)), line(LineKind.REFUND, "rfnd_2", -50_000))
    ]
    paying.fetches()
    hears(paying, refund, Outcome.FAILED, reference=None)
    assert (paying.balances(*HELD), verdicts(paying)) == ([0, 50_000], ["unknown_here"])


def test_a_payment_is_found_when_payouts_are_asked_for_again(paying: PaidShop) -> None:
    """Its answer was lost: 1,152.15 stand in suspense until it is known, and its fee with it."""
    paying.gateway.hides_fee = True
    asha = paying.subscriber()
    reference = paying.reference(asha)
    _knows(paying, asha, None)
    paying.gateway.payouts = [payout(paid(reference))]
    paying.fetches()
    assert paying.balances("settlement_suspense", "gateway_fees") == [-NET, 0]
    _knows(paying, asha, reference)
    paying.fetches(LATER)
    assert paying.balances(*HELD, "gateway_fees", "gateway_fee_tax") == [0, 0, PAID_FEE, GST]
    assert (paying.only().agreement, paying.waiting()) == ("agrees", [])


def test_paid_out_in_another_currency_the_exchange_stands_between(paying: PaidShop) -> None:
    """INR 500.00 go back as USD 5.90, of which nothing is kept."""
    asha = paying.subscriber()
    refund = asks_back(paying, asha, 50_000)
    back = replace(line(LineKind.REFUND, "rfnd_1", -590), charged=-50_000, charged_currency="INR")
    paying.gateway.payouts = [replace(payout(back), currency="USD")]
    paying.fetches()
    hears(paying, refund, Outcome.SUCCEEDED, reference="rfnd_1")
    assert paying.balances("gateway_clearing") == [118_000 - PAID_FEE - 50_000 + 50_000]
    with paying.shop.db.transaction(paying.shop.tenant) as uow:
        rows = uow.connection.execute(
            "select debit, credit, amount, currency from postings p join entries e"
            " on e.tenant_id = p.tenant_id and e.id = p.entry_id"
            " where e.kind = 'settlement_line_cleared' order by p.position"
        ).fetchall()
    assert [tuple(row) for row in rows] == [
        ("currency_exchange", "settlement_suspense", 590, "USD"),
        ("gateway_clearing", "currency_exchange", 50_000, "INR"),
    ]


def _knows(paying: PaidShop, asha: Subscriber, reference: str | None) -> None:
    paying.shop._row(
        "update attempts set gateway_reference = %(reference)s where id = %(id)s returning 1",
        reference=reference,
        id=asha.attempts[0].id,
    )
