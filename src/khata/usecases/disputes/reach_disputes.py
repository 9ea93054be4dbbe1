"""Reach the disputes of a gateway account: whom to speak with about them."""

from khata.core.gateway_account import GatewayAccount
from khata.ports.disputes import GatewayDisputes, disputes_of
from khata.ports.gateways import Gateways


def reach_disputes(account: GatewayAccount | None, *, gateways: Gateways) -> GatewayDisputes | None:
    """Return the disputes of the account's gateway; None: it cannot be asked about any.

    An account that only stands in has no credentials: its gateway needs none.
    """
    if account is None:
        return None
    gateway = gateways.of(account.gateway, None if account.is_stand_in else account)
    return disputes_of(gateway) if gateway is not None else None
