"""The last look: read an attempt and its invoice once more, just before the money is taken."""

from collections.abc import Callable

from khata.core.payment import Attempt
from khata.db.stores.attempts import Attempts
from khata.db.transaction import UnitOfWork
from khata.usecases.payments.account_of import account_of
from khata.usecases.payments.open_attempts import NothingOwed, ReadyToSend
from khata.usecases.payments.request_charge import request_charge


def last_look(
    uow: UnitOfWork, seen: Attempt, *, may_be_sent: Callable[[Attempt], bool]
) -> ReadyToSend | NothingOwed | None:
    """Return the attempt ready to be sent, if it still may be and its invoice still owes it.

    It counts as perhaps arrived from here on. None: somebody else has gone on with it.
    """
    attempts = Attempts(uow.connection)
    attempt = attempts.lock(seen.id)
    if not may_be_sent(attempt):
        return None
    invoice = uow.invoices.get(attempt.invoice_id)
    if invoice.payable < attempt.amount:
        return NothingOwed()
    if not attempt.maybe_sent:
        attempts.leaves_again(attempt.id)
    request = request_charge(attempt, invoice, tenant=uow.tenant)
    return ReadyToSend(attempt, request, account_of(uow, attempt))
