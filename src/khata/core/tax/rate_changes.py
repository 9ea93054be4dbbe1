"""A rate that changes: which side of the change a supply falls on, by two of three events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

from khata.core.tax.rate_table import OwnRates, Rate, UnknownTaxCode, rate_row, rate_table

WORKING_DAYS_TO_THE_BANK = 4  # source: CGST Act s.14, proviso

# By whether supply, invoice and payment were before the change: the clause, and the two events.
_RULES: Final[Mapping[tuple[bool, bool, bool], tuple[str, str]]] = {
    (True, False, False): ("s.14(a)(i)", "Invoice and payment are after"),
    (True, True, False): ("s.14(a)(ii)", "Supply and invoice are before"),
    (True, False, True): ("s.14(a)(iii)", "Supply and payment are before"),
    (False, True, False): ("s.14(b)(i)", "Supply and payment are after"),
    (False, True, True): ("s.14(b)(ii)", "Invoice and payment are before"),
    (False, False, True): ("s.14(b)(iii)", "Supply and invoice are after"),
}


@dataclass(frozen=True, slots=True)
class RateDecision:
    """Why a line bears the rate of another day than its invoice's, or might have.

    `on` is the day whose rate it bears. `is_paid` says whether the money had come, as an advance;
    else `paid_on` is the day on which it is asked for.
    """

    on: date
    law: str
    reason: str
    changed_on: date
    supplied_on: date
    invoiced_on: date
    paid_on: date
    is_paid: bool

    def stored(self) -> dict[str, Any]:
        """Return it as an invoice's line keeps it."""
        return {
            "on": self.on.isoformat(),
            "law": self.law,
            "reason": self.reason,
            "changed_on": self.changed_on.isoformat(),
            "supplied_on": self.supplied_on.isoformat(),
            "invoiced_on": self.invoiced_on.isoformat(),
            "paid_on": self.paid_on.isoformat(),
            "is_paid": self.is_paid,
        }


@lru_cache(maxsize=4096)
def decide_rate(
    tax_code: str,
    *,
    supplied_on: date,
    invoiced_on: date,
    paid_on: date,
    is_paid: bool = False,
    own: OwnRates = (),
) -> RateDecision | None:
    """Return which day's rate a code bears whose rate changes between the three events, and why.

    None where no rate on file changes between them, or one of the days has none: then the invoice's
    own day decides. Source: CGST Act s.14.
    """
    first = min(supplied_on, invoiced_on, paid_on)
    last = max(supplied_on, invoiced_on, paid_on)
    try:
        before = rate_row(tax_code, on=first, own=own)
        after = rate_row(tax_code, on=last, own=own)
    except UnknownTaxCode:
        return None
    same = (before.percent, before.cess, before.nature) == (
        after.percent,
        after.cess,
        after.nature,
    )
    if same or after.valid_from <= first:
        return None
    changed_on = after.valid_from
    clause, events = _RULES[
        supplied_on < changed_on, invoiced_on < changed_on, paid_on < changed_on
    ]
    on = rate_on(
        supply_on=supplied_on, invoiced_on=invoiced_on, paid_on=paid_on, changed_on=changed_on
    )
    received = "received" if is_paid else "asked for"
    return RateDecision(
        on,
        f"CGST Act {clause}",
        f"{events} the change of rate on {changed_on}: supplied by {supplied_on}, invoiced on "
        f"{invoiced_on}, the money {received} on {paid_on}",
        changed_on,
        supplied_on,
        invoiced_on,
        paid_on,
        is_paid,
    )


@lru_cache(maxsize=4096)
def is_steady(tax_code: str, *, first: date, last: date, own: OwnRates = ()) -> bool:
    """Say whether no row that could decide a code begins or ends between two days, both included.

    True: the code has one rate on all of them, or none. False says nothing.
    """
    rows = [row for found in rate_table().values() for row in found]
    return not any(
        _concerns(row, tax_code)
        and (
            first < row.valid_from <= last
            or (row.valid_to is not None and first <= row.valid_to < last)
        )
        for row in (*rows, *own)
    )


def _concerns(row: Rate, tax_code: str) -> bool:
    return tax_code.startswith(row.prefix) or row.prefix.startswith(tax_code)


def rate_on(*, supply_on: date, invoiced_on: date, paid_on: date | None, changed_on: date) -> date:
    """Return the day whose rate a supply bears, where the rate changes on `changed_on`.

    That is its time of supply: of supply, invoice and payment the side of the change decides on
    which two of them fall. What is not paid yet will be paid after all of these.
    Source: CGST Act s.14(a), (b); on one side of the change altogether, s.13(2).
    """
    paid = max(invoiced_on, supply_on, changed_on) if paid_on is None else paid_on
    invoiced_before, paid_before = invoiced_on < changed_on, paid < changed_on
    if invoiced_before == paid_before:  # s.14(a)(i), (b)(ii): whichever is earlier
        return min(invoiced_on, paid)
    if supply_on < changed_on:  # s.14(a)(ii), (iii): the one of the two that was before
        return invoiced_on if invoiced_before else paid
    return paid if invoiced_before else invoiced_on  # s.14(b)(i), (iii): the one after


def payment_day(
    booked_on: date,
    credited_on: date,
    *,
    changed_on: date,
    holidays: frozenset[date] = frozenset(),
) -> date:
    """Return when a payment counts as received: in the books or at the bank, the earlier.

    Only the bank counts where it is credited more than four working days after the change.
    Source: CGST Act s.14, proviso and explanation.
    """
    latest, left = changed_on, WORKING_DAYS_TO_THE_BANK
    while left:
        latest += timedelta(days=1)
        if latest.weekday() < 5 and latest not in holidays:
            left -= 1
    return credited_on if credited_on > latest else min(booked_on, credited_on)
