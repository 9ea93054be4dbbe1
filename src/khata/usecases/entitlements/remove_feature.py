"""Remove a feature that no plan gives any more."""

from dataclasses import dataclass
from uuid import UUID

from khata.core.entitlements import FeatureInUse
from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class RemoveFeature:
    tenant: UUID
    id: UUID


def remove_feature(command: RemoveFeature, *, db: Database) -> None:
    """Remove it for good; its code is free again. Raises: NotFound, FeatureInUse."""
    with db.transaction(command.tenant) as uow:
        feature = uow.features.lock(command.id)
        if feature is None:
            raise NotFound("feature", public_id("feat", command.id))
        count = uow.features.plans_with(command.id)
        if count:
            plans = "a plan gives it" if count == 1 else f"{count} plans give it"
            raise FeatureInUse(f"{feature.code} cannot go while {plans}")
        uow.features.remove(command.id)
