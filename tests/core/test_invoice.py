"""Invoice: items become lines with tax, and lines add up."""

from datetime import date
from itertools import count

import pytest

from khata.core.catalog import Item, PriceModel
from khata.core.charge import fees
from khata.core.invoice import Line, Totals, due_on, total_up
from khata.core.money import AmountTooLarge
from khata.core.periods import Period
from khata.core.pricing import price_of
from khata.core.tax.gst import RoundOff
from khata.core.tax.rate_table import UnknownTaxCode
from tests.core.agreements import id_of, item, terms

FULL = Period(date(2025, 1, 1), date(2025, 2, 1))
PART = Period(date(2025, 1, 16), date(2025, 2, 1))


def summed(
    *amounts: int,
    period: Period = FULL,
    tax_behavior: str = "exclusive",
    rounding: RoundOff = RoundOff.NONE,
    tax_code: str = "998314",
) -> Totals:
    items = [item(amount, position=n, tax_code=tax_code) for n, amount in enumerate(amounts)]
    return total_up(
        fees(items, period=period, full=FULL),
        currency="INR",
        tax_behavior=tax_behavior,
        heads_of=terms().heads_of,
        rounding=rounding,
        ids=(id_of(n) for n in count(1)),
    )


def summed_items(*items: Item) -> Line:
    totals = total_up(
        fees(items, period=FULL, full=FULL),
        currency="INR",
        tax_behavior="exclusive",
        heads_of=terms().heads_of,
        rounding=RoundOff.NONE,
        ids=(id_of(n) for n in count(1)),
    )
    return totals.lines[0]


def test_each_line_is_taxed_on_its_own() -> None:
    # 9 % of 0.50 is 4.5 paise and goes up to 5, on each line and head: 3 × 2 × 5
    totals = summed(50, 50, 50)
    assert (totals.subtotal, totals.tax, totals.total) == (150, 30, 180)
    # 9 % of 1.50 at once would be 13.5 → 14, twice 28
    assert summed(150).tax == 28


def test_a_short_period_costs_its_days_and_says_so() -> None:
    totals = summed(100_000, period=PART)
    [line] = totals.lines
    assert line.amount == 51_613  # 16 of 31 days: 100,000 less 48,387
    assert line.description == "Plan 0 (16 of 31 days)"
    assert (line.period, line.full) == (PART, FULL)
    assert [row.amount for row in line.taxes] == [4_645, 4_645]  # 4,645.17


def test_a_short_period_of_an_inclusive_price_is_a_share_of_the_whole_price() -> None:
    totals = summed(118_000, period=PART, tax_behavior="inclusive")
    # 118,000 less 15 days, 57,096.77: 60,903; / 1.18 = 51,612.71; 9 % = 4,645.17
    assert totals.total == 60_903
    assert (totals.subtotal, totals.tax, totals.round_off) == (51_613, 9_290, 0)


def test_rupees_are_rounded_once_on_the_whole() -> None:
    totals = summed(99_958, 4_242, rounding=RoundOff.RUPEE)
    # 99,958 + 2 × 8,996 = 117,950; 4,242 + 2 × 382 = 5,006; 122,956 and 44 make 1,230 rupees
    assert (totals.round_off, totals.total) == (44, 123_000)


def test_a_flat_price_is_billed_once_whatever_the_quantity() -> None:
    flat = summed_items(item(99_999, quantity=5))
    assert (flat.charge.quantity, flat.amount) == (1, 99_999)
    seats = summed_items(item(99_999, quantity=5, model=PriceModel.PER_UNIT))
    assert (seats.charge.quantity, seats.amount) == (5, 499_995)


def test_a_code_without_a_rate_is_refused() -> None:
    with pytest.raises(UnknownTaxCode):
        summed(100, tax_code="000000")


@pytest.mark.parametrize(
    ("model", "amount", "quantity", "price"),
    [
        (PriceModel.FLAT, 999, 7, 999),
        (PriceModel.FLAT, 999, 0, 999),
        (PriceModel.PER_UNIT, 999, 7, 6_993),
        (PriceModel.PER_UNIT, 999, 0, 0),
        (PriceModel.PER_UNIT, 10_000, 10**9, 10**13),
    ],
)
def test_prices(model: PriceModel, amount: int, quantity: int, price: int) -> None:
    assert price_of(model, amount, quantity) == price


def test_a_price_past_the_bound_is_refused_with_its_field() -> None:
    with pytest.raises(AmountTooLarge) as refused:
        price_of(PriceModel.PER_UNIT, 10_001, 10**9)
    assert refused.value.param == "quantity"


def test_the_due_date_crosses_a_leap_day() -> None:
    assert due_on(date(2024, 2, 15), 15) == date(2024, 3, 1)
    assert due_on(date(2024, 2, 15), 0) == date(2024, 2, 15)
