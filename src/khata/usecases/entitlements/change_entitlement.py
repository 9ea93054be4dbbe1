"""Change what a plan gives of a feature, for all who have the plan."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from khata.core.entitlements import Entitlement, Value, check_entitlement
from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork


class EntitlementChanges(TypedDict, total=False):
    """What is not named stays as it is."""

    value: Value
    per_unit: bool
    while_paused: bool
    guards_use: bool


@dataclass(frozen=True, slots=True)
class ChangeEntitlement:
    tenant: UUID
    id: UUID
    at: datetime
    changes: EntitlementChanges


def change_entitlement(command: ChangeEntitlement, *, db: Database) -> Entitlement:
    """Write it, and decide anew what the plan's customers have, in one transaction.

    Raises: NotFound, FeatureDiffers.
    """
    return retrying(db, command.tenant, lambda uow: _changed(uow, command))


def _changed(uow: UnitOfWork, command: ChangeEntitlement) -> Entitlement:
    known = uow.features.entitlement(command.id)
    if known is not None:
        uow.catalog.lock_plan(known.plan_id)
        known = uow.features.entitlement(command.id)  # as it is after the wait
    if known is None:
        raise NotFound("entitlement", public_id("ent", command.id))
    feature = uow.features.get(known.feature_id)
    assert feature is not None
    changed = replace(known, **command.changes)
    check_entitlement(feature, changed)
    uow.features.change_entitlement(changed)
    uow.entitlements.settle_plan(changed.plan_id, command.at)
    return changed
