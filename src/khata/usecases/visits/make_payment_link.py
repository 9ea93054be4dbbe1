"""Make a payment link: one more address of an invoice's page, with an end and a way back."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.links import LIVES, PaymentLink
from khata.core.return_urls import check_return_url
from khata.db.stores.payment_links import PaymentLinks
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.payments.pay_invoice import InvoiceNotOwed


@dataclass(frozen=True, slots=True)
class MakePaymentLink:
    tenant: UUID
    id: UUID
    at: datetime
    invoice_id: UUID
    return_url: str | None = None


def make_payment_link(command: MakePaymentLink, *, db: Database) -> PaymentLink:
    """Return the link; it can be paid by for 30 days.

    Raises: NotFound (invoice), InvoiceNotOwed, ReturnUrlNotAllowed.
    """
    with db.transaction(command.tenant) as uow:
        return _made(uow, command)


def _made(uow: UnitOfWork, command: MakePaymentLink) -> PaymentLink:
    tenant = uow.tenants.get()
    if command.return_url is not None:
        origins = tenant.policies.return_urls
        check_return_url(command.return_url, origins=origins, livemode=tenant.livemode)
    invoice = uow.invoices.lock(command.invoice_id, param="invoice")
    if invoice.payable <= 0:
        raise InvoiceNotOwed(
            f"Invoice {invoice.number} is {invoice.status}: nothing is owed", param="invoice"
        )
    link = PaymentLink(
        id=command.id,
        invoice_id=invoice.id,
        token=secrets.token_urlsafe(24),
        return_url=command.return_url,
        expires_at=command.at + LIVES,
        canceled_at=None,
        created_at=command.at,
    )
    PaymentLinks(uow.connection).add(link)
    return link
