"""Open an attempt: write down the intent to charge, before anybody is called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from khata.core.asking import next_ask
from khata.core.dunning import DeclineClass
from khata.core.ids import new_id
from khata.core.payment import Attempt, AttemptStatus, Payment, PaymentStatus
from khata.db.stores.attempts import Attempts
from khata.db.stores.invoices import StoredInvoice
from khata.db.stores.payments import Payable
from khata.db.transaction import UnitOfWork
from khata.ports.gateway import ChargeRequest, Gateway
from khata.usecases.payments.request_charge import request_charge


@dataclass(frozen=True, slots=True)
class ReadyToSend:
    """An attempt that is written down, and the request that it stands for."""

    attempt: Attempt
    request: ChargeRequest


@dataclass(frozen=True, slots=True)
class CannotSend:
    """There is nothing to call: this counts as a decline of its own, without an attempt."""

    decline_class: DeclineClass
    decline_code: str


@dataclass(frozen=True, slots=True)
class NothingOwed:
    """The invoice needs no money any more, or an attempt for it is open already."""


def open_attempt(
    uow: UnitOfWork,
    payment: Payment,
    *,
    earlier: Sequence[Attempt],
    at: datetime,
    gateways: Mapping[str, Gateway],
    by: Payable | None = None,
) -> ReadyToSend | CannotSend | NothingOwed:
    """Write the attempt of a locked payment whose invoice is locked too; commit before sending.

    `earlier` are the invoice's attempts so far. `by` chooses a payment method; without it the
    subscription's is taken, or the customer's default. The invoice is looked at once more: what
    is not owed is not charged.
    """
    invoice = uow.invoices.get(payment.invoice_id)
    if invoice.amount_due <= 0:
        canceled = replace(
            payment, status=PaymentStatus.CANCELED, next_attempt_at=None, finished_at=at
        )
        uow.payments.change(canceled)
        return NothingOwed()
    way = by or uow.payments.way_to_pay(invoice.id)
    obstacle = _obstacle(way, invoice, gateways)
    if way is None or obstacle is not None:
        return obstacle or CannotSend(DeclineClass.CUSTOMER_ACTION, "no_payment_method")
    uow.payments.change(
        replace(payment, status=PaymentStatus.PROCESSING, next_attempt_at=None, finished_at=None)
    )
    if any(one.is_open for one in earlier):
        return NothingOwed()
    number = 1 + sum(one.payment_id == payment.id for one in earlier)
    attempt = _attempt(payment, invoice, way, number=number, at=at)
    Attempts(uow.connection).add(attempt)
    return ReadyToSend(attempt, request_charge(attempt, invoice, tenant=uow.tenant))


def _obstacle(
    way: Payable | None, invoice: StoredInvoice, gateways: Mapping[str, Gateway]
) -> CannotSend | None:
    if way is None:
        return CannotSend(DeclineClass.CUSTOMER_ACTION, "no_payment_method")
    gateway = gateways.get(way.gateway)
    if gateway is None:
        return CannotSend(DeclineClass.CONFIG, "gateway_not_set_up")
    currencies = gateway.capabilities.currencies
    if currencies is not None and invoice.currency not in currencies:
        return CannotSend(DeclineClass.CONFIG, "currency_not_supported")
    return None


def _attempt(
    payment: Payment, invoice: StoredInvoice, way: Payable, *, number: int, at: datetime
) -> Attempt:
    return Attempt(
        id=new_id(at),
        payment_id=payment.id,
        invoice_id=invoice.id,
        payment_method_id=way.id,
        gateway=way.gateway,
        token=way.token,
        amount=invoice.amount_due,
        currency=invoice.currency,
        number=number,
        status=AttemptStatus.SENDING,
        decline_class=None,
        decline_code=None,
        gateway_reference=None,
        fee=0,
        ask_at=next_ask(AttemptStatus.SENDING, asks=0, at=at),
        asks=0,
        late_until=None,
        created_at=at,
        finished_at=None,
    )
