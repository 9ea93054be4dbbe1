"""Cancel a payment link: nobody can pay by it any more."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.links import LinkStatus
from khata.core.refusal import Kind, Refusal
from khata.db.stores.payment_links import PaymentLinks
from khata.db.stores.visits import Visits
from khata.db.transaction import Database
from khata.ports.gateways import Gateways
from khata.usecases.visits.settle_visit import SettleVisit, settle_visit


class LinkPaid(Refusal):
    """The invoice of the link is paid; there is nothing to cancel."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class CancelPaymentLink:
    tenant: UUID
    id: UUID
    at: datetime


def cancel_payment_link(command: CancelPaymentLink, *, db: Database, gateways: Gateways) -> None:
    """Cancel the link, and close the page of whoever came by it and is at a gateway.

    The invoice is owed as before. Who has paid at that moment has paid. Raises: NotFound, LinkPaid.
    """
    with db.transaction(command.tenant) as uow:
        links = PaymentLinks(uow.connection)
        link = links.get(command.id)
        invoice = uow.invoices.get(link.invoice_id)
        if link.status_at(command.at, invoice.status) is LinkStatus.DONE:
            raise LinkPaid(f"Invoice {invoice.number} is paid: there is nothing to cancel")
        links.cancel(link.id, command.at)
        begun = Visits(uow.connection).open_by_link(link.id)
    for visit in begun:
        close = SettleVisit(command.tenant, visit.id, command.at, is_unwanted=True)
        settle_visit(close, db=db, gateways=gateways)
