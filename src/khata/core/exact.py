"""Exact decimals: sums and products that lose no digit, until money is rounded once."""

from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow

from khata.core.money import half_up

# 10**15 units with 12 decimals, times 10**13 with 12 decimals, is well inside; what were not
# would be a fault, and no silent rounding.
EXACT = Context(prec=100, traps=[DivisionByZero, Inexact, InvalidOperation, Overflow])


def rounded(amount: Decimal) -> int:
    """Return a whole number of minor units. Rounds: half up."""
    return half_up(*amount.as_integer_ratio())
