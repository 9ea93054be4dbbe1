"""Let a customer pay by another of its methods."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.refusal import Kind, NotFound, Refusal
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.payments.retry_after_new_method import retry_after_new_method


class MethodDetached(Refusal):
    """The payment method was taken from the customer."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class MakeDefaultPaymentMethod:
    tenant: UUID
    id: UUID
    at: datetime


def make_default_payment_method(command: MakeDefaultPaymentMethod, *, db: Database) -> None:
    """Make the method the customer's default; what is paid by it from now on is tried again.

    Raises: NotFound, MethodDetached.
    """
    retrying(db, command.tenant, lambda uow: _make_default(uow, command))


def _make_default(uow: UnitOfWork, command: MakeDefaultPaymentMethod) -> None:
    method = uow.payment_methods.get(command.id)
    if method is None:
        raise NotFound("payment method", public_id("pm", command.id))
    with retry_after_new_method(uow, method.customer_id, at=command.at):
        uow.customers.lock(method.customer_id)
        method = uow.payment_methods.get(command.id)
        if method is None or method.detached_at is not None:
            raise MethodDetached("This payment method was detached; add it anew")
        uow.payment_methods.make_default(method)
