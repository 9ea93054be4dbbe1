"""Create a mandate: the terms that a customer is to agree to."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.core.ids import new_id, public_id
from khata.core.mandate import (
    Consent,
    Mandate,
    MandateMove,
    ToldBy,
    check_terms,
    next_look,
)
from khata.core.mandate_events import MandateCreated
from khata.core.mandate_rules import Category, rail_rules
from khata.core.mandate_terms import Frequency, MandateTerms
from khata.core.payment_method import MethodKind
from khata.core.refusal import NotFound
from khata.core.told_mandate import MandateStatus
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork


@dataclass(frozen=True, slots=True)
class CreateMandate:
    """`max_amount` is in minor units of the customer's currency, tax included.

    `start` None: today, by the rail's own clock.
    """

    tenant: UUID
    id: UUID
    at: datetime
    customer: UUID
    kind: MethodKind
    max_amount: int
    frequency: Frequency
    start: date | None = None
    end: date | None = None
    is_fixed: bool = False
    category: Category = Category.GENERAL
    consent: Consent | None = None


def create_mandate(command: CreateMandate, *, db: Database) -> None:
    """Write the terms down. The next payment method of this customer and rail that carries a
    mandate is the customer's yes to them.

    Raises: NotFound (customer), MandateTermsWrong.
    """
    retrying(db, command.tenant, lambda uow: _create(uow, command))


def _create(uow: UnitOfWork, command: CreateMandate) -> None:
    customer = uow.customers.get(command.customer)
    if customer is None:
        raise NotFound("customer", public_id("cus", command.customer), param="customer")
    rules, at = rail_rules(), command.at
    today = rules.day(at)
    terms = MandateTerms(
        command.max_amount,
        customer.currency,
        command.frequency,
        command.start or today,
        command.end,
        command.is_fixed,
    )
    check_terms(terms, command.kind, today=today, rules=rules)
    status = MandateStatus.CREATED
    mandate = Mandate(
        command.id,
        command.customer,
        None,
        command.kind,
        terms,
        command.category,
        status,
        None,
        command.consent,
        next_look(terms, status, after=at, rules=rules),
        at,
    )
    move = MandateMove(new_id(at), mandate.id, None, status, ToldBy.SELLER, "terms written", at)
    uow.mandates.add(mandate, [move])
    uow.events.add([MandateCreated(mandate.id, mandate.customer_id)], at)
