"""The account of an attempt: with whom its gateway is to be spoken to."""

from khata.core.gateway_account import GatewayAccount
from khata.core.payment import Attempt
from khata.db.transaction import UnitOfWork


def account_of(uow: UnitOfWork, attempt: Attempt) -> GatewayAccount | None:
    """Return the account that an attempt was made with; None: its gateway needs none."""
    if attempt.gateway_account_id is None:
        return None
    return uow.gateway_accounts.get(attempt.gateway_account_id)
