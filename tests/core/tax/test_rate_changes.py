"""A change of rate: the side on which two of supply, invoice and payment fall. CGST Act s.14."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khata.core.tax.rate_changes import decide_rate, is_steady, payment_day, rate_on
from khata.core.tax.rate_table import Rate, rate_of

OWN_ROW = Rate("9983", Fraction(12), date(2025, 6, 1), date(2026, 2, 28), "", "the tenant's own")
CHANGE = date(2025, 9, 22)  # salons and gyms (99972): 18 to 5, 15/2025-CTR
B1, B2, B3 = date(2025, 9, 1), date(2025, 9, 10), date(2025, 9, 21)  # before
A1, A2, A3 = date(2025, 9, 22), date(2025, 10, 1), date(2025, 10, 20)  # after

CASES = [
    # supply, invoice, payment, time of supply, rate, section
    (B1, A2, A3, A2, 5, "s.14(a)(i): invoice is the earlier"),
    (B1, A3, A2, A2, 5, "s.14(a)(i): payment is the earlier"),
    (B1, B2, A2, B2, 18, "s.14(a)(ii)"),
    (B1, A2, B2, B2, 18, "s.14(a)(iii)"),
    (A1, B2, A2, A2, 5, "s.14(b)(i)"),
    (A2, B1, B2, B1, 18, "s.14(b)(ii): invoice is the earlier"),
    (A2, B3, B2, B2, 18, "s.14(b)(ii): payment is the earlier"),
    (A1, A2, B3, A2, 5, "s.14(b)(iii)"),
    (B1, B2, B3, B2, 18, "s.13(2): all before"),
    (A1, A2, A3, A2, 5, "s.13(2): all after"),
    (B1, B2, None, B2, 18, "s.14(a)(ii): to be paid"),
    (B1, A2, None, A2, 5, "s.14(a)(i): to be paid"),
    (A1, A2, None, A2, 5, "s.13(2): to be paid"),
    (A3, B2, None, A3, 5, "s.14(b)(i): to be paid"),
    (B3, A1, A1, A1, 5, "s.14(a)(i): on the day of the change"),
]


@pytest.mark.parametrize(("supply", "invoiced", "paid", "on", "percent", "section"), CASES)
def test_two_of_three(
    supply: date, invoiced: date, paid: date | None, on: date, percent: int, section: str
) -> None:
    found = rate_on(supply_on=supply, invoiced_on=invoiced, paid_on=paid, changed_on=CHANGE)
    assert found == on, section
    assert rate_of("999721", on=found) == percent


days = st.dates(date(2025, 8, 1), date(2025, 11, 30))


@given(supply=days, invoiced=days, paid=days)
def test_the_side_is_that_of_two(supply: date, invoiced: date, paid: date) -> None:
    found = rate_on(supply_on=supply, invoiced_on=invoiced, paid_on=paid, changed_on=CHANGE)
    after = [day >= CHANGE for day in (supply, invoiced, paid)]
    assert (found >= CHANGE) is (sum(after) >= 2)
    assert found in (invoiced, paid)


@given(supply=days, invoiced=days)
def test_what_is_supplied_and_not_paid_is_at_the_rate_of_its_invoice(
    supply: date, invoiced: date
) -> None:
    """So what is billed when or after it is supplied can be taxed by its own day."""
    if supply <= invoiced:
        found = rate_on(supply_on=supply, invoiced_on=invoiced, paid_on=None, changed_on=CHANGE)
        assert found == invoiced


@pytest.mark.parametrize(
    ("booked", "credited", "counts", "rule"),
    [
        (date(2025, 9, 19), date(2025, 9, 20), date(2025, 9, 19), "the books were the earlier"),
        (date(2025, 9, 20), date(2025, 9, 19), date(2025, 9, 19), "the bank was the earlier"),
        # Four working days after Monday the 22nd: Friday the 26th.
        (date(2025, 9, 20), date(2025, 9, 26), date(2025, 9, 20), "within four working days"),
        (date(2025, 9, 20), date(2025, 9, 27), date(2025, 9, 27), "after them: the bank alone"),
    ],
)
def test_when_a_payment_counts(booked: date, credited: date, counts: date, rule: str) -> None:
    assert payment_day(booked, credited, changed_on=CHANGE) == counts, rule


def test_a_holiday_is_no_working_day() -> None:
    credited = date(2025, 9, 29)
    booked = credited - timedelta(days=9)
    holidays = frozenset({date(2025, 9, 24)})
    found = payment_day(booked, credited, changed_on=CHANGE, holidays=holidays)
    assert found == booked


@given(supply=days, invoiced=days, paid=days)
def test_a_decision_bears_the_rate_of_the_two_and_names_the_clause(
    supply: date, invoiced: date, paid: date
) -> None:
    """s.14(a) is of a supply before the change, (b) of one after; (i) to (iii) of the other two."""
    found = decide_rate("999721", supplied_on=supply, invoiced_on=invoiced, paid_on=paid)
    after = [day >= CHANGE for day in (supply, invoiced, paid)]
    assert (found is None) is (sum(after) in (0, 3))
    if found is None:
        return
    assert rate_of("999721", on=found.on) == (5 if sum(after) >= 2 else 18)
    assert found.changed_on == CHANGE
    assert found.law.startswith(f"CGST Act s.14({'b' if after[0] else 'a'})")
    both = ["Supply", "Invoice", "Payment"]
    two = [one.lower() for one, side in zip(both, after, strict=True) if side is (sum(after) == 2)]
    first, second = two
    assert found.reason.lower().startswith(f"{first} and {second} are")


@pytest.mark.parametrize("code", ["998314", "998363", "12345678"])
def test_what_has_one_rate_or_none_is_not_decided(code: str) -> None:
    assert decide_rate(code, supplied_on=A1, invoiced_on=B1, paid_on=B1) is None


@given(
    code=st.sampled_from(["999721", "999723", "998314", "9983", "996311", "996331", "490110"]),
    days=st.lists(st.dates(date(2024, 1, 1), date(2027, 12, 31)), min_size=3, max_size=3),
    rows=st.sampled_from([(), (OWN_ROW,)]),
)
@settings(max_examples=200, deadline=None)
def test_where_rates_are_steady_nothing_is_decided(
    code: str, days: list[date], rows: tuple[Rate, ...]
) -> None:
    """The glance of a billing run: it never passes over a change that section 14 speaks of."""
    supplied, invoiced, paid = days
    decided = decide_rate(code, supplied_on=supplied, invoiced_on=invoiced, paid_on=paid, own=rows)
    if is_steady(code, first=min(days), last=max(days), own=rows):
        assert decided is None
    if decided is not None:
        assert min(days) < decided.changed_on <= max(days)


def test_a_code_that_never_changed_is_steady_and_one_that_did_is_not() -> None:
    first, last = date(2025, 1, 1), date(2026, 1, 1)
    assert is_steady("998314", first=first, last=last)
    assert not is_steady("999721", first=first, last=last)
    assert not is_steady("998314", first=first, last=last, own=(OWN_ROW,))
