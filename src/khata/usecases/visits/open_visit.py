"""Open a visit: send a payer to a gateway's own page to pay one invoice."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.mandate import Consent
from khata.core.payment import Attempt, AttemptStatus
from khata.core.payment_method import MethodKind
from khata.core.periods import day_of
from khata.core.refusal import Kind, Refusal
from khata.core.saving_terms import terms_of_saving
from khata.core.visit import Purpose, VisitStatus
from khata.core.visiting import Guest, Visit, next_visit_ask, stays_until
from khata.db.retrying import retrying
from khata.db.stores.attempts import Ask, Attempts
from khata.db.stores.invoices import StoredInvoice
from khata.db.stores.visits import Visits
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateways import Gateways
from khata.usecases.payments.ask_about_attempt import ask_about_attempt
from khata.usecases.payments.lock_owed import lock_owed
from khata.usecases.payments.pay_invoice import InvoiceNotOwed, PaymentInProgress
from khata.usecases.selling.find_payment_method import GatewayDoesNotAnswer
from khata.usecases.visits.call_way import call_way
from khata.usecases.visits.find_ways import Way, find_ways
from khata.usecases.visits.send_visit import send_visit
from khata.usecases.visits.settle_before_charging import settle_before_charging

_ROUNDS = 3  # others may come between, and then it is looked at again


class WayNotOffered(Refusal):
    """None of the seller's accounts with gateways can be paid in this way."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """`saves`: what is paid with is kept for the renewals. `back` is the page's own address.

    The payer comes back to `back`/visits/the visit's id, or to `back` where they turned round.
    `consent`: what the page has shown of what is agreed to by saving, and to whom.
    """

    tenant: UUID
    id: UUID
    at: datetime
    invoice_id: UUID
    kind: MethodKind
    saves: bool
    back: str
    link_id: UUID | None = None
    consent: Consent | None = None


class _LookFirst(Exception):
    """Earlier attempts or visits may have paid, or another visit is open: they are asked first."""

    def __init__(self, attempts: list[Attempt], visits: list[Visit]) -> None:
        super().__init__()
        self.attempts = attempts
        self.visits = visits


def open_visit(command: OpenVisit, *, db: Database, gateways: Gateways) -> Visit:
    """Return a visit that the payer can go to now: the one that is open, or a new one.

    Nobody is sent to pay what is being collected. A visit of other terms that is open is closed
    first; where it turns out that it, or an earlier attempt, has paid, nothing is opened.
    Raises: NotFound, InvoiceNotOwed, PaymentInProgress, WayNotOffered, GatewayDoesNotAnswer,
    GatewayOutOfReach.
    """
    tenant, at = command.tenant, command.at
    asked: set[UUID] = set()

    def written(uow: UnitOfWork) -> Visit:
        return _written(uow, command, gateways, asked)

    for _ in range(_ROUNDS):
        try:
            visit = retrying(db, tenant, written)
        except _LookFirst as first:
            asked |= _looked(first, command, db, gateways)
            continue
        if visit.was_opened:
            return visit
        visit = send_visit(visit, tenant=tenant, at=at, db=db, gateways=gateways)
        if visit.was_opened:
            return visit
        raise GatewayDoesNotAnswer(
            f"{visit.gateway} does not answer now; try again in a moment", param="gateway"
        )
    raise PaymentInProgress("This invoice is being paid elsewhere; look again in a moment")


def _looked(first: _LookFirst, command: OpenVisit, db: Database, gateways: Gateways) -> set[UUID]:
    """Ask about what may have paid, and return which attempts and visits were asked about."""
    tenant, at = command.tenant, command.at
    for attempt in first.attempts:
        if not ask_about_attempt(
            Ask(attempt, is_last=False), tenant=tenant, at=at, db=db, gateways=gateways
        ):
            raise PaymentInProgress(
                "The gateway cannot tell now what became of an earlier attempt; try again later"
            )
    if not settle_before_charging(first.visits, tenant=tenant, at=at, db=db, gateways=gateways):
        raise PaymentInProgress(
            "A payment that was begun elsewhere may still come; look again in a moment"
        )
    return {one.id for one in first.attempts} | {one.id for one in first.visits}


def _written(uow: UnitOfWork, command: OpenVisit, gateways: Gateways, asked: set[UUID]) -> Visit:
    owed = lock_owed(uow, command.invoice_id)
    invoice = owed.invoice
    if invoice.payable <= 0:
        raise InvoiceNotOwed(f"Invoice {invoice.number} is {invoice.status}: nothing is owed")
    attempts = Attempts(uow.connection).of_invoices([invoice.id])[invoice.id]
    if any(attempt.is_open for attempt in attempts):
        raise PaymentInProgress(f"Invoice {invoice.number} is being collected; wait for its end")
    late = [
        one
        for one in attempts
        if one.id not in asked
        and one.status is AttemptStatus.FAILED
        and one.may_come_late(command.at)
    ]
    visits = Visits(uow.connection)
    begun = visits.open_of([invoice.id]).get(invoice.id)
    may_pay = visits.may_pay([invoice.id]).get(invoice.id, ())
    closed = [one for one in may_pay if not one.is_open and one.id not in asked]
    if late or closed:
        raise _LookFirst(late, closed)
    way = _way(uow, command, invoice, gateways)
    wanted = _visit(uow, command, invoice, way)
    if begun is None:
        call_way(uow, way, at=command.at)
        visits.add(wanted)
        return wanted
    if _is_same(begun, wanted) and begun.can_be_gone_on_with(command.at):
        return begun if begun.was_opened else _again(uow, begun, way, command.at)
    raise _LookFirst([], [begun])


def _again(uow: UnitOfWork, begun: Visit, way: Way, at: datetime) -> Visit:
    call_way(uow, way, at=at)
    return begun


def _is_same(begun: Visit, wanted: Visit) -> bool:
    def terms(visit: Visit) -> tuple[object, ...]:
        return (
            visit.gateway,
            visit.gateway_account_id,
            visit.kind,
            visit.purpose,
            visit.amount,
            visit.cancel_url,
            visit.link_id,
        )

    return terms(begun) == terms(wanted)


def _way(uow: UnitOfWork, command: OpenVisit, invoice: StoredInvoice, gateways: Gateways) -> Way:
    customer = uow.customers.get(invoice.customer_id)
    assert customer is not None, "an invoice has a customer"
    for away in (False, True):
        ways = find_ways(
            uow,
            gateways=gateways,
            currency=invoice.currency,
            country=customer.country,
            amount=invoice.payable,
            at=command.at,
            even_out_of_reach=away,
        )
        for way in ways:
            if way.kind is command.kind and way.can_pay:
                return way
    raise WayNotOffered("This invoice cannot be paid in this way; choose another", param="kind")


def _visit(uow: UnitOfWork, command: OpenVisit, invoice: StoredInvoice, way: Way) -> Visit:
    at = command.at
    customer = uow.customers.get(invoice.customer_id)
    assert customer is not None, "an invoice has a customer"
    saves = command.saves and way.can_save_when_paying
    account_id = way.account.id if way.account else None
    holder = Visits(uow.connection).holder_of(customer.id, account_id)
    tenant = uow.tenants.get()
    terms = None
    if saves:
        today = day_of(at, tenant.timezone)
        terms = terms_of_saving(
            way.kind, currency=invoice.currency, start=today, least=invoice.payable
        )
    visit = Visit(
        id=command.id,
        customer_id=customer.id,
        invoice_id=invoice.id,
        link_id=command.link_id,
        gateway=way.gateway,
        gateway_account_id=account_id,
        purpose=Purpose.PAY_AND_SAVE if saves else Purpose.PAY,
        kind=way.kind,
        amount=invoice.payable,
        currency=invoice.currency,
        description=f"Invoice {invoice.number} of {tenant.name}",
        invoice_number=invoice.number,
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
        consent=command.consent if saves else None,
    )
    return replace(visit, ask_at=next_visit_ask(visit, asks=0, at=at))
