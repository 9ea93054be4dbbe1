"""The pages of a visit: whom to speak with about it."""

from khata.core.visiting import Visit
from khata.db.transaction import UnitOfWork
from khata.ports.gateway import Gateway
from khata.ports.gateways import Gateways
from khata.usecases.visits.account_of_visit import account_of_visit


def pages_of(uow: UnitOfWork, visit: Visit, gateways: Gateways) -> Gateway | None:
    """Return the gateway of a visit; None: it cannot be spoken with now."""
    gateway = gateways.of(visit.gateway, account_of_visit(uow, visit))
    return gateway if gateway is not None and gateway.capabilities.visits else None
