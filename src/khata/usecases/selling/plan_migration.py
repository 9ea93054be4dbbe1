"""Plan a migration: which subscriptions get which version of a price, a page of them at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from khata.core.catalog import Plan, Price
from khata.core.ids import new_id, public_id
from khata.core.refusal import NotFound
from khata.db.stores.due import DueWork
from khata.db.stores.taken import Taken
from khata.db.transaction import Database
from khata.usecases.subscriptions.plan_items import PERIOD_END, ChangeItems
from khata.usecases.subscriptions.resolve_wish import AskedItem, Terms


@dataclass(frozen=True, slots=True)
class MigratePrices:
    """Which of a plan's subscriptions, to which version, and when.

    Without a currency each goes to the version of its own; without a version that is the last.
    `after` is the subscription that the page before ended with.
    """

    tenant: UUID
    plan: UUID
    at: datetime
    currency: str | None = None
    version: int | None = None
    when: str | date = PERIOD_END
    terms: Terms = field(default_factory=Terms)
    after: UUID | None = None
    limit: int = 100
    actor: str = "api"


@dataclass(frozen=True, slots=True)
class Migration:
    """One page: the change of each subscription, not yet made."""

    targets: tuple[Price, ...]
    changes: tuple[ChangeItems, ...]
    has_more: bool


def plan_migration(command: MigratePrices, *, db: Database) -> Migration:
    """Find the next of those that do not have the version yet, and what is to be asked of each.

    Prices of customers' own are left alone. Raises: NotFound (plan, price), NoPriceInCurrency.
    """
    with db.transaction(command.tenant) as uow:
        plan = uow.catalog.plan(command.plan)
        if plan is None:
            raise NotFound("plan", public_id("plan", command.plan))
        targets = []
        for price in _last(plan, command.currency):
            found: Price | None = price
            if command.version is not None:
                found = uow.price_users.version(plan.id, price.currency, command.version)
            if found is None:
                raise NotFound("version of the price", str(command.version), param="version")
            targets.append(found)
        ids = uow.price_users.behind(
            plan.id, targets, after=command.after or UUID(int=0), limit=command.limit + 1
        )
        work = DueWork(uow.connection)
        changes = [_change(command, work.read(id), targets) for id in ids[: command.limit]]
    return Migration(tuple(targets), tuple(changes), len(ids) > command.limit)


def _last(plan: Plan, currency: str | None) -> Sequence[Price]:
    return plan.prices if currency is None else [plan.price_in(currency, param="currency")]


def _change(command: MigratePrices, taken: Taken, targets: Sequence[Price]) -> ChangeItems:
    subscription = taken.subscription
    [target] = [price for price in targets if price.currency == subscription.currency]
    asked = []
    for item in taken.items:
        moves = item.plan_id == command.plan and item.price_id != target.id
        asked.append(AskedItem(item.id, price=target if moves else None))
    return ChangeItems(
        command.tenant,
        subscription.id,
        new_id(command.at),
        command.at,
        asked,
        command.when,
        command.terms,
        command.actor,
    )
