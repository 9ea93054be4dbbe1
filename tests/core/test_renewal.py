"""Renewal: what is due becomes a period, an invoice, an entry and events; nothing else changes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khata.core.catalog import PriceModel
from khata.core.money import AmountTooLarge
from khata.core.periods import Interval, Period, Unit, day_of, start_of_day
from khata.core.policies import Policies
from khata.core.recurring_revenue import mrr_of
from khata.core.renewal import (
    Due,
    NotDue,
    Renewal,
    TooManyInvoices,
    most_invoices_a_day,
    renew,
    resume,
)
from khata.core.subscription import Status
from khata.core.tax.gst import RoundOff
from khata.core.tax.parties import Buyer
from tests.core.agreements import AT, TODAY, ZONE, due, id_of, item, subscription, terms


def renewed(one: Due, **policies: Any) -> Renewal:
    return renew(
        one, at=AT, today=TODAY, policies=Policies(**policies), ids=(id_of(n) for n in count(100))
    )


def test_a_renewal_opens_the_next_period_and_invoices_it() -> None:
    renewal = renewed(due())
    after, invoice = renewal.after, renewal.invoice
    assert invoice is not None
    assert after.period == invoice.period == Period(TODAY, date(2025, 3, 10))
    assert after.next_billing_at == start_of_day(date(2025, 3, 10), ZONE)
    assert (invoice.subtotal, invoice.tax, invoice.total) == (100_000, 18_000, 118_000)
    assert (invoice.financial_year, invoice.series) == ("24-25", "INV/{fy}/{n:05}")
    assert (invoice.issued_on, invoice.due_on) == (TODAY, TODAY)
    assert renewal.move is None
    assert [event.type for event in renewal.events] == ["invoice.finalized"]
    assert after == replace(
        renewal.before,
        period=after.period,
        next_billing_at=after.next_billing_at,
        billed_on=TODAY,
        billed_count=1,
    )


def test_what_begins_becomes_active() -> None:
    renewal = renewed(due(subscription(status=Status.INCOMPLETE, period=None, mrr=0)))
    assert renewal.move is not None
    assert (renewal.move.from_status, renewal.move.to_status) == ("incomplete", "active")
    assert renewal.move.cause == "started"
    assert renewal.after.mrr == 100_000
    assert [event.type for event in renewal.events] == [
        "invoice.finalized",
        "subscription.activated",
    ]


def test_a_trial_is_a_period_without_an_invoice() -> None:
    end = TODAY + timedelta(days=14)
    agreed = subscription(status=Status.INCOMPLETE, period=None, mrr=0, trial_end=end)
    renewal = renewed(due(agreed))
    assert (renewal.invoice, renewal.entries) == (None, ())
    assert renewal.after.status is Status.TRIALING
    assert renewal.after.period == Period(TODAY, end)
    assert renewal.after.next_billing_at == start_of_day(end, ZONE)
    assert renewal.after.mrr == 0


def test_the_end_comes_before_the_trial_and_before_the_period() -> None:
    for agreed in (
        subscription(cancel_on=TODAY),
        subscription(cancel_on=TODAY - timedelta(days=3)),
        subscription(status=Status.TRIALING, trial_end=TODAY, cancel_on=TODAY),
    ):
        renewal = renewed(due(agreed))
        assert renewal.invoice is None
        assert renewal.after.status is Status.CANCELED
        assert renewal.after.ended_on == agreed.cancel_on
        assert (renewal.after.next_billing_at, renewal.after.mrr) == (None, 0)
        assert [event.type for event in renewal.events] == ["subscription.canceled"]


def test_a_cancellation_to_come_does_not_hinder() -> None:
    renewal = renewed(due(subscription(cancel_on=TODAY + timedelta(days=1))))
    assert renewal.invoice is not None
    assert renewal.after.status is Status.ACTIVE


def test_past_due_is_billed_and_stays_past_due() -> None:
    renewal = renewed(due(subscription(status=Status.PAST_DUE)))
    assert renewal.after.status is Status.PAST_DUE
    assert renewal.invoice is not None
    assert renewal.after.mrr == 100_000


@pytest.mark.parametrize("next_billing_at", [None, AT + timedelta(seconds=1)])
def test_what_is_not_due_is_a_mistake_of_ours(next_billing_at: Any) -> None:
    with pytest.raises(NotDue):
        renewed(due(subscription(next_billing_at=next_billing_at)))


def test_more_on_a_day_than_can_be_right() -> None:
    nearly = subscription(billed_on=TODAY, billed_count=13)  # monthly: a year, and two
    assert renewed(due(nearly)).after.billed_count == 14
    with pytest.raises(TooManyInvoices):
        renewed(due(replace(nearly, billed_count=14)))
    yesterday = replace(nearly, billed_on=TODAY - timedelta(days=1), billed_count=10_000)
    assert renewed(due(yesterday)).after.billed_count == 1


@pytest.mark.parametrize(
    ("unit", "count", "most"),
    [
        ("day", 1, 368),
        ("day", 30, 14),
        ("week", 1, 55),
        ("month", 1, 14),
        ("month", 6, 4),
        ("year", 1, 3),
    ],
)
def test_a_year_can_be_caught_up_with_on_one_day(unit: str, count: int, most: int) -> None:
    assert most_invoices_a_day(Interval(Unit(unit), count)) == most


def test_a_customer_who_moved_keeps_the_day_and_gets_new_midnights() -> None:
    renewal = renewed(due(timezone="America/New_York"))
    assert renewal.invoice is not None
    assert renewal.invoice.period == Period(TODAY, date(2025, 3, 10))
    assert renewal.after.timezone == "America/New_York"
    # Midnight of 10 March in New York: daylight saving began the day before, so 04:00 UTC.
    assert renewal.after.next_billing_at == datetime(2025, 3, 10, 4, tzinfo=UTC)


def test_a_line_past_the_bound_is_refused() -> None:
    with pytest.raises(AmountTooLarge):
        renewed(due(None, item(10**10, quantity=1_001, model=PriceModel.PER_UNIT)))


def test_an_invoice_of_nothing_books_nothing_and_is_paid() -> None:
    renewal = renewed(due(None, item(0)))
    assert renewal.invoice is not None
    assert (renewal.invoice.total, renewal.invoice.status) == (0, "paid")
    assert renewal.entries == ()
    assert [event.type for event in renewal.events] == ["invoice.finalized", "invoice.paid"]


def test_days_to_pay_count_from_the_day_of_issue() -> None:
    invoice = renewed(due(subscription(days_until_due=30))).invoice
    assert invoice is not None
    assert invoice.due_on == date(2025, 3, 12)


def test_what_was_unpaid_goes_on_today_or_where_its_period_ends() -> None:
    paid_until = Period(date(2025, 2, 1), date(2025, 3, 1))
    long_ago = Period(date(2024, 11, 10), date(2024, 12, 10))
    for period, starts in ((paid_until, date(2025, 3, 1)), (long_ago, TODAY), (None, TODAY)):
        gone = subscription(status=Status.ACTIVE, period=period, next_billing_at=None)
        assert resume(gone, at=AT).next_billing_at == start_of_day(starts, ZONE)


def test_mrr_leaves_out_the_tax_inside_a_price() -> None:
    inclusive = subscription(tax_behavior="inclusive")
    assert mrr_of((item(118_000),), inclusive, terms()) == 100_000
    assert mrr_of((item(118_000), item(59_000, position=1)), inclusive, terms()) == 150_000
    yearly = subscription(interval=Interval(Unit.YEAR))
    assert mrr_of((item(1_200_000),), yearly, terms()) == 100_000


BUYERS = [
    Buyer("IN", "KA"),
    Buyer("IN", "LA"),
    Buyer("IN", "MH", "27AAPFU0939F1ZV"),
    Buyer("IN", "KA", "29AABCR1718E1ZL", sez=True),
    Buyer("US", None),
]
anchors = st.dates(date(2024, 1, 1), date(2026, 12, 31))
intervals = st.builds(Interval, st.sampled_from(Unit), st.integers(1, 24))
amounts = st.lists(st.integers(0, 10**11), min_size=1, max_size=5)


@given(
    amounts=amounts,
    anchor=anchors,
    interval=intervals,
    buyer=st.sampled_from(BUYERS),
    inclusive=st.booleans(),
    rounding=st.sampled_from(RoundOff),
)
def test_lines_and_tax_rows_and_postings_come_to_the_total(
    amounts: list[int],
    anchor: date,
    interval: Interval,
    buyer: Buyer,
    inclusive: bool,
    rounding: RoundOff,
) -> None:
    """Whoever buys, whatever the price, however short the period."""
    agreed = subscription(
        billing_anchor=anchor,
        interval=interval,
        tax_behavior="inclusive" if inclusive else "exclusive",
    )
    items = [item(amount, position=n) for n, amount in enumerate(amounts)]
    renewal = renewed(due(agreed, *items, buyer=buyer), round_off=rounding)
    invoice = renewal.invoice
    assert invoice is not None
    assert sum(line.amount for line in invoice.lines) == invoice.subtotal
    assert sum(row.amount for line in invoice.lines for row in line.taxes) == invoice.tax
    assert invoice.subtotal + invoice.tax + invoice.round_off == invoice.total
    if rounding is RoundOff.RUPEE:
        assert invoice.total % 100 == 0
    postings = [posting for entry in renewal.entries for posting in entry.postings]
    owed = sum(p.amount for p in postings if p.debit == "receivable")
    owed -= sum(p.amount for p in postings if p.credit == "receivable")
    assert owed == invoice.total
    if inclusive and rounding is RoundOff.NONE and invoice.lines[0].period == invoice.lines[0].full:
        assert invoice.total == sum(amounts)


@given(anchor=anchors, interval=intervals, steps=st.integers(1, 8))
def test_each_renewal_begins_where_the_one_before_ended(
    anchor: date, interval: Interval, steps: int
) -> None:
    one = due(subscription(billing_anchor=anchor, interval=interval))
    expected = TODAY
    for _ in range(steps):
        subscribed = one.subscription
        assert subscribed.next_billing_at is not None
        renewal = renew(
            one,
            at=subscribed.next_billing_at,
            today=day_of(subscribed.next_billing_at, ZONE),
            policies=Policies(),
            ids=(id_of(n) for n in count(100)),
        )
        assert renewal.after.period is not None
        assert renewal.after.period.start == expected
        assert renewal.after.period.end > expected
        expected = renewal.after.period.end
        one = replace(one, subscription=renewal.after)
