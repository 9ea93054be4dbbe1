"""Hold back a call to a gateway account that ails, so that it is put off and not failed."""

from datetime import datetime
from uuid import UUID

from khata.core.dunning import LONGEST_OUTAGE
from khata.core.gateway_health import Circuit, Trouble
from khata.db.transaction import UnitOfWork
from khata.usecases.gateways.let_one_look import let_one_look


def hold_back(
    uow: UnitOfWork, account_id: UUID | None, *, at: datetime, reads: bool = False
) -> datetime | None:
    """Return when it may be called next; None: the call may be made, or is the one that looks.

    With `reads` nothing is moved by the call: an account that only fails at charging answers what
    it is asked, and is asked. After a week nothing is held back any more, so that what counts its
    tries comes to an end and a person looks.
    """
    account = uow.gateway_accounts.get(account_id) if account_id is not None else None
    if account is None or (reads and account.health.trouble is Trouble.FAULT):
        return None
    if account.health.circuit(at) is Circuit.HALF_OPEN:
        account = let_one_look(uow, account.id, at=at)
    health = account.health
    is_shut = health.circuit(at) is Circuit.OPEN and health.ailing_for(at) < LONGEST_OUTAGE
    return health.shut_until if is_shut else None
