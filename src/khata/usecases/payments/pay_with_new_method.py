"""Pay an invoice with a payment method that the customer brings along, and keep the method."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.payment import Attempt
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateways import Gateways
from khata.usecases.payments.pay_invoice import PayInvoice, pay_invoice
from khata.usecases.selling.add_payment_method import (
    AddPaymentMethod,
    find_of,
    keep_method,
)
from khata.usecases.selling.find_payment_method import find_payment_method


@dataclass(frozen=True, slots=True)
class PayWithNewMethod:
    """`id` names the payment, should the invoice have none yet, and `method_id` the method."""

    tenant: UUID
    id: UUID
    method_id: UUID
    at: datetime
    customer_id: UUID
    invoice_id: UUID
    gateway: str
    token: str


def pay_with_new_method(command: PayWithNewMethod, *, db: Database, gateways: Gateways) -> Attempt:
    """Keep the method and try it at once; where the payment is refused, nothing is kept.

    Method and attempt are one transaction: of two clicks at once, one pays and the other leaves
    no method behind. A decline is an answer, and its method stays.
    Raises: as add_payment_method and pay_invoice.
    """
    with db.unclaimed.transaction(command.tenant) as uow:
        owed = uow.invoices.get(command.invoice_id).payable
    method = AddPaymentMethod(
        command.tenant,
        command.method_id,
        command.at,
        command.customer_id,
        command.gateway,
        command.token,
        default=False,
        amount=owed,
    )
    found = find_payment_method(find_of(method), db=db, gateways=gateways)
    pay = PayInvoice(command.tenant, command.id, command.at, command.invoice_id, command.method_id)

    def bring(uow: UnitOfWork) -> None:
        keep_method(uow, method, found)
        uow.dunning.link_used(command.invoice_id, command.at)

    return pay_invoice(pay, db=db, gateways=gateways, bringing=bring)
