"""The bank's statement beside payouts: what arrived, what did not, and what a person has to say."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from khata.core.bank_statement import StatementLine
from khata.core.ids import new_id
from khata.core.refusal import NotFound
from khata.core.settlement import LineKind
from khata.db.embedded.provision import Urls
from khata.db.stores.bank import BankTransactions
from khata.db.transaction import Database
from khata.usecases.settlements.assign_bank_line import (
    AssignBankLine,
    OtherMoney,
    SettlementInBank,
    assign_bank_line,
)
from khata.usecases.settlements.import_bank_lines import BankLineDiffers
from tests.db.payouts import MONDAY, NET, UTR, PaidShop, in_bank, line, opened, paid, payout

NARRATION = f"NEFT-RAZORPAY SOFTWARE-{UTR.upper()}-HDFC"


@pytest.fixture
def paying(db: Database, urls: Urls) -> Iterator[PaidShop]:
    """A shop to which 1,152.15 are on their way."""
    shop = opened(db, urls.app)
    shop.gateway.payouts = [payout(paid(shop.customer_pays()))]
    shop.fetches()
    yield shop
    shop.gateway.close()


def test_a_payout_arrives_by_its_reference(paying: PaidShop) -> None:
    """Whatever the letters' case, and whatever stands around it; 1,152.15 are in the bank."""
    done = paying.bank_says(in_bank("1", NET, narration=NARRATION), in_bank("2", -99_900))
    assert (done.new, done.repeated, done.matched) == (2, 0, 1)
    assert paying.balances("bank", "cash_in_transit") == [NET, 0]
    one = paying.only()
    assert (one.arrived_on, one.arrived_by) == (date(2025, 3, 3), "reference")


def test_or_by_amount_and_day_where_there_is_one_only(paying: PaidShop) -> None:
    paying.bank_says(in_bank("1", NET, date(2025, 3, 5)), in_bank("2", NET, date(2025, 2, 27)))
    assert (paying.only().arrived_on, paying.only().arrived_by) == (
        date(2025, 3, 5),
        "amount_and_day",
    )


def test_of_two_equal_lines_a_person_says_which(paying: PaidShop) -> None:
    done = paying.bank_says(in_bank("1", NET), in_bank("2", NET))
    assert (done.matched, paying.only().arrived_on) == (0, None)
    shop = paying.shop
    with shop.db.transaction(shop.tenant) as uow:
        first, second = BankTransactions(uow.connection).of_ids("HDFC", ["1", "2"])
    settlement = paying.only().id
    command = AssignBankLine(shop.tenant, settlement, second.id, MONDAY)
    assign_bank_line(command, db=shop.db)
    assert (paying.only().arrived_by, paying.balances("bank")) == ("person", [NET])
    with pytest.raises(SettlementInBank, match="arrived on 2025-03-03"):
        assign_bank_line(AssignBankLine(shop.tenant, settlement, first.id, MONDAY), db=shop.db)
    unknown = AssignBankLine(shop.tenant, settlement, new_id(MONDAY), MONDAY)
    with pytest.raises(NotFound):
        assign_bank_line(unknown, db=shop.db)


def test_a_line_of_other_money_is_not_the_payout(paying: PaidShop) -> None:
    paying.bank_says(in_bank("1", NET - 1))
    shop = paying.shop
    with shop.db.transaction(shop.tenant) as uow:
        [line] = BankTransactions(uow.connection).of_ids("HDFC", ["1"])
    command = AssignBankLine(shop.tenant, paying.only().id, line.id, MONDAY)
    with pytest.raises(OtherMoney, match="115214 INR, the payout 115215 INR"):
        assign_bank_line(command, db=shop.db)


def test_a_paisa_off_at_the_bank_is_named(paying: PaidShop) -> None:
    """The bank names the payout with another amount: never another line of that amount."""
    paying.bank_says(in_bank("1", NET - 1, narration=NARRATION), in_bank("2", NET))
    assert paying.only().arrived_on is None
    assert paying.waiting() == [("settlement", "bank_amount_differs")]


def test_a_statement_that_goes_on_without_it(paying: PaidShop) -> None:
    paying.bank_says(in_bank("1", 5_000, date(2025, 3, 7)))
    assert paying.waiting() == []  # it may still come
    paying.bank_says(in_bank("2", 5_000, date(2025, 3, 8)))
    assert paying.waiting() == [("settlement", "not_in_bank")]
    paying.bank_says(in_bank("3", NET, narration=NARRATION))
    assert (paying.waiting(), paying.balances("bank")) == ([], [NET])


def test_lines_may_come_before_the_payout_is_known(db: Database, urls: Urls) -> None:
    paying = opened(db, urls.app)
    paying.bank_says(in_bank("1", NET, narration=NARRATION))
    paying.gateway.payouts = [payout(paid(paying.customer_pays()))]
    paying.fetches()
    assert paying.balances("bank", "cash_in_transit") == [NET, 0]
    paying.gateway.close()


def test_the_same_lines_again_change_nothing(paying: PaidShop) -> None:
    lines = in_bank("1", NET, narration=NARRATION), in_bank("2", 700)
    paying.bank_says(*lines)
    again = paying.bank_says(*lines)
    assert (again.new, again.repeated, again.matched) == (0, 2, 0)
    assert paying.balances("bank") == [NET]


@pytest.mark.parametrize(
    "other", [in_bank("1", 701), in_bank("1", 700, date(2025, 3, 4))], ids=["amount", "day"]
)
def test_a_known_line_that_says_something_else_is_refused_with_all(
    paying: PaidShop, other: StatementLine
) -> None:
    paying.bank_says(in_bank("1", 700))
    with pytest.raises(BankLineDiffers, match="1 is stored with 700 on 2025-03-03"):
        paying.bank_says(in_bank("2", 900), other)
    assert paying.shop.count("bank_transactions") == 1


def test_two_statements_at_once_book_the_arrival_once(paying: PaidShop) -> None:
    def sends(number: int) -> int:
        line = in_bank(f"{number % 2}", NET if number % 2 else 700, narration=NARRATION)
        return paying.bank_says(line if number % 2 else in_bank("0", 700)).matched

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(sends, range(8))) == 1
    assert paying.balances("bank", "cash_in_transit") == [NET, 0]


def test_a_payout_below_zero_leaves_the_bank(db: Database, urls: Urls) -> None:
    paying = opened(db, urls.app)
    paying.gateway.payouts = [payout(line(LineKind.FEE, None, 0, 1_000, 180))]
    paying.fetches()
    paying.bank_says(in_bank("1", -1_180, narration=NARRATION))
    assert paying.balances("bank", "cash_in_transit", "gateway_fees") == [-1_180, 0, 1_000]
    paying.gateway.close()


def test_a_week_end_lies_between(paying: PaidShop) -> None:
    paying.bank_says(in_bank("1", NET, date(2025, 3, 3) + timedelta(days=4)))
    assert paying.only().arrived_by == "amount_and_day"
