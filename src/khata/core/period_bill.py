"""A period's bill: what a renewal charges when it opens one, and what it takes back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.core.charge import fees
from khata.core.commitments import beside_fees
from khata.core.credit_note import CreditNote, Settle
from khata.core.crediting import notes_of
from khata.core.due import Due
from khata.core.invoice import Invoice
from khata.core.issuing import Issuing, draw_up
from khata.core.paying import for_whom, waited
from khata.core.periods import Period, period_containing, start_of_day
from khata.core.policies import Policies
from khata.core.usage_billing import UsageBill, bill_usage
from khata.core.usage_periods import Cut, UsagePeriod, counts_from, opened


@dataclass(frozen=True, slots=True)
class PeriodBill:
    """The period that is opened, its invoice where there is something to charge, and the notes of
    usage that was corrected; `usage` are the stretches that end and begin."""

    period: Period
    invoice: Invoice | None
    notes: tuple[CreditNote, ...]
    usage: tuple[UsagePeriod, ...]


def bill_period(
    due: Due, start: date, *, at: datetime, today: date, policies: Policies, ids: Iterator[UUID]
) -> PeriodBill:
    """Return the bill of the period that begins on `start`, unstored: also the preview.

    Fees are of the period that begins, usage is of the one that is over. A period that begins
    inside the anchor's own is short, and costs its days' share. `at` is the instant of the
    decision. Raises: AddressRequired in live mode, and what pricing and tax refuse.
    """
    subscription = due.subscription
    full = period_containing(
        start, anchor=subscription.billing_anchor, interval=subscription.interval
    )
    period = Period(start, subscription.until_contract_end(full.end))
    edge = subscription.next_billing_at or start_of_day(start, subscription.timezone)
    bill = UsageBill()
    if due.usage:
        bill = bill_usage(
            due.usage, subscription, Cut(edge, start), billed=due.billed, at=at, ids=ids
        )
    charges = [*fees(due.items, period=period, full=full), *bill.charges]
    if any(item.terms for item in due.items):
        charges += beside_fees(subscription, due.items, start, due.gave)
    charges = [*for_whom(charges, due.terms), *waited(due.waiting, due.terms)]
    invoice = None
    if charges:
        under = Issuing(subscription, due.terms, today, policies, due.discounts)
        invoice = draw_up(charges, period, under, ids)
    begin = opened(
        due.items,
        subscription,
        begins=counts_from(subscription, start, edge),
        starts_on=start,
        at=at,
        ids=ids,
    )
    return PeriodBill(
        period, invoice, usage_notes(due, bill, today=today, ids=ids), (*bill.periods, *begin)
    )


def usage_notes(
    due: Due, bill: UsageBill, *, today: date, ids: Iterator[UUID]
) -> tuple[CreditNote, ...]:
    """Return the credit notes of usage that was billed and turned out to be less."""
    if not bill.credits:
        return ()
    return notes_of(
        due.billed,
        bill.credits,
        reason="Usage that turned out to be less than was billed",
        cause="usage",
        settle=Settle.CREDIT_BALANCE,
        terms=due.terms,
        today=today,
        ids=ids,
    )
