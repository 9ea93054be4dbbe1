"""A rate that changes: which side of the change a supply falls on, by two of three events."""

from datetime import date, timedelta

WORKING_DAYS_TO_THE_BANK = 4  # source: CGST Act s.14, proviso


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
