"""Agree on a price with one customer: it stands before the plan's own, for that customer alone."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.core.catalog import Price, PriceModel, PriceTerms
from khata.core.ids import public_id
from khata.core.own_price import OwnPriceCurrency, OwnPriceEnded, check_free
from khata.core.periods import day_of
from khata.core.refusal import NotFound
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.selling.check_meter import check_meter


@dataclass(frozen=True, slots=True)
class AddOwnPrice:
    """It holds on the days [valid_from, valid_until) of the customer's calendar; None: from today.

    Without a currency it is in the customer's.
    """

    tenant: UUID
    id: UUID
    at: datetime
    customer: UUID
    plan: UUID
    model: PriceModel
    amount: int
    terms: PriceTerms | None = None
    currency: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None


def add_own_price(command: AddOwnPrice, *, db: Database) -> Price:
    """Add the price; subscriptions that begin or change from then on get it, running ones do not.

    Raises: NotFound, OwnPriceCurrency, NoPriceInCurrency, OwnPriceEnded, OwnPriceOverlaps,
    MeterArchived, MeterNotForPrice.
    """
    with db.transaction(command.tenant) as uow:
        price = _agreed(uow, command)
        uow.catalog.add_prices([price])
    return price


def _agreed(uow: UnitOfWork, command: AddOwnPrice) -> Price:
    customer = uow.customers.get(command.customer)
    if customer is None:
        raise NotFound("customer", public_id("cus", command.customer))
    plan = uow.catalog.lock_plan(command.plan)  # two at once would overlap
    if plan is None:
        raise NotFound("plan", public_id("plan", command.plan), param="plan")
    currency = command.currency or customer.currency
    if currency != customer.currency:
        raise OwnPriceCurrency(
            f"{customer.name} is billed in {customer.currency}, not in {currency}",
            param="currency",
        )
    plan.price_in(currency, param="currency")
    check_meter(uow, command.terms)
    begins = command.valid_from or day_of(command.at, customer.timezone)
    if command.valid_until is not None and command.valid_until <= begins:
        raise OwnPriceEnded(f"It would end before it begins on {begins}", param="valid_until")
    others = uow.own_prices.of_plan(command.customer, command.plan)
    check_free(others, begins, command.valid_until, param="valid_from")
    return Price(
        command.id,
        command.plan,
        currency,
        command.model,
        command.amount,
        uow.own_prices.next_version(command.plan, currency),
        command.at,
        command.terms,
        command.customer,
        begins,
        command.valid_until,
    )
