"""Report how much of a feature a customer has in use, such as seats that are taken."""

from dataclasses import dataclass
from uuid import UUID

from khata.core.entitlements import FeatureDiffers, FeatureType
from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class ReportUse:
    """`used` is how much there is now, not how much came."""

    tenant: UUID
    customer_id: UUID
    feature_id: UUID
    used: int


def report_use(command: ReportUse, *, db: Database) -> None:
    """Keep the number beside what the customer has; a later report takes its place.

    It is a report, and never refused for being above the limit: a change of plans asks for it.
    Raises: NotFound (customer, feature), FeatureDiffers.
    """
    with db.transaction(command.tenant) as uow:
        feature = uow.features.get(command.feature_id)
        if feature is None:
            raise NotFound("feature", public_id("feat", command.feature_id), param="feature")
        if feature.type is not FeatureType.LIMIT:
            raise FeatureDiffers(
                f"{feature.code} is a {feature.type}: only of a limit a number is in use",
                param="feature",
            )
        if uow.customers.lock(command.customer_id) is None:
            raise NotFound("customer", public_id("cus", command.customer_id))
        uow.entitlements.use(command.customer_id, feature.code, command.used)
