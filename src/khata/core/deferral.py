"""Deferred revenue by month: what it was, what came, what was earned, and what is still to be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from khata.core.ledger.recognition import Unearned, earned_until
from khata.core.refusal import Refusal


class MonthsReversed(Refusal):
    """The first month that is asked for comes after the last, or they are too far apart."""


LONGEST = 60  # months


@dataclass(frozen=True, slots=True)
class DeferredMonth:
    """One month and currency: opening + billed − recognized − credited + other = closing.

    `other` is what write-offs, and invoices that were cancelled, took out or brought back.
    """

    month: date  # its first day
    currency: str
    opening: int
    billed: int
    recognized: int
    credited: int
    other: int

    @property
    def closing(self) -> int:
        return self.opening + self.billed - self.recognized - self.credited + self.other


def months_between(first: date, last: date, *, param: str) -> list[date]:
    """Return the first day of each month from one to another, both included.

    Raises: MonthsReversed.
    """
    months = []
    month = first.replace(day=1)
    while month <= last:
        months.append(month)
        month = next_month(month)
        if len(months) > LONGEST:
            raise MonthsReversed(f"At most {LONGEST} months can be asked for", param=param)
    if not months:
        raise MonthsReversed("The first month comes after the last", param=param)
    return months


def next_month(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def roll_forward(
    months: Sequence[date], currency: str, opening: int, moved: Iterable[tuple[date, str, int]]
) -> list[DeferredMonth]:
    """Return the months of a currency; `moved` is (month, kind of entry, what it added)."""
    sums: dict[tuple[date, str], int] = {}
    for month, kind, amount in moved:
        key = (month, _COLUMN.get(kind, "other"))
        sums[key] = sums.get(key, 0) + amount
    rows = []
    for month in months:
        row = DeferredMonth(
            month,
            currency,
            opening,
            billed=sums.get((month, "billed"), 0),
            recognized=-sums.get((month, "recognized"), 0),
            credited=-sums.get((month, "credited"), 0),
            other=sums.get((month, "other"), 0),
        )
        rows.append(row)
        opening = row.closing
    return rows


_COLUMN = {
    "invoice_issued": "billed",
    "debit_note_issued": "billed",
    "credit_note_issued": "credited",
    "credit_note_voided": "credited",
    "revenue_recognized": "recognized",
    "recognition_reversed": "recognized",
}


def still_to_earn(lines: Iterable[Unearned]) -> dict[tuple[date, str], int]:
    """Return what each month to come will earn of these lines, by (month, currency).

    Rounds: as closing the months will, so that the months add up to what is unearned.
    """
    sums: dict[tuple[date, str], int] = {}
    for line in lines:
        rest, month = line, line.until.replace(day=1)
        while rest.until < line.period.end:
            month = next_month(month)
            part = earned_until(month, rest)
            key = (month - timedelta(days=1)).replace(day=1), line.currency
            sums[key] = sums.get(key, 0) + part.amount
            rest = Unearned(
                line.invoice_id,
                line.position,
                line.currency,
                line.amount,
                line.period,
                part.until,
                line.credit_line_id,
            )
    return sums
