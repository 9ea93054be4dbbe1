"""Offer a product: a plan with its prices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.catalog import (
    Plan,
    PlanCodeTaken,
    Price,
    PriceModel,
    PriceTerms,
    TaxBehavior,
    check_currencies_once,
)
from khata.core.ids import new_ids, public_id
from khata.core.money import known_currency
from khata.core.periods import Interval
from khata.core.refusal import NotFound
from khata.db.transaction import Database
from khata.usecases.selling.check_meter import check_meter


@dataclass(frozen=True, slots=True)
class NewPrice:
    """`amount` in minor units of `currency`; `terms` where that and the model do not tell all."""

    currency: str
    model: PriceModel
    amount: int
    terms: PriceTerms | None = None


@dataclass(frozen=True, slots=True)
class CreatePlan:
    tenant: UUID
    id: UUID
    at: datetime
    product: UUID
    name: str
    code: str
    interval: Interval
    trial_days: int
    tax_behavior: TaxBehavior
    prices: Sequence[NewPrice]
    metadata: Mapping[str, str]
    dunning_policy_id: UUID | None = None


def create_plan(command: CreatePlan, *, db: Database) -> Plan:
    """Add the plan and the first version of each price.

    Raises: NotFound (product, meter, dunning policy), PlanCodeTaken, UnknownCurrency,
    PriceCurrencyTwice, MeterArchived, MeterNotForPrice.
    """
    plan = _plan(command)
    with db.transaction(command.tenant) as uow:
        if uow.catalog.product(command.product) is None:
            raise NotFound("product", public_id("prod", command.product), param="product")
        policy = plan.dunning_policy_id
        if policy is not None and uow.dunning.policy(policy) is None:
            raise NotFound("dunning policy", public_id("dun", policy), param="dunning_policy")
        for position, price in enumerate(plan.prices):
            check_meter(uow, price.terms, param=f"prices.{position}.meter")
        if not uow.catalog.add_plan(plan):
            raise PlanCodeTaken(f"There is a plan with the code {plan.code}", param="code")
    return plan


def _plan(command: CreatePlan) -> Plan:
    for position, price in enumerate(command.prices):
        known_currency(price.currency, param=f"prices.{position}.currency")
    check_currencies_once([price.currency for price in command.prices])
    ids = new_ids(command.at, len(command.prices))
    return Plan(
        id=command.id,
        product_id=command.product,
        name=command.name,
        code=command.code,
        interval=command.interval,
        trial_days=command.trial_days,
        tax_behavior=command.tax_behavior,
        prices=tuple(
            Price(
                id,
                command.id,
                price.currency,
                price.model,
                price.amount,
                1,
                command.at,
                price.terms,
            )
            for id, price in zip(ids, command.prices, strict=True)
        ),
        metadata=command.metadata,
        created_at=command.at,
        dunning_policy_id=command.dunning_policy_id,
    )
