"""Take a way to pay from a customer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class DetachPaymentMethod:
    tenant: UUID
    id: UUID
    at: datetime


def detach_payment_method(command: DetachPaymentMethod, *, db: Database) -> None:
    """End the method; nothing is collected by it any more. Twice is as good as once.

    Raises: NotFound.
    """
    with db.transaction(command.tenant) as uow:
        method = uow.payment_methods.get(command.id)
        if method is None:
            raise NotFound("payment method", public_id("pm", command.id))
        uow.customers.lock(method.customer_id)
        if method.detached_at is None:
            uow.payment_methods.detach(command.id, command.at)
