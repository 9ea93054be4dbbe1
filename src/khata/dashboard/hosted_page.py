"""What the hosted pages of an invoice have in common: whose it is, and in which ways it is paid."""

import io
from dataclasses import dataclass
from uuid import UUID

import segno
from markupsafe import Markup

from khata.core.document import InvoiceDocument
from khata.core.ids import parse_id, public_id
from khata.core.links import LinkStatus, PaymentLink
from khata.core.refusal import NotFound, Refusal
from khata.dashboard.browsing import typed
from khata.db.reads import closeup
from khata.db.reads.closeup import InvoiceCloseup
from khata.db.reads.documents import invoice_document
from khata.db.stores.attempts import Attempts
from khata.db.stores.payment_links import PaymentLinks
from khata.db.transaction import UnitOfWork
from khata.usecases.visits.find_ways import Way, find_ways
from khata.wiring import Engine


class NoSuchPage(NotFound):
    """The address of a hosted page is wrong; what exists is not told."""

    def __init__(self) -> None:
        Refusal.__init__(self, "There is no such page. Check the link in the mail you were sent.")


@dataclass(frozen=True, slots=True)
class Hosted:
    """An invoice as its customer opened it: by its own address, or by a payment link."""

    tenant: UUID
    shown: InvoiceCloseup
    document: InvoiceDocument
    link: PaymentLink | None
    here: str
    is_over: bool  # the link cannot be paid by any more


def find_hosted(engine: Engine, tenant: str, token: str) -> Hosted:
    """Raises: NoSuchPage, for whatever part of the address is wrong."""
    whose = tenant_named(tenant)
    at = engine.now(whose)
    with engine.db.transaction(whose) as uow:
        asked = typed(token, 200)
        link = None
        shown = closeup.invoice(uow.connection, link=asked)
        if shown is None:
            link = PaymentLinks(uow.connection).by_token(asked)
            shown = closeup.invoice(uow.connection, link.invoice_id) if link else None
        if shown is None:
            raise NoSuchPage
        base_url = engine.settings.base_url
        document = invoice_document(uow.connection, shown.id, base_url=base_url)
        status = uow.invoices.get(shown.id).status
    is_over = link is not None and link.status_at(at, status) is not LinkStatus.OPEN
    return Hosted(whose, shown, document, link, f"/i/{tenant}/{asked}", is_over)


def tenant_named(tenant: str) -> UUID:
    """Read the tenant's part of an address. Raises: NoSuchPage."""
    try:
        return parse_id("ten", tenant)
    except NotFound:
        raise NoSuchPage from None


def visit_named(name: str) -> UUID:
    """Read a visit's part of an address. Raises: NoSuchPage."""
    try:
        return parse_id("vis", name)
    except NotFound:
        raise NoSuchPage from None


def visit_address(here: str, id: UUID) -> str:
    """Return the address of a visit's own page beneath the page that it was begun at."""
    return f"{here}/visits/{public_id('vis', id)}"


def ways_of(
    uow: UnitOfWork, engine: Engine, hosted: Hosted, *, even_out_of_reach: bool = False
) -> list[Way]:
    """Return in which ways the payer can be sent to a gateway; none while it is being collected."""
    shown = hosted.shown
    if shown.amount_due <= 0 or hosted.is_over:
        return []
    attempts = Attempts(uow.connection).of_invoices([shown.id])[shown.id]
    if any(attempt.is_open for attempt in attempts):
        return []
    customer = uow.customers.get(shown.customer_id)
    assert customer is not None, "an invoice has a customer"
    return find_ways(
        uow,
        gateways=engine.gateways,
        currency=shown.currency,
        country=customer.country,
        amount=shown.amount_due,
        at=engine.now(hosted.tenant),
        even_out_of_reach=even_out_of_reach,
    )


def drawn(link: str) -> Markup:
    """Return a link as a QR code."""
    picture = io.BytesIO()
    segno.make(link, error="m").save(
        picture, kind="svg", xmldecl=False, svgns=True, title="UPI QR code", omitsize=True
    )
    return Markup(picture.getvalue().decode())  # made by segno from a link that it encodes
