"""Migrate subscriptions to another version of their plan's price."""

from dataclasses import dataclass
from uuid import UUID

from khata.core.refusal import Refusal
from khata.core.waiting import ScheduledChange
from khata.db.transaction import Database
from khata.usecases.due_work.tools import Tools
from khata.usecases.selling.plan_migration import MigratePrices, plan_migration
from khata.usecases.subscriptions.change_items import change_items
from khata.usecases.subscriptions.plan_items import ChangeItems


@dataclass(frozen=True, slots=True)
class Migrated:
    """What became of one subscription: its change, or why it could not be made."""

    subscription_id: UUID
    change: ScheduledChange | None
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class MigratedPage:
    subscriptions: tuple[Migrated, ...]
    has_more: bool


def migrate_prices(command: MigratePrices, *, tools: Tools, db: Database) -> MigratedPage:
    """Change each of the next subscriptions, in a transaction of its own, or schedule it.

    Asked twice it changes nobody twice: who has the version, or will have it, is passed over. One
    that is renewed at this moment is told, and is among the next. Raises: NotFound,
    NoPriceInCurrency.
    """
    migration = plan_migration(command, db=db)
    made = [_made(change, tools, db) for change in migration.changes]
    return MigratedPage(tuple(made), migration.has_more)


def _made(change: ChangeItems, tools: Tools, db: Database) -> Migrated:
    try:
        return Migrated(change.id, change_items(change, tools=tools, db=db), None)
    except Refusal as refusal:
        return Migrated(change.id, None, refusal)
