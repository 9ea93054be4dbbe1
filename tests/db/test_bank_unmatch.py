"""A line of the bank that was taken for a payout and is not it: mirrored, open, waiting again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID

import pytest

from khata.core.ids import new_id
from khata.core.refusal import NotFound, Refusal
from khata.db.embedded.provision import Urls
from khata.db.stores.bank import BankTransactions
from khata.db.transaction import Database
from khata.usecases.ledger.close_month import CloseMonth, close_month
from khata.usecases.settlements.assign_bank_line import AssignBankLine, assign_bank_line
from khata.usecases.settlements.unmatch_bank_line import (
    BankLineUnmatched,
    MonthIsClosed,
    UnmatchBankLine,
    unmatch_bank_line,
)
from tests.db.payouts import MONDAY, NET, UTR, PaidShop, in_bank, opened, paid, payout

LATER = MONDAY + timedelta(days=2)
ARRIVED = ("settlement_arrived", "bank", "cash_in_transit", NET, date(2025, 3, 4))
MIRRORED = ("settlement_not_arrived", "cash_in_transit", "bank", NET, date(2025, 3, 4))
AGAIN = ("settlement_arrived_again", "bank", "cash_in_transit", NET, date(2025, 3, 4))


@pytest.fixture
def paying(db: Database, urls: Urls) -> Iterator[PaidShop]:
    """A shop to which 1,152.15 were paid on 3 March, that arrived by amount and day on the 4th."""
    shop = opened(db, urls.app)
    shop.gateway.payouts = [payout(paid(shop.customer_pays()))]
    shop.fetches()
    shop.bank_says(in_bank("1", NET, date(2025, 3, 4), "NEFT SOMEBODY ELSE"))
    yield shop
    shop.gateway.close()


def line_of(paying: PaidShop, own_id: str = "1") -> UUID:
    with paying.shop.db.transaction(paying.shop.tenant) as uow:
        [line] = BankTransactions(uow.connection).of_ids("HDFC", [own_id])
    return line.id


def takes_back(paying: PaidShop, line: UUID | None = None) -> UUID:
    command = UnmatchBankLine(paying.shop.tenant, line or line_of(paying), LATER)
    return unmatch_bank_line(command, db=paying.shop.db)


def assigns(paying: PaidShop, own_id: str = "1") -> None:
    command = AssignBankLine(paying.shop.tenant, paying.only().id, line_of(paying, own_id), LATER)
    assign_bank_line(command, db=paying.shop.db)


def arrivals(paying: PaidShop) -> list[tuple[str, str, str, int, date]]:
    with paying.shop.db.transaction(paying.shop.tenant) as uow:
        rows = uow.connection.execute(
            "select e.kind, p.debit, p.credit, p.amount, p.booked_on from entries e"
            " join postings p on p.tenant_id = e.tenant_id and p.entry_id = e.id"
            " where e.kind ~ 'arrived' order by e.id"
        ).fetchall()
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def test_the_arrival_is_mirrored_on_its_day(paying: PaidShop) -> None:
    """1,152.15 in the bank and out of it again, both on 4 March; and on their way as before."""
    assert paying.balances("bank", "cash_in_transit") == [NET, 0]
    assert takes_back(paying) == paying.only().id
    assert paying.balances("bank", "cash_in_transit") == [0, NET]
    assert arrivals(paying) == [ARRIVED, MIRRORED]
    one = paying.only()
    assert (one.arrived_on, one.arrived_by, one.agreement) == (None, None, "agrees")


def test_the_right_line_is_found_then_and_the_wrong_one_is_not_taken_again(
    paying: PaidShop,
) -> None:
    takes_back(paying)
    assert paying.bank_says(in_bank("2", 700, date(2025, 3, 4))).matched == 0
    right = in_bank("3", NET, date(2025, 3, 5), f"NEFT {UTR}")
    assert paying.bank_says(right).matched == 1
    assert paying.only().arrived_on == date(2025, 3, 5)
    assert paying.balances("bank", "cash_in_transit") == [NET, 0]


def test_a_line_that_names_it_is_not_taken_again_either(db: Database, urls: Urls) -> None:
    paying = opened(db, urls.app)
    paying.gateway.payouts = [payout(paid(paying.customer_pays()))]
    paying.fetches()
    paying.bank_says(in_bank("1", NET, date(2025, 3, 4), f"NEFT {UTR}"))
    takes_back(paying)
    assert paying.bank_says(in_bank("2", 700, date(2025, 3, 4))).matched == 0
    assert paying.waiting() == []  # nor is it said to name it with another amount
    paying.gateway.close()


def test_a_person_may_say_that_it_is_it_after_all(paying: PaidShop) -> None:
    """And take it back again: each is a fact of its own, and nothing is edited."""
    for _ in range(2):
        takes_back(paying)
        assigns(paying)
    assert arrivals(paying) == [ARRIVED, MIRRORED, AGAIN, MIRRORED, AGAIN]
    assert paying.balances("bank", "cash_in_transit") == [NET, 0]
    assert (paying.only().arrived_by, paying.shop.count("bank_unmatches")) == ("person", 2)


def test_what_is_no_payout_cannot_be_taken_back(paying: PaidShop) -> None:
    takes_back(paying)
    with pytest.raises(BankLineUnmatched, match="no payout"):
        takes_back(paying)
    with pytest.raises(NotFound):
        takes_back(paying, new_id(MONDAY))
    assert paying.balances("bank", "cash_in_transit") == [0, NET]


def test_a_closed_month_stays_as_it_is(paying: PaidShop) -> None:
    """March is closed on 1 April: a mirror entry of 4 March would change what was told of it."""
    shop = paying.shop
    closing = CloseMonth(shop.tenant, MONDAY + timedelta(days=40))
    while close_month(closing, db=shop.db):
        pass
    with pytest.raises(MonthIsClosed, match="2025-03-04, and the books are open from 2025-04-01"):
        takes_back(paying)
    assert paying.balances("bank", "cash_in_transit") == [NET, 0]
    assert paying.shop.count("bank_unmatches") == 0


def test_of_many_at_once_one_takes_it_back(paying: PaidShop) -> None:
    line = line_of(paying)

    def tries(_: int) -> bool:
        try:
            takes_back(paying, line)
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(tries, range(4))) == 1
    assert paying.balances("bank", "cash_in_transit") == [0, NET]
