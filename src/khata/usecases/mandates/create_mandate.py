"""Create a mandate: the terms that a customer is to agree to, and the link to the page for it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.core.ids import new_id, public_id
from khata.core.mandate import Consent
from khata.core.mandate_rules import Category, rail_rules
from khata.core.mandate_terms import Frequency, MandateTerms
from khata.core.payment_method import MethodKind
from khata.core.refusal import NotFound
from khata.core.return_urls import check_return_url
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateways import Gateways
from khata.usecases.mandates.write_terms import WriteTerms, write_terms
from khata.usecases.visits.find_ways import find_ways
from khata.usecases.visits.write_setup_link import WriteSetupLink, write_setup_link


@dataclass(frozen=True, slots=True)
class CreateMandate:
    """`max_amount` is in minor units of the customer's currency, tax included.

    `start` None: today, by the rail's own clock. `return_url` is where the payer is sent after.
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
    return_url: str | None = None


def create_mandate(command: CreateMandate, *, db: Database, gateways: Gateways) -> None:
    """Write the terms down, and make the link where the payer agrees to them, if an account with a
    gateway can register this rail at a page of its own.

    Otherwise the next payment method of this customer and rail that carries a mandate is the yes.
    Raises: NotFound (customer), MandateTermsWrong, ReturnUrlNotAllowed.
    """
    retrying(db, command.tenant, lambda uow: _create(uow, command, gateways))


def _create(uow: UnitOfWork, command: CreateMandate, gateways: Gateways) -> None:
    tenant = uow.tenants.get()
    if command.return_url is not None:
        origins = tenant.policies.return_urls
        check_return_url(command.return_url, origins=origins, livemode=tenant.livemode)
    customer = uow.customers.get(command.customer)
    if customer is None:
        raise NotFound("customer", public_id("cus", command.customer), param="customer")
    at = command.at
    terms = MandateTerms(
        command.max_amount,
        customer.currency,
        command.frequency,
        command.start or rail_rules().day(at),
        command.end,
        command.is_fixed,
    )
    write = WriteTerms(
        command.id, at, customer.id, command.kind, terms, command.category, command.consent
    )
    mandate = write_terms(uow, write)
    ways = find_ways(
        uow,
        gateways=gateways,
        currency=customer.currency,
        country=customer.country,
        amount=0,
        at=at,
        even_out_of_reach=True,
    )
    if any(way.can_save and way.kind is command.kind for way in ways):
        link = WriteSetupLink(
            new_id(at), at, customer.id, command.kind, command.return_url, terms, mandate.id
        )
        write_setup_link(uow, link)
