"""Plan a change of items: decide it, on the day that it is for, and store nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from khata.core.change_direction import Direction, direction_of
from khata.core.ids import new_id
from khata.core.periods import day_of, start_of_day
from khata.core.plan_change import (
    ChangeNotAllowed,
    ChangeOutsidePeriod,
    Decided,
    Standing,
    Wish,
    decide_change,
)
from khata.core.renewal import Due
from khata.core.subscription import COUNTED
from khata.db.stores.due import DueWork
from khata.db.stores.owed import open_invoices
from khata.db.stores.reductions import Reductions
from khata.db.stores.taken import Taken
from khata.db.transaction import UnitOfWork
from khata.usecases.entitlements.check_use import check_use
from khata.usecases.subscriptions.resolve_wish import AskedItem, Terms, resolve_wish

NOW = "now"
PERIOD_END = "period_end"


@dataclass(frozen=True, slots=True)
class ChangeItems:
    """`when` is now, period_end or a day; None: upgrades now, downgrades at the period's end."""

    tenant: UUID
    id: UUID
    change_id: UUID
    at: datetime
    items: Sequence[AskedItem]
    when: str | date | None = None
    terms: Terms = field(default_factory=Terms)
    actor: str = "api"


@dataclass(frozen=True, slots=True)
class Planned:
    """What a change comes to; one for a day to come is decided anew on that day."""

    due: Due
    wish: Wish
    effective_on: date
    decided: Decided
    is_now: bool

    @property
    def standing(self) -> Standing:
        return Standing(self.due.subscription, self.due.items, (), self.due.terms)


def plan_items(uow: UnitOfWork, command: ChangeItems, *, lock: bool = True) -> Planned:
    """Decide the change without storing it: what a preview shows and what is stored are one."""
    work = DueWork(uow.connection)
    taken = work.read(command.id, until=command.at)
    subscription = taken.subscription
    tenant = uow.tenants.get()
    today = day_of(command.at, tenant.timezone)
    wish = resolve_wish(
        uow,
        subscription,
        taken.items,
        command.items,
        command.terms,
        change_id=command.change_id,
        at=command.at,
    )
    swaps = wish.swaps(subscription)
    if swaps:
        owed = open_invoices(uow.connection, [subscription.id]).get(subscription.id, ())
        taken = replace(taken, open_invoices=owed)
    [plain] = _with_terms(work, taken, today)
    due = Reductions(uow.connection, [taken], locking=lock).joined(plain)
    effective_on = _effective_on(due, wish, command)
    day = day_of(command.at, subscription.timezone)
    if swaps:
        _refuse_later_changes(due, effective_on)
    if effective_on > day:
        by_then, wish = _by_then(uow, due, wish, effective_on, command)
        # What cannot be decided today would not be decided then: refuse it while somebody looks.
        later = replace(wish, at=start_of_day(effective_on, subscription.timezone))
        decided = _decided(uow, by_then, later, effective_on, today, command.at, lock=False)
        check_use(uow, subscription, wish.items, lock=False)
        return Planned(due, later, effective_on, decided, is_now=False)
    decided = _decided(uow, due, wish, day, today, command.at, lock=lock)
    check_use(uow, subscription, wish.items, lock=lock)  # last: it locks the customer
    return Planned(due, wish, day, decided, is_now=True)


def _by_then(
    uow: UnitOfWork, due: Due, wish: Wish, day: date, command: ChangeItems
) -> tuple[Due, Wish]:
    """Return the subscription as what is scheduled before leaves it, and the wish from there.

    An item keeps the version of its price that it has by then, which may be a newer one.
    """
    earlier = [change for change in due.changes if change.effective_on <= day]
    if not earlier:
        return due, wish
    then = earlier[-1].wish
    currencies = [one.wish.currency for one in earlier if one.wish.currency]
    currency = currencies[-1] if currencies else due.subscription.currency
    due = replace(due, subscription=replace(due.subscription, currency=currency))
    known = {item.id for item in then.items}
    items = (*then.items, *(item for item in due.items if item.id not in known))
    wish = resolve_wish(
        uow,
        due.subscription,
        items,
        command.items,
        command.terms,
        change_id=command.change_id,
        at=command.at,
    )
    subscription = replace(due.subscription, interval=then.interval)
    return replace(due, subscription=subscription, items=then.items), wish


def _refuse_later_changes(due: Due, day: date) -> None:
    """What is scheduled for later has its prices in the currency of today."""
    if any(change.effective_on >= day for change in due.changes):
        raise ChangeNotAllowed(
            f"A change is scheduled for after the currency's, in {due.subscription.currency}; "
            "take it back first",
            param="currency",
        )


def _with_terms(work: DueWork, taken: Taken, today: date) -> list[Due]:
    due, refused = work.with_terms([taken], on=today)
    if refused:
        raise refused[0].refusal
    return due


def _decided(
    uow: UnitOfWork,
    due: Due,
    wish: Wish,
    day: date,
    today: date,
    at: datetime,
    *,
    lock: bool,
) -> Decided:
    subscription = due.subscription
    billed = uow.billed.of_subscriptions({subscription.id: day}, lock=lock)
    standing = Standing(
        subscription,
        due.items,
        billed.get(subscription.id, ()),
        due.terms,
        due.discounts,
        due.gave,
        due.waiting,
        due.usage,
        due.open_invoices,
    )
    return decide_change(
        standing,
        wish,
        today=today,
        policies=uow.tenants.get().policies,
        ids=iter(lambda: new_id(at), None),
    )


def _effective_on(due: Due, wish: Wish, command: ChangeItems) -> date:
    subscription = due.subscription
    today = day_of(command.at, subscription.timezone)
    period_end = subscription.period.end if subscription.period else today
    if isinstance(command.when, date):
        if command.when < today:
            raise ChangeOutsidePeriod(
                f"{command.when} is over; a change begins today at the earliest", param="when"
            )
        if command.when > today.replace(year=min(today.year + 2, 9999), day=1):
            raise ChangeOutsidePeriod(f"{command.when} is more than two years ahead", param="when")
        return command.when
    if command.when == NOW or subscription.status not in COUNTED:
        return today
    if command.when == PERIOD_END or wish.swaps(subscription):
        return max(period_end, today)
    standing = Standing(subscription, due.items, (), due.terms)
    is_upgrade = direction_of(standing, wish) is Direction.UPGRADE
    return today if is_upgrade else max(period_end, today)
