"""Take a feature off a plan, for all who have the plan."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork


@dataclass(frozen=True, slots=True)
class RemoveEntitlement:
    tenant: UUID
    id: UUID
    at: datetime


def remove_entitlement(command: RemoveEntitlement, *, db: Database) -> None:
    """Remove it, and decide anew what the plan's customers have. Raises: NotFound."""
    retrying(db, command.tenant, lambda uow: _removed(uow, command))


def _removed(uow: UnitOfWork, command: RemoveEntitlement) -> None:
    known = uow.features.entitlement(command.id)
    if known is not None:
        uow.catalog.lock_plan(known.plan_id)
        known = uow.features.entitlement(command.id)  # as it is after the wait
    if known is None:
        raise NotFound("entitlement", public_id("ent", command.id))
    uow.features.withdraw(command.id)
    uow.entitlements.settle_plan(known.plan_id, command.at)
