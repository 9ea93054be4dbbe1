"""Which line of the bank's statement a payout is: only what cannot be another."""

from datetime import date
from uuid import UUID

import pytest

from khata.core.bank_matching import BankLine, WaitingSettlement, match_bank

PAID = date(2026, 2, 3)
UTR = "1568176960vxp0rj"


def waits(number: int = 1, amount: int = 115_215, utr: str | None = UTR) -> WaitingSettlement:
    return WaitingSettlement(UUID(int=number), amount, "INR", PAID, utr)


def says(
    number: int = 1, amount: int = 115_215, text: str = "", on: date = PAID, currency: str = "INR"
) -> BankLine:
    return BankLine(UUID(int=100 + number), on, amount, currency, text)


@pytest.mark.parametrize(
    "text",
    [UTR, UTR.upper(), f"NEFT/{UTR}/RAZORPAY", f"Ref:{UTR}.", "1568 1769 60VX P0RJ"],
)
def test_the_reference_is_found_as_a_word(text: str) -> None:
    arrivals, odd = match_bank([waits()], [says(text=text, on=date(2026, 3, 1))])
    assert ([one.by for one in arrivals], odd) == (["reference"], [])


@pytest.mark.parametrize("text", [f"{UTR}9", f"A{UTR}", UTR[:-1], ""])
def test_a_part_of_another_word_is_not_it(text: str) -> None:
    assert match_bank([waits()], [says(text=text, on=date(2026, 3, 1))]) == ([], [])


def test_a_short_reference_names_nothing() -> None:
    line = says(text="12345", on=date(2026, 3, 1))
    assert match_bank([waits(utr="12345")], [line]) == ([], [])


@pytest.mark.parametrize(
    ("on", "found"),
    [(date(2026, 2, 2), 0), (PAID, 1), (date(2026, 2, 7), 1), (date(2026, 2, 8), 0)],
)
def test_by_amount_within_four_days(on: date, found: int) -> None:
    assert len(match_bank([waits(utr=None)], [says(on=on)])[0]) == found


@pytest.mark.parametrize(
    "line", [says(amount=115_214), says(currency="USD"), says(amount=-115_215)]
)
def test_other_money_is_not_it(line: BankLine) -> None:
    assert match_bank([waits(utr=None)], [line]) == ([], [])


def test_two_that_fit_are_left_to_a_person() -> None:
    assert match_bank([waits(utr=None)], [says(1), says(2)]) == ([], [])
    assert match_bank([waits(1, utr=None), waits(2, utr=None)], [says()]) == ([], [])


def test_a_reference_leaves_the_other_line_to_the_other_payout() -> None:
    """Of two equal payouts one is named: the other is found by what is left."""
    arrivals, _ = match_bank([waits(1), waits(2, utr=None)], [says(1, text=UTR), says(2)])
    assert {(one.settlement_id.int, one.bank_line_id.int, one.by) for one in arrivals} == {
        (1, 101, "reference"),
        (2, 102, "amount_and_day"),
    }


def test_a_named_payout_with_another_amount_is_told() -> None:
    arrivals, [odd] = match_bank([waits()], [says(1, 115_214, UTR), says(2)])
    assert (arrivals, odd.paid_out, odd.in_bank) == ([], 115_215, 115_214)
