"""The end of a month: what an accountant looks at before calling it closed, and what is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from khata.core.money import decimal_text


class Standing(StrEnum):
    """How one thing stands."""

    DONE = "done"
    OPEN = "open"  # something is left to do
    WRONG = "wrong"  # the books do not agree with what they are about


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """What is known of a month, by currency in minor units where it is money.

    `receivable` is the books', `owed` what the open invoices come to."""

    last_day: date
    closed: bool
    debits: Mapping[str, int]
    credits: Mapping[str, int]
    receivable: Mapping[str, int]
    owed: Mapping[str, int]
    suspense: Mapping[str, int]
    in_transit: Mapping[str, int]
    unknown_attempts: int
    parked: int
    unmatched_bank_lines: int
    certificates_late: int


@dataclass(frozen=True, slots=True)
class Check:
    code: str
    standing: Standing
    words: str


def last_day_of(month: date) -> date:
    """Return the last day of the month that a day lies in."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def checks_of(facts: MonthFacts) -> list[Check]:
    """Return each check of the month with how it stands, in the order one does them."""
    return [
        _agree("books_balance", "debits", facts.debits, "credits", facts.credits),
        _agree("receivable_is_owed", "receivable", facts.receivable, "open invoices", facts.owed),
        _nothing(
            "revenue_recognized",
            not facts.closed,
            "What the month earned is booked",
            f"What the month earned is booked once it is over, after {facts.last_day}",
        ),
        _counted(
            "payments_known",
            facts.unknown_attempts,
            "try to collect waits for its outcome",
            "tries to collect wait for their outcome",
        ),
        _counted(
            "nothing_parked", facts.parked, "piece of work is parked", "pieces of work are parked"
        ),
        _zero("suspense_empty", facts.suspense, "settlement_suspense"),
        _zero("transit_empty", facts.in_transit, "cash_in_transit"),
        _counted(
            "bank_matched",
            facts.unmatched_bank_lines,
            "line of the bank's statement is matched with nothing",
            "lines of the bank's statement are matched with nothing",
        ),
        _counted(
            "certificates_here",
            facts.certificates_late,
            "TDS certificate is overdue",
            "TDS certificates are overdue",
        ),
    ]


def is_clean(checks: Sequence[Check]) -> bool:
    return all(check.standing is Standing.DONE for check in checks)


def _agree(
    code: str, one: str, ours: Mapping[str, int], other: str, theirs: Mapping[str, int]
) -> Check:
    apart = [
        f"{currency} {decimal_text(ours.get(currency, 0), currency)} and "
        f"{decimal_text(theirs.get(currency, 0), currency)}"
        for currency in sorted({*ours, *theirs})
        if ours.get(currency, 0) != theirs.get(currency, 0)
    ]
    if apart:
        return Check(code, Standing.WRONG, f"{one} and {other} differ: {'; '.join(apart)}")
    return Check(code, Standing.DONE, f"{one} and {other} agree".capitalize())


def _zero(code: str, balances: Mapping[str, int], account: str) -> Check:
    left = [
        f"{currency} {decimal_text(amount, currency)}"
        for currency, amount in sorted(balances.items())
        if amount
    ]
    if left:
        return Check(code, Standing.OPEN, f"{_plain(account)} holds {', '.join(left)}")
    return Check(code, Standing.DONE, f"{_plain(account)} is empty")


def _counted(code: str, count: int, one: str, many: str) -> Check:
    """`one` and `many` are sentences without their number."""
    if count == 0:
        return Check(code, Standing.DONE, f"No {one}")
    return Check(code, Standing.OPEN, f"1 {one}" if count == 1 else f"{count} {many}")


def _nothing(code: str, left: bool, done: str, still: str) -> Check:
    return Check(code, Standing.OPEN if left else Standing.DONE, still if left else done)


def _plain(account: str) -> str:
    return account.replace("_", " ").capitalize()
