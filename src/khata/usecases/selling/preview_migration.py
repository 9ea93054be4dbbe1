"""Preview a migration of prices: the same decisions, and nothing is stored."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from khata.core.catalog import Price
from khata.core.pricing import recurring_amount
from khata.core.refusal import Refusal
from khata.core.renewal import as_renewal
from khata.db.transaction import Database
from khata.usecases.selling.plan_migration import MigratePrices, plan_migration
from khata.usecases.subscriptions.plan_items import Planned
from khata.usecases.subscriptions.preview_change import preview_change


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a migration would make of one subscription; amounts are of its items of the plan."""

    subscription_id: UUID
    currency: str
    effective_on: date | None
    old_amount: int
    new_amount: int
    mrr_change: int
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class ForeseenPage:
    targets: tuple[Price, ...]
    subscriptions: tuple[Foreseen, ...]
    has_more: bool


def preview_migration(command: MigratePrices, *, db: Database) -> ForeseenPage:
    """Return what each of the next subscriptions pays in a full period, and what it would pay.

    Raises: NotFound, NoPriceInCurrency.
    """
    migration = plan_migration(command, db=db)
    seen = []
    for change in migration.changes:
        try:
            seen.append(_foreseen(command.plan, preview_change(change, db=db)))
        except Refusal as refusal:
            seen.append(Foreseen(change.id, "", None, 0, 0, 0, refusal))
    return ForeseenPage(migration.targets, tuple(seen), migration.has_more)


def _foreseen(plan: UUID, planned: Planned) -> Foreseen:
    due, decided = planned.due, planned.decided
    renewal = as_renewal(decided, due, planned.wish.change_id, later=())
    return Foreseen(
        due.subscription.id,
        due.subscription.currency,
        planned.effective_on,
        sum(recurring_amount(item, item.quantity) for item in due.items if item.plan_id == plan),
        sum(
            recurring_amount(item, item.quantity) for item in decided.items if item.plan_id == plan
        ),
        renewal.after.mrr - renewal.before.mrr,
    )
