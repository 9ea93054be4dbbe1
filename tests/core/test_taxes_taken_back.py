"""What each tax of a line is on, of the part that a credit note takes back.

Texas taxes 80 % of what data processing costs (Tax Code s.151.351): of 100.00 the state's 6.25 % is
5.00 and a city's 2 % is 1.60.
"""

from datetime import date
from uuid import UUID

import pytest

from khata.core.credit_note import BilledLine, BilledTax, credit_line
from khata.core.periods import Period

ID = UUID(int=1)
MAY = Period(date(2026, 5, 1), date(2026, 6, 1))

Row = tuple[str, str, int, int]  # name, percent, what it was on, amount
Told = list[tuple[str, int, int]]  # name, what it is on now, what is taken back

IN_PART: list[Row] = [("TX State", "6.25", 80_00, 5_00), ("TX City", "2", 80_00, 1_60)]
NEXT_TO_WHOLE: list[Row] = [("State", "6", 100_00, 6_00), ("City", "2", 50_00, 1_00)]
COMPOUND: list[Row] = [("IGST", "18", 100_00, 18_00), ("VAT", "19", 118_00, 22_42)]


def line(rows: list[Row], credited: int = 0, of_taxes: tuple[int, ...] = (0, 0)) -> BilledLine:
    taxes = tuple(BilledTax(*row, taken) for row, taken in zip(rows, of_taxes, strict=True))
    return BilledLine(
        *(ID, 1, "fee", None, "Pro", "998314", MAY, MAY, 100_00, credited, taxes),
        used_until=date(2026, 6, 1),
    )


@pytest.mark.parametrize(
    ("rows", "net", "told"),
    [
        (IN_PART, 50_00, [("TX State", 40_00, 2_50), ("TX City", 40_00, 80)]),
        (IN_PART, 100_00, [("TX State", 80_00, 5_00), ("TX City", 80_00, 1_60)]),
        # 0.80 of 0.99 is 0.792; 6.25 % of 0.79 is 0.049, 2 % is 0.016
        (IN_PART, 99, [("TX State", 79, 5), ("TX City", 79, 2)]),
        (NEXT_TO_WHOLE, 50_00, [("State", 50_00, 3_00), ("City", 25_00, 50)]),
        # 18 % of 50.00 is 9.00; 19 % of 59.00 is 11.21
        (COMPOUND, 50_00, [("IGST", 50_00, 9_00), ("VAT", 59_00, 11_21)]),
    ],
)
def test_each_tax_is_on_what_it_was_on(rows: list[Row], net: int, told: Told) -> None:
    taken = credit_line(line(rows), net, id=ID)
    assert [(row.name, row.taxable, row.amount) for row in taken.taxes] == told


def test_the_last_of_a_line_takes_the_last_of_its_taxes() -> None:
    left = line(IN_PART, credited=50_00, of_taxes=(2_50, 80))
    taken = credit_line(left, 50_00, id=ID)
    assert [row.amount for row in taken.taxes] == [2_50, 80]
