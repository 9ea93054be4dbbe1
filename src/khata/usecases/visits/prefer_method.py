"""Prefer a method: make it the customer's default inside the caller's transaction."""

from datetime import datetime
from uuid import UUID

from khata.db.transaction import UnitOfWork
from khata.usecases.payments.retry_after_new_method import retry_after_new_method


def prefer_method(uow: UnitOfWork, method_id: UUID, *, at: datetime) -> None:
    """Let invoices be paid by it from now on; what had another way is tried again."""
    method = uow.payment_methods.get(method_id)
    assert method is not None, "it was found a moment ago"
    with retry_after_new_method(uow, method.customer_id, at=at):
        uow.customers.lock(method.customer_id)
        uow.payment_methods.make_default(method)
