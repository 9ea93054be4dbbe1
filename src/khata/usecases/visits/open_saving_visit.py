"""Open a saving visit: send a customer to a gateway's own page to save a way to pay."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.links import LinkStatus, SetupLink
from khata.core.mandate import Consent, Mandate
from khata.core.payment_method import MethodKind
from khata.core.periods import day_of
from khata.core.saving_terms import terms_of_saving
from khata.core.visit import Purpose, VisitStatus
from khata.core.visiting import Guest, Visit, next_visit_ask, stays_until
from khata.db.retrying import retrying
from khata.db.stores.setup_links import SetupLinks
from khata.db.stores.visits import Visits
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateways import Gateways
from khata.usecases.selling.find_payment_method import GatewayDoesNotAnswer
from khata.usecases.visits.begin_agreement import (
    BeginAgreement,
    LinkIsOver,
    begin_agreement,
)
from khata.usecases.visits.call_way import call_way
from khata.usecases.visits.find_ways import Way, find_ways
from khata.usecases.visits.open_visit import WayNotOffered
from khata.usecases.visits.send_visit import send_visit


@dataclass(frozen=True, slots=True)
class OpenSavingVisit:
    """`back` is the page's own address; the payer comes back to `back`/visits/the visit's id.

    `consent`: what the page has shown of the terms, and to whom.
    """

    tenant: UUID
    id: UUID
    at: datetime
    link_id: UUID
    kind: MethodKind
    back: str
    consent: Consent | None = None


def open_saving_visit(command: OpenSavingVisit, *, db: Database, gateways: Gateways) -> Visit:
    """Return a visit that the customer can go to now: the one that is open, or a new one.

    Raises: NotFound, LinkIsOver, WayNotOffered, GatewayDoesNotAnswer, GatewayOutOfReach.
    """
    tenant, at = command.tenant, command.at
    visit = retrying(db, tenant, lambda uow: _written(uow, command, gateways))
    if not visit.was_opened:
        visit = send_visit(visit, tenant=tenant, at=at, db=db, gateways=gateways)
    if not visit.was_opened:
        raise GatewayDoesNotAnswer(
            f"{visit.gateway} does not answer now; try again in a moment", param="gateway"
        )
    return visit


def _written(uow: UnitOfWork, command: OpenSavingVisit, gateways: Gateways) -> Visit:
    link = SetupLinks(uow.connection).get(command.link_id)
    if link.status_at(command.at) is not LinkStatus.OPEN:
        raise LinkIsOver("This link is not valid any more; ask for a new one")
    visits = Visits(uow.connection)
    begun = visits.open_saving(link.customer_id, link.id)
    if (
        begun is not None
        and begun.was_opened
        and begun.mandate_id is None
        and begun.kind is command.kind
        and begun.can_be_gone_on_with(command.at)
    ):
        return begun  # nobody has to be called for it
    way = _way(uow, command, link, gateways)
    agreement = BeginAgreement(link, way.kind, command.consent, command.at)
    mandate = begin_agreement(uow, agreement)
    uow.customers.lock(link.customer_id)  # of two clicks at once the second finds the first's
    begun = visits.open_saving(link.customer_id, link.id)
    wanted = _visit(uow, command, link, way, mandate)
    if (
        begun is not None
        and begun.can_be_gone_on_with(command.at)
        and (begun.gateway_account_id, begun.kind, begun.mandate_id)
        == (wanted.gateway_account_id, wanted.kind, wanted.mandate_id)
    ):
        return begun
    visits.add(wanted)
    return wanted


def _way(uow: UnitOfWork, command: OpenSavingVisit, link: SetupLink, gateways: Gateways) -> Way:
    customer = uow.customers.get(link.customer_id)
    assert customer is not None, "a link has a customer"
    for away in (False, True):
        ways = find_ways(
            uow,
            gateways=gateways,
            currency=customer.currency,
            country=customer.country,
            amount=0,
            at=command.at,
            even_out_of_reach=away,
        )
        for way in ways:
            if way.kind is command.kind and way.can_save and link.kind in (None, way.kind):
                return call_way(uow, way, at=command.at)
    raise WayNotOffered("This way to pay cannot be saved; choose another", param="kind")


def _visit(
    uow: UnitOfWork,
    command: OpenSavingVisit,
    link: SetupLink,
    way: Way,
    mandate: Mandate | None,
) -> Visit:
    at = command.at
    customer = uow.customers.get(link.customer_id)
    assert customer is not None, "a link has a customer"
    account_id = way.account.id if way.account else None
    holder = Visits(uow.connection).holder_of(customer.id, account_id)
    tenant = uow.tenants.get()
    today = day_of(at, tenant.timezone)
    terms = link.mandate or terms_of_saving(way.kind, currency=customer.currency, start=today)
    if mandate is not None:
        terms = mandate.terms
    visit = Visit(
        id=command.id,
        customer_id=customer.id,
        invoice_id=None,
        link_id=link.id,
        gateway=way.gateway,
        gateway_account_id=account_id,
        purpose=Purpose.SAVE,
        kind=way.kind,
        amount=0,
        currency=customer.currency,
        description=f"A way to pay {tenant.name}",
        invoice_number=None,
        payer=Guest(customer.name, customer.email, customer.phone, holder),
        return_url=f"{command.back}/visits/{public_id('vis', command.id)}",
        cancel_url=command.back,
        mandate=terms,
        expires_at=stays_until(way.kind, at),
        status=VisitStatus.OPEN,
        reference=None,
        url=None,
        upi_link=None,
        holder=holder,
        decline_code=None,
        attempt_id=None,
        payment_method_id=None,
        ask_at=None,
        asks=0,
        created_at=at,
        finished_at=None,
        mandate_id=mandate.id if mandate else None,
        consent=command.consent,
    )
    return replace(visit, ask_at=next_visit_ask(visit, asks=0, at=at))
