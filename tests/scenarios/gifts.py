"""What plans give, in the words of a story."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from khata.core.entitlements import Combine, Entitlement, Feature, FeatureType, Value
from khata.core.ids import new_id
from khata.core.metering import Aggregation, Meter
from khata.usecases.entitlements.change_entitlement import ChangeEntitlement, change_entitlement
from khata.usecases.entitlements.create_entitlement import CreateEntitlement, create_entitlement
from khata.usecases.entitlements.create_feature import CreateFeature, create_feature
from khata.usecases.entitlements.remove_entitlement import RemoveEntitlement, remove_entitlement
from khata.usecases.entitlements.report_use import ReportUse, report_use
from khata.usecases.usage.create_meter import CreateMeter, create_meter

if TYPE_CHECKING:
    from tests.scenarios.customer import Customer
    from tests.scenarios.shop import Shop


class Gifts:
    """A shop's features, by their codes."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.features: dict[str, Feature] = {}

    def knows(self, code: str, type: str, *, adds: bool = False, meter: str | None = None) -> None:
        """Make a feature; limits of several subscriptions add up, or else the largest holds."""
        now = self.shop.world.now
        combine = Combine.SUM if adds else Combine.MAX
        if meter is not None:
            counts = Meter(new_id(now), meter, meter, Aggregation.COUNT, None, (), True, now)
            create_meter(CreateMeter(self.shop.tenant, counts), db=self.shop.db)
        feature = Feature(new_id(now), code, code, FeatureType(type), None, combine, meter, {}, now)
        self.features[code] = create_feature(
            CreateFeature(self.shop.tenant, feature), db=self.shop.db
        )

    def on(
        self,
        plan: str,
        code: str,
        value: Value,
        *,
        by_the_seat: bool = False,
        while_paused: bool = False,
        guards_use: bool = True,
    ) -> UUID:
        """Let a plan give something from now on."""
        now = self.shop.world.now
        entitlement = Entitlement(
            new_id(now),
            self.shop.plans[plan].id,
            self.features[code].id,
            value,
            by_the_seat,
            while_paused,
            guards_use,
            now,
        )
        command = CreateEntitlement(self.shop.tenant, entitlement, now)
        return create_entitlement(command, db=self.shop.db).id

    def becomes(self, entitlement: UUID, value: Value) -> None:
        command = ChangeEntitlement(
            self.shop.tenant, entitlement, self.shop.world.now, {"value": value}
        )
        change_entitlement(command, db=self.shop.db)

    def is_taken_off(self, entitlement: UUID) -> None:
        command = RemoveEntitlement(self.shop.tenant, entitlement, self.shop.world.now)
        remove_entitlement(command, db=self.shop.db)

    def uses(self, customer: Customer, code: str, used: int) -> None:
        """Note how many the customer has taken."""
        command = ReportUse(self.shop.tenant, customer.id, self.features[code].id, used)
        report_use(command, db=self.shop.db)

    def of(self, customer: Customer) -> dict[str, Any]:
        """What a customer may use now, by code."""
        with self.shop.db.transaction(self.shop.tenant) as uow:
            entitled = uow.entitlements.of(customer.id)
        return {} if entitled is None else {c: held.value for c, held in entitled.held.items()}

    def version(self, customer: Customer) -> int:
        with self.shop.db.transaction(self.shop.tenant) as uow:
            entitled = uow.entitlements.of(customer.id)
        return 0 if entitled is None else entitled.version

    def told(self) -> list[tuple[UUID, int]]:
        """Whose entitlements were said to have changed, and to which version."""
        return [
            (subject, facts["version"])
            for subject, facts in self.shop.rows(
                "select subject_id, facts from events where type = 'entitlements.changed'"
                " order by at, id"
            )
        ]
