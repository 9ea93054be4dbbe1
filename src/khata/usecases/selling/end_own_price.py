"""End a price of a customer's own: the plan's holds again for what begins or changes."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.own_price import OwnPriceEnded
from khata.core.periods import day_of
from khata.core.refusal import Kind, NotFound, Refusal
from khata.db.transaction import Database


class NotAnOwnPrice(Refusal):
    """Only a price of a customer's own is ended."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class EndOwnPrice:
    """`on` is the first day that it holds no longer; None: today."""

    tenant: UUID
    price: UUID
    at: datetime
    on: date | None = None


def end_own_price(command: EndOwnPrice, *, db: Database) -> None:
    """Let the price hold until before the day; running subscriptions keep it.

    Raises: NotFound, NotAnOwnPrice, OwnPriceEnded.
    """
    with db.transaction(command.tenant) as uow:
        price = uow.catalog.price(command.price)
        if price is None:
            raise NotFound("price", public_id("price", command.price))
        customer = None if price.customer_id is None else uow.customers.get(price.customer_id)
        if customer is None:
            raise NotAnOwnPrice("A plan's price is followed by its next version; it does not end")
        uow.catalog.lock_plan(price.plan_id)
        today = day_of(command.at, customer.timezone)
        day = command.on or today
        assert price.valid_from is not None
        if price.valid_until is not None and price.valid_until <= today:
            raise OwnPriceEnded(f"It held until {price.valid_until} already")
        if day < today:
            raise OwnPriceEnded(f"{day} is over; it ends today at the earliest", param="on")
        uow.own_prices.end(price.id, max(day, price.valid_from))
