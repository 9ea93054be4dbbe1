"""Route what is collected: which account takes what, in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from khata.core.gateway_account import Route
from khata.core.ids import public_id
from khata.core.refusal import NotFound, Refusal
from khata.usecases.gateways.tools import GatewayTools

MOST_ROUTES = 100


class TooManyRoutes(Refusal):
    """There are more rules than anybody can follow."""


@dataclass(frozen=True, slots=True)
class RouteGatewayAccounts:
    tenant: UUID
    routes: Sequence[Route]


def route_gateway_accounts(command: RouteGatewayAccounts, *, tools: GatewayTools) -> None:
    """Put these rules in the place of all that were.

    Raises: NotFound (an account), TooManyRoutes.
    """
    if len(command.routes) > MOST_ROUTES:
        raise TooManyRoutes(f"There may be {MOST_ROUTES} routes", param="routes")
    with tools.db.transaction(command.tenant) as uow:
        uow.tenants.lock()
        known = uow.gateway_accounts.of({route.account_id for route in command.routes})
        for number, route in enumerate(command.routes):
            if route.account_id not in known:
                id = public_id("ga", route.account_id)
                raise NotFound("gateway account", id, param=f"routes.{number}.account")
        uow.gateway_accounts.set_routes(command.routes)
