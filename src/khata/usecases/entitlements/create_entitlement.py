"""Put a feature on a plan: all who have the plan have it from this moment."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.entitlements import AlreadyEntitled, Entitlement, check_entitlement
from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork


@dataclass(frozen=True, slots=True)
class CreateEntitlement:
    tenant: UUID
    entitlement: Entitlement
    at: datetime


def create_entitlement(command: CreateEntitlement, *, db: Database) -> Entitlement:
    """Add it, and decide anew what the plan's customers have, in one transaction.

    Raises: NotFound (plan, feature), FeatureDiffers, AlreadyEntitled.
    """
    return retrying(db, command.tenant, lambda uow: _created(uow, command))


def _created(uow: UnitOfWork, command: CreateEntitlement) -> Entitlement:
    entitlement = command.entitlement
    # Who begins with the plan meanwhile waits for its row, and then sees what it gives.
    plan = uow.catalog.lock_plan(entitlement.plan_id)
    if plan is None:
        raise NotFound("plan", public_id("plan", entitlement.plan_id), param="plan")
    feature = uow.features.lock(entitlement.feature_id)
    if feature is None:
        id = public_id("feat", entitlement.feature_id)
        raise NotFound("feature", id, param="feature")
    check_entitlement(feature, entitlement)
    if not uow.features.entitle(entitlement):
        raise AlreadyEntitled(f"{plan.code} gives {feature.code} already", param="feature")
    uow.entitlements.settle_plan(plan.id, command.at)
    return entitlement
