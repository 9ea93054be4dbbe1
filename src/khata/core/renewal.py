"""Renewal: what is due of a subscription becomes its next period, an invoice and events."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from khata.core.catalog import Item, TaxBehavior
from khata.core.endings import AT_PERIOD_END
from khata.core.events import (
    Event,
    InvoiceFinalized,
    InvoicePaid,
    SubscriptionActivated,
    SubscriptionCanceled,
    SubscriptionTrialing,
)
from khata.core.invoice import Invoice, InvoiceStatus, Totals, due_on, total_up
from khata.core.ledger.booking import invoice_issued
from khata.core.ledger.posting import Entry
from khata.core.metrics import mrr_of_item
from khata.core.numbering import financial_year
from khata.core.particulars import check_addresses
from khata.core.periods import Interval, Period, Unit, day_of, period_containing, start_of_day
from khata.core.policies import Policies
from khata.core.pricing import price_of
from khata.core.refusal import Refusal
from khata.core.subscription import COUNTED, Move, Status, Subscription, move
from khata.core.tax.gst import totals
from khata.core.terms import Terms

# So far back may a subscription begin, and so long may the engine stand still, unremarked.
_A_YEAR = {Unit.DAY: 366, Unit.WEEK: 53, Unit.MONTH: 12, Unit.YEAR: 1}


class TooManyInvoices(Refusal):
    """The subscription would get more invoices on one day than can be right; look into it."""


class NotDue(ValueError):
    """Renewal was asked for something that has nothing due: a mistake of ours."""


@dataclass(frozen=True, slots=True)
class Due:
    """A subscription with something due, and all that deciding it needs.

    `timezone` is the customer's as it is now: what begins now ends by it.
    """

    subscription: Subscription
    items: tuple[Item, ...]
    terms: Terms
    timezone: str


@dataclass(frozen=True, slots=True)
class Renewal:
    """The decision: the subscription as it becomes, and what else has to be written."""

    before: Subscription
    after: Subscription
    move: Move | None
    invoice: Invoice | None
    entry: Entry | None
    events: tuple[Event, ...]


def renew(
    due: Due, *, at: datetime, today: date, policies: Policies, ids: Iterator[UUID]
) -> Renewal:
    """Decide the next thing of a subscription: its start, its end, or its next period.

    `at` is the instant of the run, `today` its day in the tenant's calendar, which dates the
    documents. Raises: TooManyInvoices, and what pricing and tax refuse.
    """
    subscription = due.subscription
    if subscription.next_billing_at is None or subscription.next_billing_at > at:
        raise NotDue(f"{subscription.id} has nothing due at {at}")
    start = day_of(subscription.next_billing_at, subscription.timezone)
    if is_ending(subscription):
        return end(subscription, at=at, ids=ids)
    if subscription.timezone != due.timezone:
        subscription = replace(subscription, timezone=due.timezone)
        due = replace(due, subscription=subscription)
    if subscription.trial_end is not None and start < subscription.trial_end:
        return _on_trial(subscription, start, at=at, ids=ids)
    return _next_period(due, start, at=at, today=today, policies=policies, ids=ids)


def is_ending(subscription: Subscription) -> bool:
    """Say whether the next thing of a subscription is its end, for which no tax is asked."""
    due_at, ends = subscription.next_billing_at, subscription.cancel_on
    if due_at is None or ends is None:
        return False
    return ends <= day_of(due_at, subscription.timezone)


def most_invoices_a_day(interval: Interval) -> int:
    """Return how many invoices a subscription may get on one day: a year to catch up, and two.

    A bound against our own bugs: 14 for monthly, 368 for daily.
    """
    return _A_YEAR[interval.unit] // interval.count + 2


def resume(subscription: Subscription, *, at: datetime) -> Subscription:
    """Return an unpaid or paused subscription with its next renewal set: never in the past.

    Days without service are not billed: the next period begins today, or where the last ended.
    """
    today = day_of(at, subscription.timezone)
    start = today if subscription.period is None else max(today, subscription.period.end)
    return replace(subscription, next_billing_at=start_of_day(start, subscription.timezone))


def mrr_of(items: tuple[Item, ...], subscription: Subscription, terms: Terms) -> int:
    """Return what the items bring a month, before tax, in minor units; one rounding an item."""
    monthly = 0
    for item in items:
        amount = price_of(item.model, item.unit_amount, item.quantity)
        numerator, denominator = 0, 1
        if subscription.tax_behavior == TaxBehavior.INCLUSIVE:
            numerator, denominator = terms.tax_share(item.tax_code)
        monthly += mrr_of_item(
            amount,
            subscription.interval,
            tax_numerator=numerator,
            tax_denominator=denominator,
        )
    return monthly


def end(subscription: Subscription, *, at: datetime, ids: Iterator[UUID]) -> Renewal:
    """Decide the end of a subscription on the day that was set for it."""
    cause = subscription.cancel_reason or AT_PERIOD_END
    moved, the_move = move(
        subscription, Status.CANCELED, id=next(ids), cause=cause, actor="schedule", at=at
    )
    assert subscription.cancel_on is not None
    ended = replace(moved, ended_on=subscription.cancel_on)
    event = SubscriptionCanceled(
        subscription.id, subscription.customer_id, subscription.cancel_on, cause
    )
    return Renewal(subscription, ended, the_move, None, None, (event,))


def _on_trial(
    subscription: Subscription, start: date, *, at: datetime, ids: Iterator[UUID]
) -> Renewal:
    assert subscription.trial_end is not None
    moved, the_move = move(
        subscription, Status.TRIALING, id=next(ids), cause="trial began", actor="schedule", at=at
    )
    trialing = replace(
        moved,
        period=Period(start, subscription.trial_end),
        next_billing_at=start_of_day(subscription.trial_end, subscription.timezone),
    )
    event = SubscriptionTrialing(subscription.id, subscription.customer_id, subscription.trial_end)
    return Renewal(subscription, trialing, the_move, None, None, (event,))


def _next_period(
    due: Due,
    start: date,
    *,
    at: datetime,
    today: date,
    policies: Policies,
    ids: Iterator[UUID],
) -> Renewal:
    before = due.subscription
    invoice = make_invoice(due, start, today=today, policies=policies, ids=ids)
    after, the_move = before, None
    if before.status in (Status.INCOMPLETE, Status.TRIALING):
        cause = "trial ended" if before.status is Status.TRIALING else "started"
        after, the_move = move(
            before, Status.ACTIVE, id=next(ids), cause=cause, actor="schedule", at=at
        )
    counted = after.status in COUNTED
    after = replace(
        after,
        period=invoice.period,
        next_billing_at=start_of_day(invoice.period.end, before.timezone),
        billed_on=today,
        billed_count=before.billed_count + 1 if before.billed_on == today else 1,
        mrr=mrr_of(due.items, before, due.terms) if counted else 0,
    )
    most = most_invoices_a_day(before.interval)
    if after.billed_count > most:
        raise TooManyInvoices(f"more than {most} invoices on {today} for one subscription")
    return Renewal(
        before, after, the_move, invoice, _booked(invoice, ids), _told(invoice, the_move)
    )


def make_invoice(
    due: Due, start: date, *, today: date, policies: Policies, ids: Iterator[UUID]
) -> Invoice:
    """Return the invoice for the period that begins on `start`, unstored: also the preview.

    A period that begins inside the anchor's own is short, and costs its days' share.
    Raises: AddressRequired in live mode, and what pricing and tax refuse.
    """
    subscription, terms = due.subscription, due.terms
    full = period_containing(
        start, anchor=subscription.billing_anchor, interval=subscription.interval
    )
    period = Period(start, full.end)
    summed = total_up(
        due.items,
        currency=subscription.currency,
        tax_behavior=subscription.tax_behavior,
        period=period,
        full=full,
        heads_of=terms.heads_of,
        rounding=policies.round_off,
        ids=ids,
    )
    if terms.livemode:
        check_addresses(
            terms.seller,
            terms.buyer,
            terms.supply,
            taxable=summed.subtotal,
            currency=subscription.currency,
        )
    return _invoice(due, period, summed, today=today, ids=ids)


def _invoice(
    due: Due, period: Period, summed: Totals, *, today: date, ids: Iterator[UUID]
) -> Invoice:
    subscription, terms = due.subscription, due.terms
    return Invoice(
        id=next(ids),
        registration_id=subscription.registration_id,
        series=terms.series,
        financial_year=financial_year(today, terms.seller.country),
        customer_id=subscription.customer_id,
        subscription_id=subscription.id,
        collection_method=subscription.collection_method,
        currency=subscription.currency,
        tax_behavior=subscription.tax_behavior,
        lines=summed.lines,
        subtotal=summed.subtotal,
        tax=summed.tax,
        round_off=summed.round_off,
        total=summed.total,
        issued_on=today,
        due_on=due_on(today, subscription.days_until_due),
        period=period,
        supply=terms.supply,
        seller_party_id=terms.seller_party_id,
        buyer_party_id=terms.buyer_party_id,
    )


def _booked(invoice: Invoice, ids: Iterator[UUID]) -> Entry | None:
    return invoice_issued(
        id=next(ids),
        invoice_id=invoice.id,
        on=invoice.issued_on,
        currency=invoice.currency,
        net=invoice.subtotal,
        taxes=totals(row for line in invoice.lines for row in line.taxes),
        round_off=invoice.round_off,
    )


def _told(invoice: Invoice, the_move: Move | None) -> tuple[Event, ...]:
    finalized = InvoiceFinalized(
        invoice.id,
        invoice.customer_id,
        invoice.subscription_id,
        invoice.currency,
        invoice.total,
        invoice.collection_method,
    )
    events: list[Event] = [finalized]
    if invoice.status is InvoiceStatus.PAID:
        events.append(
            InvoicePaid(
                invoice.id, invoice.customer_id, invoice.subscription_id, invoice.currency, 0
            )
        )
    if the_move is not None:
        events.append(SubscriptionActivated(invoice.subscription_id, invoice.customer_id))
    return tuple(events)
