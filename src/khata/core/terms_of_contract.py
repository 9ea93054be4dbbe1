"""The terms of a contract: how long it runs, and which days of the calendar its periods follow."""

from dataclasses import replace
from datetime import date
from enum import StrEnum

from khata.core.endings import CONTRACT_ENDED
from khata.core.periods import Interval, Unit, period_containing
from khata.core.refusal import Refusal
from khata.core.subscription import Subscription


class Alignment(StrEnum):
    """Which edges of the calendar periods begin on."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    FINANCIAL_YEAR = "financial_year"  # 1 April in India, elsewhere 1 January


class AlignmentNotPossible(Refusal):
    """Periods of this interval cannot follow the calendar in the way asked for."""


class ContractOutsidePeriod(Refusal):
    """A contract ends after its first day that is paid for, and is told in one way only."""


_MONTHS = {
    Alignment.MONTH: 1,
    Alignment.QUARTER: 3,
    Alignment.YEAR: 12,
    Alignment.FINANCIAL_YEAR: 12,
}


def aligned_anchor(alignment: Alignment, interval: Interval, first: date, country: str) -> date:
    """Return the anchor by which periods begin on the calendar's edges, at or before `first`.

    The first period, from `first` to the next edge, is short. Raises: AlignmentNotPossible.
    """
    if interval.unit not in (Unit.MONTH, Unit.YEAR):
        raise AlignmentNotPossible(
            f"A period of a {interval} does not fit into a calendar month", param="align"
        )
    months = interval.count * (12 if interval.unit is Unit.YEAR else 1)
    step = _MONTHS[alignment]
    if months % step and step % months:
        raise AlignmentNotPossible(
            f"Periods of {months} months do not tile a {alignment}", param="align"
        )
    if alignment is Alignment.MONTH:
        return first.replace(day=1)
    if alignment is Alignment.QUARTER:
        return date(first.year, (first.month - 1) // 3 * 3 + 1, 1)
    month = 4 if alignment is Alignment.FINANCIAL_YEAR and country == "IN" else 1
    return date(first.year if first.month >= month else first.year - 1, month, 1)


def contracted(
    subscription: Subscription, first: date, *, cycles: int | None, ends_on: date | None
) -> Subscription:
    """Return the subscription with the day on which its contract ends, if it has one.

    `first` is the first day that is paid for; `ends_on` the first day after the contract.
    Raises: ContractOutsidePeriod.
    """
    if cycles is not None and ends_on is not None:
        raise ContractOutsidePeriod("Give cycles or ends_on, not both", param="ends_on")
    if ends_on is not None and ends_on <= first:
        raise ContractOutsidePeriod(
            f"A contract that is paid for from {first} ends later than {ends_on}", param="ends_on"
        )
    if cycles is not None:
        ends_on = end_of_cycles(subscription, first, cycles)
    if ends_on is None:
        return subscription
    return replace(
        subscription,
        contract_end=ends_on,
        cycles=cycles,
        cancel_on=ends_on,
        cancel_reason=CONTRACT_ENDED,
    )


def end_of_cycles(subscription: Subscription, first: date, cycles: int) -> date:
    """Return the day on which so many billing periods from `first` on have ended.

    A first period that the anchor cuts short counts as one.
    """
    day = first
    for _ in range(cycles):
        day = period_containing(
            day, anchor=subscription.billing_anchor, interval=subscription.interval
        ).end
    return day
