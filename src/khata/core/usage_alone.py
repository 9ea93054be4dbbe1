"""Usage that is corrected alone: what is known late, where no renewal comes in time to bill it.

So it is after the end of a subscription, and in periods that are longer than what comes late.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

from khata.core.charge import Charge
from khata.core.due import Due, Renewal
from khata.core.invoice import Invoice
from khata.core.issuing import Issuing, booked, draw_up, told
from khata.core.pausing import with_notes
from khata.core.paying import for_whom
from khata.core.period_bill import usage_notes
from khata.core.periods import day_of
from khata.core.policies import Policies
from khata.core.subscription import COUNTED, Status
from khata.core.usage_billing import bill_usage
from khata.core.usage_periods import Cut, settles_at


def corrected_alone(
    due: Due, *, at: datetime, today: date, policies: Policies, ids: Iterator[UUID]
) -> Renewal | None:
    """Return the invoice and the credit notes of what is known by now of usage that was billed.

    Coupons of a percentage lower the invoice; those of an amount are taken with the bill of a
    period. None: a stretch may still become another, a pause is to end first, or there is nothing
    to store. Raises: AddressRequired in live mode, and what pricing and tax refuse.
    """
    subscription = due.subscription
    ended = [one for one in due.usage if one.row.ends is not None]
    may_be_billed = subscription.status in (*COUNTED, Status.CANCELED)
    if not may_be_billed or not any(settles_at(one.row) <= at for one in ended):
        return None
    cut = Cut(at, day_of(at, subscription.timezone))
    bill = bill_usage(ended, subscription, cut, billed=due.billed, at=at, ids=ids)
    if not bill.periods:
        return None
    invoice = _invoice(due, for_whom(bill.charges, due.terms), today, policies, ids)
    entry = None if invoice is None else booked(invoice, next(ids))
    renewal = Renewal(
        subscription,
        subscription,
        None,
        invoice,
        () if entry is None else (entry,),
        () if invoice is None else tuple(told(invoice)),
        discounts=due.discounts,
        usage=bill.periods,
    )
    return with_notes(renewal, usage_notes(due, bill, today=today, ids=ids), ids)


def _invoice(
    due: Due, charges: Sequence[Charge], today: date, policies: Policies, ids: Iterator[UUID]
) -> Invoice | None:
    if not charges:
        return None
    by_share = tuple(one for one in due.discounts if one.coupon.percent is not None)
    return draw_up(
        charges, None, Issuing(due.subscription, due.terms, today, policies, by_share), ids
    )
