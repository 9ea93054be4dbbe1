"""The gateway account of a visit: whose health a call about it tells."""

from khata.core.gateway_account import GatewayAccount
from khata.core.visiting import Visit
from khata.db.transaction import UnitOfWork


def account_of_visit(uow: UnitOfWork, visit: Visit) -> GatewayAccount | None:
    """Return the account; None: its gateway needs none."""
    if visit.gateway_account_id is None:
        return None
    return uow.gateway_accounts.get(visit.gateway_account_id)
