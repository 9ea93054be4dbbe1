"""Retry after a new payment method: what was not paid by the one before is tried again at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from khata.core.payment import Payment, PaymentStatus, due_at
from khata.db.stores.fallbacks import Fallbacks
from khata.db.transaction import UnitOfWork


@contextmanager
def retry_after_new_method(uow: UnitOfWork, customer_id: UUID, *, at: datetime) -> Iterator[None]:
    """Surround a change of the ways to pay: payments that have another way after it are due now.

    The count of declines begins anew: the declines were the other method's. What has the same
    way as before is left alone, and so is what has none any more. Subscriptions, invoices and
    payments are locked first, so that the customer, whom the block locks, comes last as everywhere.
    """
    unpaid = uow.payments.lock_unpaid(customer_id)
    invoice_ids = [payment.invoice_id for payment in unpaid]
    before = uow.payments.ways_to_pay(invoice_ids)
    yield
    after = uow.payments.ways_to_pay(invoice_ids)
    changed = [
        payment
        for payment in unpaid
        if payment.invoice_id in after
        and after[payment.invoice_id] != before.get(payment.invoice_id)
    ]
    uow.payments.change([_again(payment, at) for payment in changed])
    uow.parked.end("payment", [payment.id for payment in changed], at)
    for payment in changed:
        Fallbacks(uow.connection).end(payment.id)


def _again(payment: Payment, at: datetime) -> Payment:
    """Return the payment due now, or as soon as the attempt that is open has failed."""
    anew = replace(payment, decline_count=0)
    if payment.status is not PaymentStatus.PROCESSING:
        return due_at(anew, at)
    # An attempt of the schedule's own (see fail_payment), or of what is not ours to collect.
    if payment.returns_to in (None, PaymentStatus.CANCELED):
        return payment
    return replace(anew, returns_to=PaymentStatus.SCHEDULED, returns_at=at)
