"""Let a customer pay by another of its methods."""

from dataclasses import dataclass
from uuid import UUID

from khata.core.ids import public_id
from khata.core.refusal import Kind, NotFound, Refusal
from khata.db.transaction import Database


class MethodDetached(Refusal):
    """The payment method was taken from the customer."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class MakeDefaultPaymentMethod:
    tenant: UUID
    id: UUID


def make_default_payment_method(command: MakeDefaultPaymentMethod, *, db: Database) -> None:
    """Make the method the customer's default. Raises: NotFound, MethodDetached."""
    with db.transaction(command.tenant) as uow:
        method = uow.customers.method(command.id)
        if method is None:
            raise NotFound("payment method", public_id("pm", command.id))
        uow.customers.lock(method.customer_id)
        method = uow.customers.method(command.id)
        if method is None or method.detached_at is not None:
            raise MethodDetached("This payment method was detached; add it anew")
        uow.customers.make_default(method)
