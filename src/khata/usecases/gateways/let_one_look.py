"""Let one call through to an account that ails, to see whether it is well again."""

from datetime import datetime
from uuid import UUID

from khata.core.gateway_account import GatewayAccount
from khata.core.gateway_health import Circuit, looked_at
from khata.db.transaction import UnitOfWork


def let_one_look(uow: UnitOfWork, account_id: UUID, *, at: datetime) -> GatewayAccount:
    """Return the account as it stands, locked; half open, the caller is the one who looks.

    For all others it is shut from then on, until that call comes back. Where it is open, another
    was first, and the caller does not call.
    """
    account = uow.gateway_accounts.get(account_id, lock=True)
    assert account is not None, "gateway accounts are never deleted"
    if account.health.circuit(at) is Circuit.HALF_OPEN:
        uow.gateway_accounts.set_health(account.id, looked_at(account.health, at=at))
    return account
