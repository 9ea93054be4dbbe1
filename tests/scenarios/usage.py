"""Usage in stories: a shop's meters, and what its customers use."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from khata.core.catalog import PriceModel, PriceTerms
from khata.core.ids import new_id
from khata.core.metering import Aggregation, Meter, PropertyFilter
from khata.usecases.billing.next_invoice import next_invoice
from khata.usecases.usage.create_meter import CreateMeter, create_meter
from khata.usecases.usage.record_usage import Receipt, RecordUsage, SentEvent, record_usage
from khata.usecases.usage.void_usage import VoidUsage, void_usage
from tests.scenarios.customer import Customer
from tests.scenarios.money import inr
from tests.scenarios.shop import Shop
from tests.scenarios.subscription import Subscribed
from tests.scenarios.world import World, at

A_CALL = PriceTerms(PriceModel.PER_UNIT, Decimal("12.5"))  # 0.125 rupees


def shop_of_usage(world: World, **policies: Any) -> Shop:
    """A shop on 1 April 2025 with a base fee of 1,000.00 and calls at 0.125 and at 0.20."""
    shop = world.shop(**policies)
    calls = replace(A_CALL, meter_id=measures(shop, "calls"))
    shop.sells("Base", at=inr("1000.00"))
    shop.sells("Calls", at=inr("0.00"), terms=calls)
    shop.sells("Dear calls", at=inr("0.00"), terms=replace(calls, unit_amount=Decimal(20)))
    world.today_is("2025-04-01")
    return shop


def foreseen(subscribed: Subscribed) -> tuple[list[tuple[str, int]], int]:
    """The lines and the total of the next invoice, as a preview shows them."""
    shop = subscribed.shop
    with shop.db.transaction(shop.tenant) as uow:
        invoice = next_invoice(uow, subscribed.id, at=shop.world.now)
    return [(line.description, line.charge.amount) for line in invoice.lines], invoice.total


def measures(
    shop: Shop,
    code: str,
    aggregation: str = "sum",
    *,
    field: str | None = None,
    filters: tuple[PropertyFilter, ...] = (),
    resets: bool = True,
) -> UUID:
    """Give the shop a meter, and return its id."""
    now = shop.world.now
    id = new_id(now)
    meter = Meter(id, code, code, Aggregation(aggregation), field, filters, resets, now)
    create_meter(CreateMeter(shop.tenant, meter), db=shop.db)
    return id


def uses(
    customer: Customer,
    meter: str,
    value: int | str | None = None,
    *,
    on: str | datetime,
    hour: str = "12:00",
    id: str | None = None,
    **properties: str | int | bool,
) -> Receipt:
    """Send one event, dated by the clock on an Indian wall."""
    shop = customer.shop
    when = on if isinstance(on, datetime) else at(on, hour)
    known: Mapping[str, str | int | bool] = properties
    event = SentEvent(
        id or f"{customer.id}-{meter}-{when.isoformat()}-{value}",
        customer.id,
        meter,
        when,
        None if value is None else Decimal(value),
        known,
    )
    return record_usage(RecordUsage(shop.tenant, shop.world.now, [event]), db=shop.db)


def voids(customer: Customer, id: str) -> None:
    """Say that an event was not so."""
    shop = customer.shop
    void_usage(VoidUsage(shop.tenant, id, shop.world.now), db=shop.db)
