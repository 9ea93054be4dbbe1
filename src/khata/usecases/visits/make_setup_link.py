"""Make a setup link: the address of a page where a customer saves a way to pay."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.ids import new_id, public_id
from khata.core.links import SetupLink
from khata.core.mandate import RAILS
from khata.core.mandate_rules import rail_rules
from khata.core.mandate_terms import MandateTerms
from khata.core.payment_method import MethodKind
from khata.core.refusal import NotFound, Refusal
from khata.core.return_urls import check_return_url
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateways import Gateways
from khata.usecases.mandates.write_terms import WriteTerms, write_terms
from khata.usecases.visits.find_ways import find_ways
from khata.usecases.visits.write_setup_link import WriteSetupLink, write_setup_link


class NothingCanBeSaved(Refusal):
    """None of the accounts with gateways can save a way to pay of this kind."""


class MandateHasEnded(Refusal):
    """A mandate ends after it begins."""


@dataclass(frozen=True, slots=True)
class MakeSetupLink:
    """`kind` None: whatever the accounts can save. `mandate` None: the usual terms of the rail."""

    tenant: UUID
    id: UUID
    at: datetime
    customer_id: UUID
    kind: MethodKind | None = None
    return_url: str | None = None
    mandate: MandateTerms | None = None


def make_setup_link(command: MakeSetupLink, *, db: Database, gateways: Gateways) -> SetupLink:
    """Return the link; it can be used for 30 days, and once.

    With terms for a rail of India's the mandate is written down, too; where the payer chooses the
    rail, when they do. Raises: NotFound (customer), ReturnUrlNotAllowed, NothingCanBeSaved,
    MandateHasEnded, MandateTermsWrong.
    """
    with db.transaction(command.tenant) as uow:
        return _made(uow, command, gateways)


def _made(uow: UnitOfWork, command: MakeSetupLink, gateways: Gateways) -> SetupLink:
    tenant = uow.tenants.get()
    if command.return_url is not None:
        origins = tenant.policies.return_urls
        check_return_url(command.return_url, origins=origins, livemode=tenant.livemode)
    customer = uow.customers.get(command.customer_id)
    if customer is None:
        raise NotFound("customer", public_id("cus", command.customer_id), param="customer")
    terms = command.mandate
    if terms is not None and terms.end is not None and terms.end <= terms.start:
        raise MandateHasEnded("The mandate ends before it begins", param="mandate.end")
    ways = find_ways(
        uow,
        gateways=gateways,
        currency=customer.currency,
        country=customer.country,
        amount=0,
        at=command.at,
        even_out_of_reach=True,
    )
    if not any(way.can_save and command.kind in (None, way.kind) for way in ways):
        raise NothingCanBeSaved(
            "No account with a gateway can save this for the customer; "
            "add one at /v1/gateway_accounts",
            param="kind",
        )
    id, at = command.id, command.at
    mandate_id = None
    if terms is not None and command.kind in RAILS and terms.currency == rail_rules().currency:
        write = WriteTerms(new_id(at), at, customer.id, command.kind, terms)
        mandate_id = write_terms(uow, write).id
    link = WriteSetupLink(id, at, customer.id, command.kind, command.return_url, terms, mandate_id)
    return write_setup_link(uow, link)
