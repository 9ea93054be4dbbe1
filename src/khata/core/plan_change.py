"""A change of plans: an upgrade or downgrade becomes credits, charges and new terms.

One pure function decides it, and preview, invoice and explanation come from its answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from khata.core.catalog import Item
from khata.core.charge import Charge, LineKind, fees
from khata.core.commitments import Gave, has_been_billed, of_change
from khata.core.coupon import Discount
from khata.core.credit_note import BilledInvoice, CreditNote, Settle
from khata.core.crediting import Unused, by_item, note_booked, note_told, notes_of, unused_lines
from khata.core.currency_swap import check_swap
from khata.core.events import Event, SubscriptionChanged
from khata.core.invoice import Invoice
from khata.core.issuing import Issuing, booked, draw_up, told
from khata.core.ledger.posting import Entry
from khata.core.paying import for_whom
from khata.core.periods import Interval, Period, day_of, period_containing, start_of_day
from khata.core.policies import Policies
from khata.core.proration import ProrationPolicy, Share, share_of
from khata.core.refusal import Kind, Refusal
from khata.core.subscription import COUNTED, Status, Subscription
from khata.core.terms import Terms
from khata.core.usage_change import used_until
from khata.core.usage_periods import Cut, Metered, UsagePeriod
from khata.core.waiting import WaitingItem
from khata.core.waiting_rest import let_go


class ChangeNotAllowed(Refusal):
    """The subscription is in a state in which its plans cannot be changed."""

    kind = Kind.CONFLICT


class NothingChanges(Refusal):
    """The subscription is already as it was asked to be."""


class ChangeOutsidePeriod(Refusal):
    """The change would lie in a period that is over, or beyond what can be foreseen."""


class Invoicing(StrEnum):
    """When the charge of a change is billed."""

    NOW = "now"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Standing:
    """A subscription as it stands, with all that deciding a change of it needs.

    `billed` are the invoices that billed days which are still to come; `gave` is what items with
    a minimum commitment gave in the running period; `waiting` waits for the next invoice.
    `open_invoices` are the numbers of those it owes, asked for where its currency changes.
    """

    subscription: Subscription
    items: tuple[Item, ...]
    billed: tuple[BilledInvoice, ...]
    terms: Terms
    discounts: tuple[Discount, ...] = ()
    gave: Mapping[UUID, Gave] | None = None
    waiting: tuple[WaitingItem, ...] = ()
    usage: tuple[Metered, ...] = ()  # measured until the change
    open_invoices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What it shall be. `at` is the instant that it holds from; `currency`, if it is another."""

    change_id: UUID
    items: tuple[Item, ...]
    interval: Interval
    at: datetime
    policy: ProrationPolicy = ProrationPolicy.BY_DAY
    invoicing: Invoicing = Invoicing.NOW
    settle: Settle = Settle.CREDIT_BALANCE
    keep_anchor: bool = False
    currency: str | None = None

    def swaps(self, subscription: Subscription) -> bool:
        """Say whether the subscription would be billed in another currency."""
        return self.currency not in (None, subscription.currency)


@dataclass(frozen=True, slots=True)
class DueChange:
    """A scheduled change, ready to be decided: its wish holds from the day's first instant."""

    id: UUID
    effective_on: date
    wish: Wish


@dataclass(frozen=True, slots=True)
class Decided:
    """The subscription as it becomes, and everything that has to be written with it."""

    before: Subscription
    after: Subscription
    items: tuple[Item, ...]
    notes: tuple[CreditNote, ...]
    invoice: Invoice | None
    waiting: tuple[Charge, ...]  # charged with the next invoice
    entries: tuple[Entry, ...]
    events: tuple[Event, ...]
    withdrawn: tuple[UUID, ...] = ()  # what waited and is not charged after all
    usage: tuple[UsagePeriod, ...] = ()  # stretches of usage that end or begin with it


def decide_change(
    standing: Standing,
    wish: Wish,
    *,
    today: date,
    policies: Policies,
    ids: Iterator[UUID],
) -> Decided:
    """Decide a change that holds from `wish.at`; `today` dates its documents.

    In a running paid period the unused rest of what was billed is credited, and charged at the
    new terms; elsewhere (a trial, a pause, what is not paid) the terms are exchanged and nothing
    is billed. Rounds: each credit and each charge half up on its own.
    Raises: ChangeNotAllowed, NothingChanges, CurrencyInPeriod, CurrencyOwed, and what pricing
    and tax refuse.
    Source: docs/decisions/0019-a-change-credits-and-charges.md
    """
    before = standing.subscription
    if before.status is Status.CANCELED:
        raise ChangeNotAllowed(f"This subscription ended on {before.ended_on}; start another one")
    if _terms_of(standing.items) == _terms_of(wish.items) and wish.interval == before.interval:
        raise NothingChanges("The subscription has these plans in these quantities already")
    day = day_of(wish.at, before.timezone)
    if wish.swaps(before):
        check_swap(
            before,
            standing.items,
            day,
            open_invoices=standing.open_invoices,
            waiting=standing.waiting,
            is_metered=bool(standing.usage),
        )
        return _exchanged(standing, wish, ids)
    if before.status not in COUNTED or before.period is None or day >= before.period.end:
        return _exchanged(standing, wish, ids)
    return _in_the_period(standing, wish, day, today=today, policies=policies, ids=ids)


def _in_the_period(
    standing: Standing,
    wish: Wish,
    day: date,
    *,
    today: date,
    policies: Policies,
    ids: Iterator[UUID],
) -> Decided:
    """Credit what is unused of what was billed, and charge the same days at the new terms."""
    before = standing.subscription
    after, charges, opens = _charged(standing, wish, day)
    used, stretches = _used(standing, wish, day, ids)
    charges += used
    unused = Unused(day, wish.policy, before.timezone, wish.at)
    given_up = _given_up(standing, wish)
    lines = unused_lines(standing.billed, unused, ids, items=given_up)
    withdrawn, instead = let_go(standing.waiting, before.id, unused, items=given_up)
    notes = notes_of(
        standing.billed,
        lines,
        reason="Days not used before a change of plan",
        cause="change",
        settle=wish.settle,
        terms=standing.terms,
        today=today,
        ids=ids,
    )
    charges += of_change(
        before, standing.items, wish.items, day=day, gave=standing.gave, credited=by_item(notes)
    )
    now = charges if wish.invoicing is Invoicing.NOW or opens else []
    invoice = None
    if now:
        under = Issuing(after, standing.terms, today, policies, standing.discounts)
        invoice = draw_up(for_whom(now, standing.terms), None, under, ids)
    waiting = (*instead, *(() if now else charges))
    decided = _decided(standing, wish, after, notes, invoice, waiting, ids)
    return replace(decided, withdrawn=withdrawn, usage=stretches)


def as_items_stand(wish: Wish, items: Sequence[Item]) -> Wish:
    """Return a wish of another day for the items that are there now.

    An item that is new in it, and has come meanwhile by another change, is that one: it stays,
    and is neither credited nor charged.
    """
    there = {item.id for item in items}
    named = {item.id for item in wish.items}
    free = [item for item in items if item.id not in named]
    wished = []
    for item in wish.items:
        same = [one for one in free if one.plan_id == item.plan_id]
        if item.id not in there and same:
            free.remove(same[0])
            item = replace(item, id=same[0].id)
        wished.append(item)
    return replace(wish, items=tuple(wished))


def _decided(
    standing: Standing,
    wish: Wish,
    after: Subscription,
    notes: tuple[CreditNote, ...],
    invoice: Invoice | None,
    waiting: tuple[Charge, ...],
    ids: Iterator[UUID],
) -> Decided:
    entries = [note_booked(note, next(ids)) for note in notes]
    events: list[Event] = [_changed(after, wish)]
    events += [note_told(note) for note in notes]
    if invoice is not None:
        entries.append(booked(invoice, next(ids)))
        events += told(invoice)
    return Decided(
        standing.subscription,
        after,
        wish.items,
        notes,
        invoice,
        waiting,
        tuple(entry for entry in entries if entry is not None),
        tuple(events),
    )


def unchanged(standing: Standing) -> Decided:
    """Return what a change comes to that had come to be true by itself: nothing."""
    same = standing.subscription
    return Decided(same, same, standing.items, (), None, (), (), ())


def _used(
    standing: Standing, wish: Wish, day: date, ids: Iterator[UUID]
) -> tuple[tuple[Charge, ...], tuple[UsagePeriod, ...]]:
    before = standing.subscription
    keeps = wish.interval == before.interval
    return used_until(
        standing.usage, wish.items, before, Cut(wish.at, day), keeps_interval=keeps, ids=ids
    )


def _exchanged(standing: Standing, wish: Wish, ids: Iterator[UUID]) -> Decided:
    """Exchange the terms where no paid period is running; the next invoice is by the new ones.

    What was used at the old ones or fell short of their minimum, and the set-up of new plans, wait
    for it.

    Another interval is counted from where the last period ended, unless the anchor is to stay.
    """
    before = standing.subscription
    currency = wish.currency or before.currency
    after = replace(before, interval=wish.interval, currency=currency)
    moves = wish.interval != before.interval and not wish.keep_anchor
    if moves and before.status in COUNTED and before.period is not None:
        after = replace(after, billing_anchor=before.period.end)
    day = day_of(wish.at, before.timezone)
    used: tuple[Charge, ...] = ()
    stretches: tuple[UsagePeriod, ...] = ()
    if before.period is not None:
        used, stretches = _used(standing, wish, day, ids)
        opens = before.status in COUNTED and day >= before.period.end  # its renewal begins them
        if opens or not has_been_billed(before):
            stretches = tuple(one for one in stretches if one.ends is not None)
    waiting = of_change(
        before, standing.items, wish.items, day=day, gave=standing.gave, credited={}
    )
    return Decided(
        before,
        after,
        wish.items,
        (),
        None,
        (*used, *waiting),
        (),
        (_changed(after, wish),),
        usage=stretches,
    )


def _changed(after: Subscription, wish: Wish) -> Event:
    return SubscriptionChanged(after.id, after.customer_id, wish.change_id)


def _terms_of(items: Sequence[Item]) -> list[tuple[UUID, UUID, int]]:
    return sorted((item.plan_id, item.price_id, item.quantity) for item in items)


def _given_up(standing: Standing, wish: Wish) -> set[UUID] | None:
    """Return the items whose days are credited: those that change or go; None: all of them."""
    if wish.interval != standing.subscription.interval:
        return None
    stays = {_key(item) for item in wish.items}
    return {item.id for item in standing.items if _key(item) not in stays}


def _key(item: Item) -> tuple[UUID, UUID, int]:
    return item.id, item.price_id, item.quantity


def _charged(standing: Standing, wish: Wish, day: date) -> tuple[Subscription, list[Charge], bool]:
    """Return the subscription with its period, the charges, and whether they open a period."""
    before = standing.subscription
    period = before.period
    assert period is not None
    if wish.interval == before.interval:
        known = {_key(item) for item in standing.items}
        new = [item for item in wish.items if _key(item) not in known]
        charges = []
        for part, full in _billed_ahead(day, period.end, before):
            charges += _of_part(new, part, full, wish, before.timezone)
        return before, charges, False
    anchor = before.billing_anchor if wish.keep_anchor else day
    full = period_containing(day, anchor=anchor, interval=wish.interval)
    opened = Period(day, before.until_contract_end(full.end))
    after = replace(
        before,
        interval=wish.interval,
        billing_anchor=anchor,
        period=opened,
        next_billing_at=start_of_day(opened.end, before.timezone),
    )
    if opened == full:
        return after, fees(wish.items, period=opened, full=full), True
    return after, _of_part(wish.items, opened, full, wish, before.timezone), True


def _billed_ahead(
    day: date, end: date, subscription: Subscription
) -> Iterator[tuple[Period, Period]]:
    """Yield the parts from a day to the end of what is billed, each with its full period.

    There is one, but where a period to come was billed already.
    """
    while day < end:
        full = period_containing(
            day, anchor=subscription.billing_anchor, interval=subscription.interval
        )
        part = Period(day, min(full.end, end))
        yield part, full
        day = part.end


def _of_part(
    items: Sequence[Item], part: Period, full: Period, wish: Wish, zone: str
) -> list[Charge]:
    if wish.policy is ProrationPolicy.NONE:
        return []
    share = share_of(part, full=full, policy=wish.policy, zone=zone, begins_at=wish.at)
    if share.part == share.whole:
        return fees(items, period=part, full=full, share=None if part == full else share)
    charges = fees(items, period=part, full=full, share=share, kind=LineKind.PRORATION)
    return [_dated(charge, share, wish.at) for charge in charges]


def _dated(charge: Charge, share: Share, at: datetime) -> Charge:
    """Keep the instant from which a charge by seconds counts: a later credit needs it."""
    if share.policy is not ProrationPolicy.BY_SECOND:
        return charge
    basis: dict[str, Any] = {**(charge.basis or {}), "begins_at": at.isoformat()}
    return replace(charge, basis=basis)
