"""Set aside an attempt or a payment until a person looks; everything else goes on."""

from datetime import datetime

from khata.core.events import PaymentQuarantined
from khata.core.payment import Attempt, Payment
from khata.db.stores.attempts import Attempts
from khata.db.stores.parked import ParkedWork
from khata.db.transaction import UnitOfWork


def set_aside(
    uow: UnitOfWork, work: Attempt | Payment, *, code: str, reason: str, at: datetime
) -> None:
    """Park the work with its reason, let nothing be due of it, and tell."""
    if isinstance(work, Attempt):
        kind, payment_id, attempt_id = "attempt", work.payment_id, work.id
        Attempts(uow.connection).stop_asking(work.id)
    else:
        kind, payment_id, attempt_id = "payment", work.id, None
        uow.payments.set_aside(work.id)
    uow.parked.add([ParkedWork(kind, work.id, code, reason, at)], at)
    uow.events.add([PaymentQuarantined(payment_id, attempt_id, work.invoice_id, reason)], at)
