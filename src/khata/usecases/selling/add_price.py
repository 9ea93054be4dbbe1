"""Give a plan a new price: the next version in its currency, for subscriptions that begin now."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.catalog import Price, PriceModel, PriceTerms
from khata.core.ids import public_id
from khata.core.money import known_currency
from khata.core.refusal import NotFound
from khata.db.transaction import Database
from khata.usecases.selling.check_meter import check_meter


@dataclass(frozen=True, slots=True)
class AddPrice:
    """`amount` in minor units of `currency`; `terms` where that and the model do not tell all."""

    tenant: UUID
    id: UUID
    at: datetime
    plan: UUID
    currency: str
    model: PriceModel
    amount: int
    terms: PriceTerms | None = None


def add_price(command: AddPrice, *, db: Database) -> Price:
    """Add the version; running subscriptions keep the one they have.

    Raises: NotFound (plan, meter), UnknownCurrency, MeterArchived, MeterNotForPrice.
    """
    known_currency(command.currency, param="currency")
    with db.transaction(command.tenant) as uow:
        plan = uow.catalog.lock_plan(command.plan)
        if plan is None:
            raise NotFound("plan", public_id("plan", command.plan))
        check_meter(uow, command.terms)
        before = [price.version for price in plan.prices if price.currency == command.currency]
        price = Price(
            command.id,
            command.plan,
            command.currency,
            command.model,
            command.amount,
            max(before, default=0) + 1,
            command.at,
            command.terms,
        )
        uow.catalog.add_prices([price])
    return price
