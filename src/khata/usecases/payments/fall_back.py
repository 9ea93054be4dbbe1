"""Fall back: let another of the payer's ways be tried at once, where this one moved no money."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.dunning import DeclineClass
from khata.core.fallback import NOT_THE_PAYERS, may_fall_back, next_way
from khata.core.gateway_health import Circuit
from khata.core.payment import Payment, due_at
from khata.core.policies import FallbackMethods
from khata.db.stores.attempts import Attempts
from khata.db.stores.fallbacks import Fallbacks
from khata.db.transaction import UnitOfWork
from khata.usecases.payments.keep_callable import keep_callable


@dataclass(frozen=True, slots=True)
class FailedWay:
    """A way that moved no money, and why. `attempt_id` is None where there was nobody to call."""

    payment_method_id: UUID | None
    decline_class: DeclineClass
    attempt_id: UUID | None = None


def fall_back(uow: UnitOfWork, payment: Payment, failed: FailedWay, *, at: datetime) -> bool:
    """Make the payment due at once by another way, if there is one; say so.

    The policy `fallback_methods` has to allow it, every attempt of the invoice so far has to be
    certain to have taken nothing, and a go ends after three further ways. Nothing is counted as
    a decline. Where it falls back no more, the next try begins with the payment's own way.
    """
    if not is_allowed(uow):
        return False
    fallbacks = Fallbacks(uow.connection)
    way = another_way(uow, payment, failed, at=at)
    if way is None:
        fallbacks.end(payment.id)
        return False
    tried = _tried(fallbacks, payment, failed)
    fallbacks.set(payment.id, way, after=failed.attempt_id, tried=tried, at=at)
    uow.payments.change([due_at(payment, at)])
    return True


def is_allowed(uow: UnitOfWork) -> bool:
    """Say whether the tenant lets another method be tried at all."""
    return uow.tenants.get().policies.fallback_methods is FallbackMethods.SAME_CUSTOMER


def another_way(
    uow: UnitOfWork, payment: Payment, failed: FailedWay, *, at: datetime
) -> UUID | None:
    """Return the payer's next way to pay that can be called now; None: nothing may be tried."""
    if failed.payment_method_id is None or failed.decline_class not in NOT_THE_PAYERS:
        return None
    attempts = Attempts(uow.connection)
    others = [
        attempt
        for attempt in attempts.of_invoices([payment.invoice_id])[payment.invoice_id]
        if attempt.id != failed.attempt_id or not attempt.is_open
    ]
    if not may_fall_back(failed.decline_class, others, at=at):
        return None
    if attempts.was_unknown(payment.invoice_id):
        return None
    fallbacks = Fallbacks(uow.connection)
    ways = fallbacks.ways(payment.customer_id)
    accounts = uow.gateway_accounts.of({way.account_id for way in ways if way.account_id})
    can = [
        way
        for way in ways
        if way.account_id is None
        or (
            accounts[way.account_id].takes_charges
            and accounts[way.account_id].health.circuit(at) is not Circuit.OPEN
        )
    ]
    tried = _tried(fallbacks, payment, failed)
    untried = [way for way in can if way.id not in tried]
    callable = keep_callable(uow, untried, uow.invoices.get(payment.invoice_id), at=at)
    return next_way([way.id for way in callable], tried=tried)


def _tried(fallbacks: Fallbacks, payment: Payment, failed: FailedWay) -> list[UUID]:
    before = fallbacks.tried(payment.id)
    assert failed.payment_method_id is not None
    return [*(way for way in before if way != failed.payment_method_id), failed.payment_method_id]
