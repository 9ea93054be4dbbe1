"""A threshold of usage: when what was used comes to so much, it is billed early."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from khata.core.due import Due, Renewal
from khata.core.issuing import Issuing, booked, draw_up, told
from khata.core.paying import for_whom
from khata.core.periods import day_of
from khata.core.policies import Policies
from khata.core.subscription import COUNTED
from khata.core.usage_billing import bill_early
from khata.core.usage_periods import Cut


def billed_early(
    due: Due, *, at: datetime, today: date, policies: Policies, ids: Iterator[UUID]
) -> Renewal | None:
    """Return the invoice of all usage that is not billed yet, if it comes to the threshold.

    The threshold is of prices, before discounts and tax. The period goes on, and its end bills
    what all of its usage costs, less this. Coupons of a percentage lower it; those of an amount
    wait for the end of the period, so that they are taken once. None: nothing is billed early.
    Raises: AddressRequired in live mode, and what pricing and tax refuse.
    """
    subscription = due.subscription
    threshold = subscription.usage_threshold
    if threshold is None or subscription.status not in COUNTED or not due.usage:
        return None
    cut = Cut(at, day_of(at, subscription.timezone) + timedelta(days=1))
    bill = bill_early(due.usage, subscription, cut)
    if sum(charge.amount for charge in bill.charges) < threshold:
        return None
    by_share = tuple(one for one in due.discounts if one.coupon.percent is not None)
    under = Issuing(subscription, due.terms, today, policies, by_share)
    invoice = draw_up(for_whom(bill.charges, due.terms), None, under, ids)
    entry = booked(invoice, next(ids))
    return Renewal(
        subscription,
        replace(subscription, metered=True),
        None,
        invoice,
        () if entry is None else (entry,),
        tuple(told(invoice)),
        discounts=due.discounts,
        usage=bill.periods,
    )
