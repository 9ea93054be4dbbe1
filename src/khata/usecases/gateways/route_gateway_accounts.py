"""Route what is collected: which account takes what, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from khata.core.gateway_account import GatewayAccount, Route, check_route
from khata.core.ids import public_id
from khata.core.refusal import Kind, NotFound, Refusal
from khata.usecases.gateways.tools import GatewayTools

MOST_ROUTES = 100


class TooManyRoutes(Refusal):
    """There are more rules than anybody can follow."""


class RoutesChanged(Refusal):
    """Somebody else has changed the rules since they were read."""

    kind = Kind.CONFLICT


class FallbackElsewhere(Refusal):
    """A rule falls back on an account of another gateway, which knows nothing of its tokens."""


@dataclass(frozen=True, slots=True)
class RouteGatewayAccounts:
    """`instead_of`: only in the place of exactly these; None: whatever there is."""

    tenant: UUID
    routes: Sequence[Route]
    instead_of: Sequence[Route] | None = None


def route_gateway_accounts(command: RouteGatewayAccounts, *, tools: GatewayTools) -> None:
    """Put these rules in the place of all that were.

    Gaps are allowed: what no rule takes has to name its account. Raises: NotFound (an account),
    TooManyRoutes, AmountNeedsCurrency, NoAmountBetween, FallsBackOnItself, FallbackElsewhere,
    RoutesChanged.
    """
    if len(command.routes) > MOST_ROUTES:
        raise TooManyRoutes(f"There may be {MOST_ROUTES} routes", param="routes")
    for number, route in enumerate(command.routes):
        check_route(route, param=f"routes.{number}")
    with tools.db.transaction(command.tenant) as uow:
        uow.tenants.lock()
        before = command.instead_of
        if before is not None and list(uow.gateway_accounts.routes()) != list(before):
            raise RoutesChanged("The routes were changed meanwhile; look at them again, and repeat")
        named = {id for route in command.routes for id in route.accounts}
        known = uow.gateway_accounts.of(named)
        for number, route in enumerate(command.routes):
            _check_accounts(route, known, f"routes.{number}")
        uow.gateway_accounts.set_routes(command.routes)


def _check_accounts(route: Route, known: Mapping[UUID, GatewayAccount], at: str) -> None:
    """Raises: NotFound, FallbackElsewhere."""
    for place, id in enumerate(route.accounts):
        param = f"{at}.account" if place == 0 else f"{at}.fallbacks.{place - 1}"
        if id not in known:
            raise NotFound("gateway account", public_id("ga", id), param=param)
        gateway = known[route.account_id].gateway
        if known[id].gateway != gateway:
            raise FallbackElsewhere(
                f"A rule falls back on accounts of the same gateway; this one is {gateway}'s",
                param=param,
            )
