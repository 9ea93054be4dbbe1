"""The page of a subscription to usage: how much was used, and what that costs by now."""

from datetime import timedelta
from decimal import Decimal

from khata.core.catalog import PriceModel, PriceTerms, TaxBehavior
from khata.core.ids import new_id, public_id
from khata.core.metering import Aggregation, Meter
from khata.core.periods import Interval, Unit
from khata.core.subscription import CollectionMethod
from khata.usecases.selling.create_plan import CreatePlan, NewPrice, create_plan
from khata.usecases.selling.create_product import CreateProduct, create_product
from khata.usecases.subscriptions.start_subscription import (
    StartSubscription,
    WantedItem,
    start_subscription,
)
from khata.usecases.usage.create_meter import CreateMeter, create_meter
from khata.usecases.usage.record_usage import RecordUsage, SentEvent, record_usage
from tests.dashboard.trading import Trade
from tests.dashboard.world import World


def test_usage_and_its_price_so_far_are_shown(trade: Trade, world: World) -> None:
    tenant, db, now = trade.shop.test, world.engine.db, world.now
    meter = Meter(new_id(now), "calls", "Calls", Aggregation.SUM, None, (), True, now)
    create_meter(CreateMeter(tenant, meter), db=db)
    product = new_id(now)
    create_product(CreateProduct(tenant, product, now, "API", "998314", None, {}), db=db)
    terms = PriceTerms(PriceModel.PER_UNIT, Decimal("12.5"), meter_id=meter.id)
    plan = create_plan(
        CreatePlan(
            tenant=tenant,
            id=new_id(now),
            at=now,
            product=product,
            name="API calls",
            code="api-calls",
            interval=Interval(Unit.MONTH),
            trial_days=0,
            tax_behavior=TaxBehavior.EXCLUSIVE,
            prices=[NewPrice("INR", PriceModel.PER_UNIT, 0, terms)],
            metadata={},
        ),
        db=db,
    )
    id = new_id(now)
    start_subscription(
        StartSubscription(
            tenant=tenant,
            id=id,
            at=now,
            customer_id=trade.asha,
            items=[WantedItem(plan.id, 1)],
            collection_method=CollectionMethod.CHARGE_AUTOMATICALLY,
            usage_threshold=500_000,
        ),
        tools=world.engine.tools,
        db=db,
    )
    event = SentEvent("t1", trade.asha, "calls", now + timedelta(minutes=1), Decimal(12_345), {})
    record_usage(RecordUsage(tenant, now, [event]), db=db)
    world.clock.at += timedelta(minutes=2)
    text = trade.owner.get(f"/dashboard/subscriptions/{public_id('sub', id)}").text
    assert "12,345<br>" in text
    assert "₹1,543.13<br>" in text  # 12,345 × 0.125 = 1,543.125
    assert "usage of ₹5,000.00" in text
