"""The pages of a visit: whom to speak with about it."""

from khata.core.visiting import Visit
from khata.db.transaction import UnitOfWork
from khata.ports.gateway import Gateway
from khata.ports.gateways import Gateways


def pages_of(uow: UnitOfWork, visit: Visit, gateways: Gateways) -> Gateway | None:
    """Return the gateway of a visit; None: it cannot be spoken with now."""
    account = None
    if visit.gateway_account_id is not None:
        account = uow.gateway_accounts.get(visit.gateway_account_id)
    gateway = gateways.of(visit.gateway, account)
    return gateway if gateway is not None and gateway.capabilities.visits else None
