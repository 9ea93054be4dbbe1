"""Pay an invoice with a payment method that the customer brings along, and keep the method."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.payment import Attempt
from khata.db.stores.attempts import Attempts
from khata.db.transaction import Database
from khata.ports.gateway import Gateway
from khata.usecases.payments.lock_owed import lock_owed
from khata.usecases.payments.open_attempt import ReadyToSend, open_attempt
from khata.usecases.payments.pay_invoice import CannotBeCharged, PayInvoice, payment_to_collect
from khata.usecases.payments.send_attempt import send_attempt
from khata.usecases.selling.add_payment_method import AddPaymentMethod, keep_method


@dataclass(frozen=True, slots=True)
class PayWithNewMethod:
    """`id` names the payment, should the invoice have none yet, and `method_id` the method."""

    tenant: UUID
    id: UUID
    method_id: UUID
    at: datetime
    invoice_id: UUID
    gateway: str
    token: str


def pay_with_new_method(
    command: PayWithNewMethod, *, db: Database, gateways: Mapping[str, Gateway]
) -> Attempt:
    """Keep the method and try it at once; where the payment is refused, nothing is kept.

    Method and attempt are one transaction: of two clicks at once, one pays and the other leaves
    no method behind. A decline is an answer, and its method stays.
    Raises: as add_payment_method and pay_invoice.
    """
    pay = PayInvoice(command.tenant, command.id, command.at, command.invoice_id, command.method_id)
    with db.transaction(command.tenant) as uow:
        owed = lock_owed(uow, command.invoice_id)
        earlier = Attempts(uow.connection).of_invoice(owed.invoice.id)
        new = AddPaymentMethod(
            command.tenant,
            command.method_id,
            command.at,
            owed.invoice.customer_id,
            command.gateway,
            command.token,
            default=False,
        )
        keep_method(uow, new, gateways)
        payment = payment_to_collect(uow, owed.invoice, earlier, pay)
        by = uow.payments.way_of(owed.invoice.customer_id, command.method_id)
        step = open_attempt(uow, payment, earlier=earlier, at=command.at, gateways=gateways, by=by)
        if not isinstance(step, ReadyToSend):
            raise CannotBeCharged(
                "This way to pay cannot pay this invoice; choose another", param="card"
            )
    send_attempt(step, tenant=command.tenant, at=command.at, db=db, gateways=gateways)
    with db.transaction(command.tenant) as uow:
        return Attempts(uow.connection).get(step.attempt.id)
