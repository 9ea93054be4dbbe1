"""A sum with tax is taken apart exactly: net, taxes, and what no line can be taken apart into."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.credit_note import BilledInvoice, BilledLine, BilledTax
from khata.core.gross_credit import gross_credit
from khata.core.periods import Period

ID = UUID(int=1)
MAY = Period(date(2026, 5, 1), date(2026, 6, 1))


def line(position: int, net: int, *taxes: tuple[str, str, int]) -> BilledLine:
    rows = tuple(BilledTax(name, rate, net, amount, 0) for name, rate, amount in taxes)
    return BilledLine(
        ID, position, "fee", None, "Pro", "998314", MAY, MAY, net, 0, rows, date(2026, 6, 1)
    )


def invoice(*lines: BilledLine) -> BilledInvoice:
    total = sum(one.left + sum(tax.left for tax in one.taxes) for one in lines)
    return BilledInvoice(ID, "A-1", ID, ID, ID, "INR", total, 0, 0, 0, ID, ID, lines)


PRO = line(1, 100_000, ("CGST", "9", 9_000), ("SGST", "9", 9_000))


@pytest.mark.parametrize(
    ("amount", "net", "tax", "left_over"),
    [
        (118_000, 100_000, 18_000, 0),
        (118, 100, 18, 0),
        (50_000, 42_372, 7_626, 2),  # 423.73 would come to 500.01
        (1, 1, 0, 0),  # 9 % of a paisa is none
    ],
)
def test_by_hand(amount: int, net: int, tax: int, left_over: int) -> None:
    lines, rounding = gross_credit(invoice(PRO), amount, iter([ID] * 9))
    assert sum(one.amount for one in lines) == net
    assert sum(row.amount for one in lines for row in one.taxes) == tax
    assert rounding == left_over


def test_it_is_spread_over_the_lines() -> None:
    """Two thirds and one third of 300.00: of 1,180.00 at 18 %, and of 590.00 without tax."""
    plain = line(2, 59_000)
    lines, rounding = gross_credit(invoice(PRO, plain), 30_000, iter([ID] * 9))
    # 200.00 = 169.49 + 15.25 + 15.25 + 0.01, and 100.00
    assert [(one.line.position, one.amount) for one in lines] == [(1, 16_949), (2, 10_000)]
    assert rounding == 1


@given(
    amount=st.integers(1, 177_000),
    net=st.integers(1, 50_000),
)
def test_the_parts_are_the_sum(amount: int, net: int) -> None:
    igst = (net * 18 * 2 + 100) // 200
    billed = invoice(PRO, line(2, net, ("IGST", "18", igst)))
    wanted = min(amount, billed.total)
    lines, rounding = gross_credit(billed, wanted, iter([ID] * 9))
    gross = sum(one.amount + sum(row.amount for row in one.taxes) for one in lines)
    assert gross + rounding == wanted
    assert 0 <= rounding <= 5
    assert all(0 < one.amount <= one.line.left for one in lines)
    for one in lines:
        if len(one.taxes) == 2:
            assert one.taxes[0].amount == one.taxes[1].amount  # CGST and SGST are alike
