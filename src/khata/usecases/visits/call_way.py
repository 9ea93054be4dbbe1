"""Let a payer be sent to the account of a way to pay, unless nobody is to call it now."""

from datetime import datetime

from khata.db.transaction import UnitOfWork
from khata.usecases.gateways.hold_back import hold_back
from khata.usecases.payments.pay_invoice import GatewayOutOfReach
from khata.usecases.visits.find_ways import Way


def call_way(uow: UnitOfWork, way: Way, *, at: datetime) -> Way:
    """Return the way; where its account ails, this payer is the one who sees if it is well again.

    Raises: GatewayOutOfReach.
    """
    account_id = way.account.id if way.account is not None else None
    if hold_back(uow, account_id, at=at) is not None:
        raise GatewayOutOfReach(
            "Whom you pay with is out of reach at this moment; try again in a few minutes, or "
            "choose another way",
            param="kind",
        )
    return way
