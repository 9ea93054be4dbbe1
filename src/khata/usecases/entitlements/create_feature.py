"""Add a feature: something that plans may give."""

from dataclasses import dataclass
from uuid import UUID

from khata.core.entitlements import Feature, FeatureCodeTaken, check_feature
from khata.core.refusal import NotFound
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class CreateFeature:
    tenant: UUID
    feature: Feature


def create_feature(command: CreateFeature, *, db: Database) -> Feature:
    """Add it; nobody has it before a plan gives it.

    Raises: FeatureDiffers, FeatureCodeTaken, NotFound (the meter with this code).
    """
    feature = command.feature
    check_feature(feature)
    with db.transaction(command.tenant) as uow:
        if feature.meter is not None and not uow.meters.by_codes([feature.meter]):
            raise NotFound("meter", feature.meter, param="meter")
        if not uow.features.add(feature):
            raise FeatureCodeTaken(f"There is a feature with the code {feature.code}", param="code")
    return feature
