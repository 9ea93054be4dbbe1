"""Payouts in the books: what is settled, what is kept, what is given back, and what differs."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from khata.core.ids import new_id
from khata.core.payment import Answer, Outcome, Refund, RefundStatus, SaidBy
from khata.core.settlement import LineKind, SeenSettlement
from khata.db.embedded.provision import Urls
from khata.db.stores.refunds import Refunds
from khata.db.transaction import Database
from khata.usecases.payments.record_refund import record_refund
from khata.usecases.payments.record_result import RecordResult, record_result
from khata.usecases.settlements.ask_for_settlements import (
    AskForSettlements,
    DayToCome,
    NoSettlementsTold,
    ask_for_settlements,
)
from khata.usecases.settlements.fetch_settlements import FetchSettlements, fetch_settlements
from khata.usecases.tenants.release_all_parked import ReleaseAllParked, release_all_parked
from tests.db.payouts import (
    GROSS,
    GST,
    MONDAY,
    NET,
    PAID_FEE,
    PaidShop,
    line,
    opened,
    paid,
    payout,
)
from tests.db.shop import NOON, Subscriber

IN_BOOKS = ("gateway_fees", "gateway_fee_tax", "cash_in_transit", "settlement_suspense")


@pytest.fixture
def paying(db: Database, urls: Urls) -> Iterator[PaidShop]:
    shop = opened(db, urls.app)
    yield shop
    shop.gateway.close()


def gives_back(paying: PaidShop, asha: Subscriber, amount: int) -> str:
    """Refund a part of what the customer paid, and return paper's reference of the refund."""
    shop = paying.shop
    with shop.db.transaction(shop.tenant) as uow:
        attempt = asha.attempts[0]
        refund = Refund(
            new_id(NOON),
            attempt.id,
            asha.invoice_id,
            "paper",
            amount,
            "INR",
            "goodwill",
            1,
            RefundStatus.SENDING,
            None,
            None,
            0,
            NOON,
            None,
        )
        Refunds(uow.connection).add(refund)
        answer = Answer(Outcome.SUCCEEDED, f"rfnd_{refund.id}", amount=amount, currency="INR")
        record_refund(uow, refund.id, answer, at=NOON)
    return f"rfnd_{refund.id}"


def test_a_payment_is_paid_out_and_clearing_is_empty(paying: PaidShop) -> None:
    """1,180.00 taken; 23.60 and GST 4.25 kept; 1,152.15 on its way to the bank."""
    paying.gateway.hides_fee = True
    reference = paying.customer_pays()
    assert paying.clearing() == 118_000
    assert paying.balances("gateway_clearing", "gateway_fees") == [118_000, 0]
    paying.gateway.payouts = [payout(paid(reference))]
    paying.fetches()
    assert paying.balances(*IN_BOOKS) == [2_360, 425, 115_215, 0]
    assert paying.clearing() == paying.shop.balance("gateway_clearing") == 0
    one = paying.only()
    assert (one.status, one.agreement, one.paid_on) == ("booked", "agrees", date(2025, 3, 3))
    assert paying.waiting() == []


def test_tax_that_was_booked_as_fee_goes_over_to_the_tax(paying: PaidShop) -> None:
    """The first answer knew 23.60 of the fee; 4.25 of tax is told with the payout."""
    reference = paying.customer_pays()
    assert paying.balances("gateway_clearing", "gateway_fees") == [GROSS - PAID_FEE, PAID_FEE]
    paying.gateway.payouts = [payout(paid(reference))]
    paying.fetches()
    assert paying.balances(*IN_BOOKS) == [PAID_FEE, GST, NET, 0]
    assert paying.clearing() == 0


def test_a_fee_that_is_told_later_is_booked_then_and_once(paying: PaidShop) -> None:
    """As Stripe's balance transaction, that may come after the payment."""
    paying.gateway.hides_fee = True
    asha = paying.subscriber()
    attempt = asha.attempts[0]
    assert attempt.fee == 0
    answer = Answer(
        Outcome.SUCCEEDED, attempt.gateway_reference, 2_785, amount=GROSS, currency="INR"
    )
    later = RecordResult(paying.shop.tenant, attempt.id, answer, MONDAY, SaidBy.WEBHOOK)
    for _ in range(2):
        assert record_result(later, db=paying.shop.db).fee == 2_785
    assert asha.attempts[0].fee == 2_785
    assert paying.balances("gateway_fees", "gateway_clearing") == [2_785, 115_215]
    # And the payout says that 4.25 of it is tax: a posting of the difference, nothing edited.
    paying.gateway.payouts = [payout(paid(paying.reference(asha)))]
    paying.fetches()
    assert paying.balances(*IN_BOOKS) == [PAID_FEE, GST, NET, 0]
    assert paying.shop.count("entries where kind = 'fee_told'") == 2


def test_what_is_given_back_comes_out_of_the_payout(paying: PaidShop) -> None:
    """1,180.00 and 1,180.00 taken, 500.00 given back: 2 × 1,152.15 − 500.00 = 1,804.30."""
    asha, ravi = paying.subscriber(), paying.subscriber()
    refund = gives_back(paying, asha, 50_000)
    paying.gateway.payouts = [
        payout(
            paid(paying.reference(asha)),
            paid(paying.reference(ravi)),
            line(LineKind.REFUND, refund, -50_000),
        )
    ]
    paying.fetches()
    assert paying.only().amount == 180_430
    assert paying.balances(*IN_BOOKS) == [4_720, 850, 180_430, 0]
    assert (paying.clearing(), paying.only().agreement) == (0, "agrees")


def test_a_payout_below_zero_is_drawn_from_the_bank(paying: PaidShop) -> None:
    asha = paying.subscriber()
    paying.gateway.payouts = [payout(paid(paying.reference(asha)))]
    paying.fetches()
    refund = gives_back(paying, asha, 50_000)
    later = MONDAY + timedelta(days=1)
    paying.gateway.payouts = [
        payout(line(LineKind.REFUND, refund, -50_000, 200, 36), at=later, name="setl_2")
    ]
    paying.fetches(later + timedelta(hours=1))
    assert paying.settlements()[1].amount == -50_236
    assert paying.balances("cash_in_transit", "gateway_fees") == [NET - 50_236, PAID_FEE + 200]
    assert paying.clearing() == 0


def test_a_fee_of_the_gateway_s_own_is_a_fee(paying: PaidShop) -> None:
    """Paid 1,152.15 and charged 10.00 with GST 1.80: 1,140.35. It is of no payment."""
    reference = paying.customer_pays()
    paying.gateway.payouts = [payout(paid(reference), line(LineKind.FEE, None, 0, 1_000, 180))]
    paying.fetches()
    assert paying.balances(*IN_BOOKS) == [PAID_FEE + 1_000, GST + 180, NET - 1_180, 0]
    assert (paying.clearing(), paying.found()) == (0, [])


def test_what_is_not_ours_stands_in_suspense(paying: PaidShop) -> None:
    """The same account sells elsewhere too, and a bank took something back."""
    reference = paying.customer_pays()
    paying.gateway.payouts = [
        payout(
            paid(reference),
            paid("pay_of_another_shop"),
            line(LineKind.DISPUTE, "disp_1", -10_000),
            line(LineKind.ADJUSTMENT, "adj_1", 1_012),
        )
    ]
    paying.fetches()
    assert paying.balances(*IN_BOOKS) == [PAID_FEE, GST, 2 * NET - 8_988, -(NET - 8_988)]
    assert paying.clearing() == 0
    assert paying.found() == [
        ("unknown_here", None, GROSS),
        ("unknown_here", None, -10_000),
        ("unknown_here", None, 1_012),
    ]
    assert paying.waiting() == [("settlement", "does_not_agree")]


def test_a_paisa_off_is_named(paying: PaidShop) -> None:
    """Theirs is 1,179.99: what they settled is booked, and a paisa stays in clearing."""
    reference = paying.customer_pays()
    paying.gateway.payouts = [payout(paid(reference, gross=GROSS - 1))]
    paying.fetches()
    assert paying.found() == [("amount_differs", GROSS, GROSS - 1)]
    assert (
        f"Payment {reference} comes to 1179.99 INR, ours to 1180.00"
        in (paying.only().findings[0]["words"])
    )
    assert paying.clearing() == 1


def test_lines_that_are_not_the_sum_are_set_aside_whole(paying: PaidShop) -> None:
    reference = paying.customer_pays()
    whole = payout(paid(reference))
    paying.gateway.payouts = [replace(whole, amount=whole.amount + 1)]
    before = paying.balances("gateway_clearing", *IN_BOOKS)
    paying.fetches()
    assert (paying.only().status, paying.waiting()) == (
        "quarantined",
        [("settlement", "does_not_add_up")],
    )
    assert paying.balances("gateway_clearing", *IN_BOOKS) == before
    # Told right the next time, it is booked like any other.
    paying.gateway.payouts = [whole]
    release = ReleaseAllParked(paying.shop.tenant, MONDAY + timedelta(hours=2))
    release_all_parked(release, db=paying.shop.db)
    assert paying.works(MONDAY + timedelta(hours=2)) == 1
    assert (paying.only().status, paying.clearing(), paying.waiting()) == ("booked", 0, [])


def test_a_payment_is_paid_out_once(paying: PaidShop) -> None:
    reference = paying.customer_pays()
    again = replace(payout(paid(reference)), reference="setl_2")
    paying.gateway.payouts = [payout(paid(reference)), again]
    paying.fetches()
    assert paying.found() == [("settled_before", GROSS, GROSS)]
    assert paying.balances(*IN_BOOKS) == [PAID_FEE, GST, 2 * NET, -NET]
    assert paying.clearing() == 0


def test_what_was_taken_long_ago_and_is_in_no_payout_is_missed_once(paying: PaidShop) -> None:
    first, lost = paying.customer_pays(), paying.customer_pays(at=NOON + timedelta(hours=1))
    days = timedelta(days=1)
    paying.gateway.payouts = [payout(paid(first))]
    paying.fetches()
    for number, later in ((2, 10 * days), (3, 12 * days)):
        other = paying.customer_pays(at=MONDAY + later - days)
        paying.gateway.payouts.append(payout(paid(other), at=MONDAY + later, name=f"setl_{number}"))
        paying.fetches(MONDAY + later + timedelta(hours=1))
    assert paying.found() == [("missing_there", GROSS, None)]
    assert lost in paying.settlements()[1].findings[0]["words"]
    assert paying.clearing() == GROSS - PAID_FEE


def test_a_payment_that_is_not_in_the_books_yet(paying: PaidShop) -> None:
    """The answer was lost and it is paid out: clearing is short until it is known to be taken."""
    asha = paying.subscriber()
    attempt = asha.attempts[0]
    shop = paying.shop
    shop._row(
        "update attempts set status = 'unknown', finished_at = null where id = %(id)s returning 1",
        id=attempt.id,
    )
    paying.gateway.payouts = [payout(paid(paying.reference(asha)))]
    paying.fetches()
    assert paying.found() == [("not_booked", GROSS, GROSS)]


def test_charged_in_one_currency_and_paid_out_in_another(paying: PaidShop) -> None:
    """INR 1,180.00 arrive as USD 14.00 less 0.28: the exchange account stands between."""
    paying.gateway.hides_fee = True
    reference = paying.customer_pays()
    exchanged = replace(
        paid(reference, gross=1_400, fee=28, tax=0), charged=GROSS, charged_currency="INR"
    )
    paying.gateway.payouts = [replace(payout(exchanged), currency="USD")]
    paying.fetches()
    # 118,000 × 28/1,400 = 2,360 is the fee in what was charged.
    assert paying.balances("gateway_fees") == [PAID_FEE]
    with paying.shop.db.transaction(paying.shop.tenant) as uow:
        rows = uow.connection.execute(
            "select debit, credit, amount, currency from postings p join entries e"
            " on e.tenant_id = p.tenant_id and e.id = p.entry_id"
            " where e.kind = 'settlement_paid_out' order by p.position"
        ).fetchall()
    assert [tuple(row) for row in rows] == [
        ("cash_in_transit", "currency_exchange", 1_372, "USD"),
        ("currency_exchange", "gateway_clearing", GROSS - PAID_FEE, "INR"),
    ]
    assert (paying.clearing(), paying.found()) == (0, [])


def test_a_payout_out_of_a_balance_is_booked_without_lines(paying: PaidShop) -> None:
    paying.customer_pays()
    paying.gateway.payouts = [
        SeenSettlement("withdrawal_1", 100_000, "INR", MONDAY, None, (), is_itemised=False)
    ]
    paying.fetches()
    assert paying.balances("cash_in_transit") == [100_000]
    assert paying.clearing() == GROSS - PAID_FEE - 100_000


def test_two_accounts_keep_their_clearing_apart(paying: PaidShop) -> None:
    other = paying.adds_account("test_acct2-a", "Paper two")
    mine, theirs = paying.customer_pays(), paying.customer_pays(account=other)
    assert paying.clearing() == paying.clearing(other) == GROSS - PAID_FEE
    paying.gateway.payouts = [payout(paid(mine))]
    paying.fetches()
    assert (paying.clearing(), paying.clearing(other)) == (0, GROSS - PAID_FEE)
    # A payout of the first account that names a payment of the second knows nothing of it.
    paying.gateway.payouts = [payout(paid(theirs), name="setl_2")]
    paying.fetches(MONDAY + timedelta(hours=2))
    assert paying.found() == [("unknown_here", None, GROSS)]
    assert paying.clearing(other) == GROSS - PAID_FEE


def test_what_is_booked_is_not_asked_for_again(paying: PaidShop) -> None:
    paying.gateway.payouts = [payout(paid(paying.customer_pays()))]
    paying.fetches()
    before = paying.balances("gateway_clearing", *IN_BOOKS)
    paying.fetches(MONDAY + timedelta(hours=2))
    assert paying.gateway.asked == [frozenset(), frozenset({"setl_1"})]
    assert paying.balances("gateway_clearing", *IN_BOOKS) == before


def test_two_fetches_at_once_book_once(paying: PaidShop) -> None:
    lines = [paid(paying.customer_pays()) for _ in range(3)]
    paying.gateway.payouts = [payout(one, name=f"setl_{n}") for n, one in enumerate(lines)]
    at = MONDAY + timedelta(hours=1)
    ask = AskForSettlements(paying.shop.tenant, paying.account, at)
    ask_for_settlements(ask, db=paying.shop.db, gateways=paying.shop.gateways)
    fetch = paying.fetch

    def run(_: int) -> None:
        command = FetchSettlements(paying.shop.tenant, fetch, at)
        fetch_settlements(command, db=paying.shop.db, gateways=paying.shop.gateways)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(run, range(4)))
    assert len(paying.settlements()) == 3
    assert paying.balances(*IN_BOOKS) == [3 * PAID_FEE, 3 * GST, 3 * NET, 0]
    assert paying.clearing() == 0


def test_what_is_broken_off_goes_on(paying: PaidShop) -> None:
    lines = [paid(paying.customer_pays()) for _ in range(2)]
    paying.gateway.payouts = [payout(one, name=f"setl_{n}") for n, one in enumerate(lines)]
    paying.gateway.breaks_off = True
    paying.fetches()
    assert len(paying.settlements()) == 1
    assert paying.fetch.next_try_at == MONDAY + timedelta(hours=2)
    paying.gateway.breaks_off = False
    assert paying.works(MONDAY + timedelta(hours=2)) == 1
    assert (len(paying.settlements()), paying.clearing()) == (2, 0)


def test_a_gateway_that_is_down_is_asked_again_in_an_hour(paying: PaidShop) -> None:
    paying.gateway.is_down = True
    paying.fetches()
    assert paying.fetch.next_try_at == MONDAY + timedelta(hours=2)


def test_a_test_clock_s_account_is_asked_by_hand_only(paying: PaidShop) -> None:
    paying.fetches()
    assert (paying.fetch.next_try_at, paying.fetch.found) == (None, 0)


def test_what_cannot_be_asked_is_refused(paying: PaidShop) -> None:
    def ask(since: date | None) -> None:
        command = AskForSettlements(paying.shop.tenant, paying.account, NOON, since)
        ask_for_settlements(command, db=paying.shop.db, gateways=paying.shop.gateways)

    with pytest.raises(DayToCome):
        ask(date(2025, 3, 1))
    paying.gateway.capabilities = replace(paying.gateway.capabilities, settlements=False)
    with pytest.raises(NoSettlementsTold):
        ask(None)
