"""Dunning policies of a shop's plans, and what was kept of an invoice's dunning."""

from typing import Any
from uuid import UUID

from khata.core.dunning_terms import DunningTerms
from khata.core.ids import new_id
from khata.usecases.dunning.create_dunning_policy import (
    CreateDunningPolicy,
    create_dunning_policy,
)
from khata.usecases.dunning.revise_dunning_policy import (
    ReviseDunningPolicy,
    revise_dunning_policy,
)
from khata.usecases.selling.revise_plan import RevisePlan, revise_plan
from tests.scenarios.customer import Customer
from tests.scenarios.invoice import Invoice
from tests.scenarios.shop import Shop


def follows(shop: Shop, plan: str, name: str = "Patient", **terms: Any) -> UUID:
    """Let a plan follow a new dunning policy; return its id."""
    now = shop.world.now
    command = CreateDunningPolicy(shop.tenant, new_id(now), now, name, DunningTerms(**terms))
    policy = create_dunning_policy(command, db=shop.db)
    names = RevisePlan(shop.tenant, shop.plans[plan].id, {"dunning_policy_id": policy.id})
    revise_plan(names, db=shop.db)
    return policy.id


def revised(shop: Shop, policy: UUID, **terms: Any) -> None:
    command = ReviseDunningPolicy(shop.tenant, policy, shop.world.now, None, terms)
    revise_dunning_policy(command, db=shop.db)


def steps(customer: Customer, invoice: Invoice | None = None) -> list[tuple[str, str]]:
    """The day (UTC) and word of each step of the invoice's dunning; of the latest, without one."""
    invoice = invoice or customer.latest_invoice
    rows = customer.shop.rows(
        "select (at at time zone 'Asia/Kolkata')::date, step from dunning_steps"
        " where invoice_id = %(id)s order by at, id",
        id=invoice.id,
    )
    return [(str(day), step) for day, step in rows]


def mails(customer: Customer) -> list[tuple[str, str]]:
    """When, by the clock of Kolkata, each mail of the dunning was written, and its kind."""
    rows = customer.shop.rows(
        "select sent_at at time zone 'Asia/Kolkata', kind from mails where customer_id = %(id)s"
        " and kind like 'payment%%' and sent_at is not null order by sent_at, id",
        id=customer.id,
    )
    return [(f"{at:%Y-%m-%d %H:%M}", kind) for at, kind in rows]
