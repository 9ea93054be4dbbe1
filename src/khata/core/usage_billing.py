"""Usage billing: what the usage of a stretch of time costs, once, and whatever is known later.

A stretch is charged when it is over. Events that come afterwards, or turn out to be void, make
its price another one, and the difference is charged or credited until it is settled.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from khata.core.charge import Charge, LineKind, priced_charge
from khata.core.commitments import true_up
from khata.core.credit_note import BilledInvoice, BilledLine, CreditLine, credit_line
from khata.core.metering import Measure, as_quantity
from khata.core.money import half_up
from khata.core.periods import Period, period_containing, start_of_day
from khata.core.price_terms import PriceModel
from khata.core.pricing import Priced, price_at, price_of_events
from khata.core.proration import ProrationPolicy, Share, share_of
from khata.core.subscription import Subscription
from khata.core.usage_periods import SETTLED_AFTER, Cut, Metered, UsagePeriod

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class UsageBill:
    """What is charged of usage, what is taken back of it, and the stretches as they become."""

    charges: tuple[Charge, ...] = ()
    credits: tuple[CreditLine, ...] = ()
    periods: tuple[UsagePeriod, ...] = ()

    def plus(self, other: "UsageBill") -> "UsageBill":
        return UsageBill(
            self.charges + other.charges,
            self.credits + other.credits,
            self.periods + other.periods,
        )


def bill_usage(
    metered: Sequence[Metered],
    subscription: Subscription,
    cut: Cut,
    *,
    billed: Sequence[BilledInvoice],
    at: datetime,
    ids: Iterator[UUID],
    ends: Callable[[UsagePeriod], bool] = lambda row: True,
) -> UsageBill:
    """Bill what is over with `cut`, and what is known by now of what was over before.

    Only those running stretches end of which `ends` says so. `billed` are the invoices that
    billed usage which may have to be taken back; `at` is the instant of the decision.
    Rounds: each price half up. Raises: AmountTooLarge.
    """
    bill = UsageBill()
    for one in metered:
        if one.row.ends is not None:
            bill = bill.plus(_known_later(one, subscription, billed, at, ids))
        elif ends(one.row):
            bill = bill.plus(_over(one, subscription, cut, billed, ids))
    return bill


def bill_early(
    metered: Sequence[Metered],
    subscription: Subscription,
    cut: Cut,
) -> UsageBill:
    """Bill all usage so far of stretches that go on; a part that costs less by now waits.

    The end of the stretch bills the whole, less this. Rounds: each price half up.
    """
    bill = UsageBill()
    for one in metered:
        row = one.row
        if row.ends is not None:
            continue
        priced = _price(one, subscription, cut)
        if priced.amount > row.billed:
            period = _days(row, cut.on)
            charge = priced.charge(one, period, cut.at, minimum=None)
            after = replace(row, billed=priced.amount, quantity=priced.quantity)
            bill = bill.plus(UsageBill((charge,), (), (after,)))
    return bill


def may_be_less(one: Metered) -> bool:
    """Say whether a stretch that was billed may come to less by now: then its lines are needed."""
    assert one.row.item.terms is not None
    by_event = one.row.item.terms.model is PriceModel.PERCENTAGE
    return one.row.billed > 0 and (by_event or as_quantity(one.measure.usage) != one.row.quantity)


@dataclass(frozen=True, slots=True)
class _Price:
    """What a stretch costs: `amount` is its price, or the share of it that its time is."""

    priced: Priced
    share: Share | None
    amount: int

    @property
    def quantity(self) -> Any:
        return self.priced.quantity

    def charge(
        self, one: Metered, period: Period, ends: datetime, *, minimum: int | None
    ) -> Charge:
        """Return the charge of what was not billed yet, with all that led to it.

        `minimum`: what the stretch has to bring, where that is a part of it.
        """
        row = one.row
        inner = priced_charge(row.item, self.priced, period, period, self.share, LineKind.USAGE)
        amount = max(self.amount, minimum or 0) - row.billed
        basis: dict[str, Any] = {
            "rule": "usage",
            "meter": one.meter.code,
            "from": row.begins.isoformat(),
            "to": ends.isoformat(),
            "usage_period": str(row.id),
            "of": self.amount,
            "price": inner.basis,
        }
        if row.billed:
            basis["billed"] = row.billed
        if minimum:
            basis["minimum"] = minimum
        late = ", late" if row.ends is not None else ""
        return replace(
            inner,
            description=f"{row.item.plan_name} (usage{late})",
            amount=amount,
            unit_amount=amount,
            basis=basis,
        )


def price_so_far(one: Metered, subscription: Subscription, cut: Cut) -> int:
    """Return what a stretch costs by what was measured, in minor units, before its minimum."""
    return _price(one, subscription, cut).amount


def _price(one: Metered, subscription: Subscription, cut: Cut) -> _Price:
    row, measure = one.row, one.measure
    priced = _priced(row, measure)
    ends = row.ends or cut.at
    share = _share(row, subscription, ends)
    amount = priced.amount if share is None else share.of(priced.amount)
    return _Price(priced, share, amount)


def _priced(row: UsagePeriod, measure: Measure) -> Priced:
    assert row.item.terms is not None
    if row.item.terms.model is PriceModel.PERCENTAGE:
        return price_of_events(row.item.terms, measure.events)
    return price_at(row.item.terms, as_quantity(measure.usage))


def _share(row: UsagePeriod, subscription: Subscription, ends: datetime) -> Share | None:
    """Return which share of its full period a stretch is, by time, where its price asks for it."""
    assert row.item.terms is not None
    if not row.item.terms.prorated:
        return None
    full = _full(row, subscription)
    zone = subscription.timezone
    whole = start_of_day(full.end, zone) - start_of_day(full.start, zone)
    part = min(ends - row.begins, whole)
    if part == whole:
        return None
    seconds = int(part.total_seconds()), int(whole.total_seconds())
    return Share(ProrationPolicy.BY_SECOND, *seconds, "seconds")


def _full(row: UsagePeriod, subscription: Subscription) -> Period:
    """Return the period that the price of a stretch is for."""
    return row.full or period_containing(
        row.starts_on,
        anchor=subscription.billing_anchor,
        interval=subscription.interval,
    )


def _days(row: UsagePeriod, ends_on: date) -> Period:
    return Period(row.starts_on, max(ends_on, row.starts_on + _DAY))


def _over(
    one: Metered,
    subscription: Subscription,
    cut: Cut,
    billed: Sequence[BilledInvoice],
    ids: Iterator[UUID],
) -> UsageBill:
    """Bill a stretch that ends: its price, and what that falls short of its minimum."""
    row, price = one.row, _price(one, subscription, cut)
    period = _days(row, cut.on)
    minimum, short = _minimum(row, subscription, period, cut, max(price.amount, row.billed))
    after = replace(
        row,
        ends=cut.at,
        period=period,
        full=_full(row, subscription),
        minimum=minimum,
        billed=max(price.amount, row.billed, minimum),
        quantity=price.quantity,
    )
    whole = max(price.amount, minimum)
    if whole < row.billed:
        credits, after = _lowered(row, after, whole, billed, ids)
        return UsageBill(short, credits, (after,))
    if price.amount < row.billed:  # what was billed early is a part of the minimum
        return UsageBill(short, (), (after,))
    return UsageBill((price.charge(one, period, cut.at, minimum=None), *short), (), (after,))


def _minimum(
    row: UsagePeriod, subscription: Subscription, period: Period, cut: Cut, gave: int
) -> tuple[int, tuple[Charge, ...]]:
    """Return what a stretch has to bring, and the charge of what it is short of that.

    Of a part of the full period it is the days' share, and days of a pause that were credited
    have none. Rounds: half up.
    """
    terms = row.item.terms
    assert terms is not None
    full = _full(row, subscription)
    served = subscription.period.end if subscription.period else full.end
    until = min(period.end, full.end, served)
    if not terms.minimum_commitment or min(cut.on, until) <= period.start:
        return 0, ()
    part = Period(period.start, until)
    minimum = terms.minimum_commitment
    if part != full:
        minimum = share_of(part, full=full).of(minimum)
    charge = true_up(row.item, part, full, gave)
    if charge is None:
        return minimum, ()
    return minimum, (replace(charge, basis={**(charge.basis or {}), "usage_period": str(row.id)}),)


def _known_later(
    one: Metered,
    subscription: Subscription,
    billed: Sequence[BilledInvoice],
    at: datetime,
    ids: Iterator[UUID],
) -> UsageBill:
    """Charge or credit what is known by now of a stretch that was billed, until it is settled."""
    row = one.row
    assert row.ends is not None
    assert row.period is not None
    price = _price(one, subscription, Cut(row.ends, row.period.end))
    whole = max(price.amount, row.minimum)
    after = replace(row, quantity=price.quantity, settled=at >= row.ends + SETTLED_AFTER)
    if whole > row.billed:
        charge = price.charge(one, row.period, row.ends, minimum=row.minimum)
        return UsageBill((charge,), (), (replace(after, billed=whole),))
    if whole < row.billed:
        credits, after = _lowered(row, after, whole, billed, ids)
        return UsageBill((), credits, (after,))
    return UsageBill((), (), (after,) if after != row else ())


def _lowered(
    row: UsagePeriod,
    after: UsagePeriod,
    whole: int,
    billed: Sequence[BilledInvoice],
    ids: Iterator[UUID],
) -> tuple[tuple[CreditLine, ...], UsagePeriod]:
    """Return the credit of what a stretch was billed beyond `whole`, and the stretch after it.

    Where its lines are not at hand it keeps the quantity that was billed, which tells the next
    renewal to look for them, and is not settled before they were found.
    """
    credits, taken = _taken_back(row, whole, billed, ids)
    if not taken:
        return (), replace(after, billed=row.billed, quantity=row.quantity, settled=False)
    return credits, replace(after, billed=row.billed - taken)


def _taken_back(
    row: UsagePeriod, whole: int, billed: Sequence[BilledInvoice], ids: Iterator[UUID]
) -> tuple[tuple[CreditLine, ...], int]:
    """Return the credit of what a stretch was billed beyond `whole`, and how much that settles.

    It is a share of what its lines were billed, after discounts, of the newest first; nothing
    where no invoice has them yet. Rounds: half up.
    """
    over = row.billed - whole
    lines = [line for one in billed for line in one.lines if _is_of(line, row)]
    if not lines:
        return (), 0
    left = sum(line.left for line in lines)
    wanted = half_up(left * over, row.billed)
    credits = []
    for line in reversed(lines):
        part = min(wanted, line.left)
        if part:
            basis = {"rule": "usage_credit", "billed": row.billed, "now": whole, "of": left}
            credits.append(credit_line(line, part, id=next(ids), basis=basis))
            wanted -= part
    return tuple(credits), over


def _is_of(line: BilledLine, row: UsagePeriod) -> bool:
    return (line.basis or {}).get("usage_period") == str(row.id)
