"""Payouts that the bank did not take: booked back once, and the money that comes later is ours."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from khata.core.settlement import LineKind
from khata.db.embedded.provision import Urls
from khata.db.stores.bank import BankTransactions
from khata.db.stores.settlement_fetches import SettlementFetches
from khata.db.transaction import Database
from khata.usecases.settlements.assign_bank_line import (
    AssignBankLine,
    SettlementNotBooked,
    assign_bank_line,
)
from khata.usecases.settlements.hear_of_payout import HearOfPayout, hear_of_payout
from khata.usecases.settlements.unmatch_bank_line import UnmatchBankLine, unmatch_bank_line
from tests.db.payouts import (
    GST,
    MONDAY,
    NET,
    PAID_FEE,
    UTR,
    PaidShop,
    in_bank,
    line,
    opened,
    paid,
    payout,
)

LATER = MONDAY + timedelta(days=1)
HELD = ("gateway_clearing", "cash_in_transit", "settlement_suspense")


@pytest.fixture
def paying(db: Database, urls: Urls) -> Iterator[PaidShop]:
    """A shop to which 1,152.15 were paid out on 3 March."""
    shop = opened(db, urls.app)
    shop.gateway.payouts = [payout(paid(shop.customer_pays()))]
    shop.fetches()
    yield shop
    shop.gateway.close()


def fails(paying: PaidShop) -> None:
    """The bank sends it back on 4 March."""
    paying.gateway.failed, paying.gateway.payouts = paying.gateway.payouts, []
    for hours in (0, 1):  # what is told twice is booked once
        paying.fetches(LATER + timedelta(hours=hours))


def comes_again(paying: PaidShop) -> None:
    """The gateway pays out on 5 March what came back, with a payment of 1,180.00."""
    other = paying.customer_pays(at=MONDAY)
    at = MONDAY + timedelta(days=2)
    paying.gateway.payouts = [
        payout(paid(other), line(LineKind.ADJUSTMENT, "setl_1", NET), at=at, name="setl_2")
    ]
    paying.fetches(at + timedelta(hours=1))


def test_it_is_at_the_gateway_again(paying: PaidShop) -> None:
    """1,152.15 were on their way; now the clearing account has them, and a person is told."""
    assert paying.balances(*HELD) == [0, NET, 0]
    fails(paying)
    assert paying.balances(*HELD, "gateway_fees", "gateway_fee_tax") == [NET, 0, 0, PAID_FEE, GST]
    assert paying.clearing() == NET
    assert (paying.only().failed_on, paying.only().agreement) == (date(2025, 3, 4), "agrees")
    assert paying.waiting() == [("settlement", "payout_failed")]
    assert paying.shop.count("entries where kind = 'settlement_failed'") == 1


def test_what_comes_back_is_of_it(paying: PaidShop) -> None:
    """2 x 1,152.15 = 2,304.30 are on their way then, and nothing is in suspense."""
    fails(paying)
    comes_again(paying)
    assert paying.balances(*HELD) == [0, 2 * NET, 0]
    assert [one.agreement for one in paying.settlements()] == ["agrees", "agrees"]
    paying.bank_says(in_bank("1", 2 * NET, date(2025, 3, 5)))
    assert paying.balances("bank", *HELD) == [2 * NET, 0, 0, 0]


def test_what_comes_back_may_be_told_first(paying: PaidShop) -> None:
    comes_again(paying)
    assert paying.balances(*HELD) == [0, 3 * NET, -NET]
    paying.gateway.failed = [payout(name="setl_1")]
    paying.fetches(MONDAY + timedelta(days=2, hours=2))
    assert paying.balances(*HELD) == [0, 2 * NET, 0]
    assert [one.agreement for one in paying.settlements()] == ["agrees", "agrees"]


def test_one_that_nobody_had_heard_of_is_booked_and_booked_back(db: Database, urls: Urls) -> None:
    paying = opened(db, urls.app)
    paying.gateway.failed = [payout(paid(paying.customer_pays()))]
    paying.fetches(LATER)
    assert paying.balances(*HELD, "gateway_fees", "gateway_fee_tax") == [NET, 0, 0, PAID_FEE, GST]
    comes_again(paying)
    assert paying.balances(*HELD) == [0, 2 * NET, 0]
    paying.gateway.close()


def test_nothing_of_the_bank_is_it(paying: PaidShop) -> None:
    fails(paying)
    assert paying.bank_says(in_bank("1", NET, date(2025, 3, 4), f"NEFT {UTR}")).matched == 0
    paying.bank_says(in_bank("2", 700, date(2025, 3, 20)))  # nor is it missed there
    assert paying.waiting() == [("settlement", "payout_failed")]
    shop = paying.shop
    with shop.db.transaction(shop.tenant) as uow:
        [seen] = BankTransactions(uow.connection).of_ids("HDFC", ["1"])
    with pytest.raises(SettlementNotBooked, match="sent back on 2025-03-04"):
        assign_bank_line(AssignBankLine(shop.tenant, paying.only().id, seen.id, LATER), db=shop.db)


def test_one_that_had_arrived_waits_for_its_line_to_be_taken_back(paying: PaidShop) -> None:
    """1,152.15 came and went at the bank: with the line taken back the books say so, too."""
    paying.bank_says(in_bank("1", NET), in_bank("2", -NET, date(2025, 3, 4)))
    fails(paying)
    assert paying.balances("bank", *HELD) == [NET, NET, -NET, 0]
    shop = paying.shop
    with shop.db.transaction(shop.tenant) as uow:
        [seen] = BankTransactions(uow.connection).of_ids("HDFC", ["1"])
    unmatch_bank_line(UnmatchBankLine(shop.tenant, seen.id, LATER), db=shop.db)
    assert paying.balances("bank", *HELD) == [0, NET, 0, 0]


def hears(paying: PaidShop, reference: str, *, has_failed: bool = False) -> bool:
    told = HearOfPayout(paying.account, reference, has_failed, LATER)
    with paying.shop.db.transaction(paying.shop.tenant) as uow:
        return hear_of_payout(uow, told)


def test_an_event_of_a_payout_asks_at_once(paying: PaidShop) -> None:
    assert paying.fetch.next_try_at is None  # in test mode nobody asks by himself
    assert hears(paying, "setl_2")
    assert paying.fetch.next_try_at == LATER


def test_an_event_of_what_is_booked_asks_nothing(paying: PaidShop) -> None:
    assert not hears(paying, "setl_1")
    assert paying.fetch.next_try_at is None
    assert hears(paying, "setl_1", has_failed=True)  # that is news, until it is booked back
    fails(paying)
    assert not hears(paying, "setl_1", has_failed=True)


def test_what_is_heard_while_payouts_are_asked_for_is_asked_for_after(paying: PaidShop) -> None:
    shop = paying.shop
    with shop.db.transaction(shop.tenant) as uow:
        rows = SettlementFetches(uow.connection)
        rows.again(paying.account, LATER)
        [taken] = rows.take_due(LATER, limit=1)
        hear_of_payout(uow, HearOfPayout(paying.account, "setl_2", False, LATER))
        rows.done(
            paying.account,
            found=0,
            since=LATER,
            at=LATER,
            next=None,
            taken_until=taken.next_try_at,
        )
    assert (paying.fetch.next_try_at, paying.fetch.found) == (LATER, 0)
