"""A credit of a sum with tax: taken apart into net and taxes, line by line."""

from collections.abc import Iterator
from uuid import UUID

from khata.core.credit_note import (
    BilledInvoice,
    BilledLine,
    CreditLine,
    credit_line,
    rounded_together,
)
from khata.core.money import allocate


def gross_credit(
    invoice: BilledInvoice, amount: int, ids: Iterator[UUID]
) -> tuple[list[CreditLine], int]:
    """Return the lines that take back `amount` minor units, tax included, and what is left over.

    The sum is spread over the lines by what is left of each with its taxes. Of each part the
    greatest net is taken whose taxes, half up, still fit: 500.00 at 9 % and 9 % are 423.72 and
    twice 38.13 with 0.02 left over, as 423.73 would come to 500.01. What is left over is the
    note's rounding; it is less than the number of taxes of all lines and one for each line.
    `amount` is at most what is left of the invoice. Source: CGST Act s.34(1); arithmetic.
    """
    whole = [line for line in invoice.lines if line.left > 0]
    parts = allocate(amount, [_gross_left(line) for line in whole])
    lines = [
        credit_line(line, _net_within(line, part), id=next(ids))
        for line, part in zip(whole, parts, strict=True)
        if part > 0
    ]
    taken = rounded_together([line for line in lines if line.amount > 0])
    return taken, amount - sum(_gross(line) for line in taken)


def _gross_left(line: BilledLine) -> int:
    return line.left + sum(tax.left for tax in line.taxes)


def _gross(line: CreditLine) -> int:
    return line.amount + sum(row.amount for row in line.taxes)


def _net_within(line: BilledLine, gross: int) -> int:
    """Return the greatest net whose gross is no more than `gross`: found by halving."""
    low, high = 0, line.left
    while low < high:
        middle = (low + high + 1) // 2
        if _gross(credit_line(line, middle, id=UUID(int=0))) <= gross:
            low = middle
        else:
            high = middle - 1
    return low
