"""The shop's accounts with the story's gateways: entered once, found again by a later run."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from khata.cli.demo.pretend import PretendGateways
from khata.core.gateway_account import Route
from khata.core.ids import new_id, public_id
from khata.core.payment_method import MethodKind
from khata.usecases.gateways.add_gateway_account import AddGatewayAccount, add_gateway_account
from khata.usecases.gateways.rotate_gateway_account import (
    RotateGatewayAccount,
    rotate_gateway_account,
)
from khata.usecases.gateways.route_gateway_accounts import (
    RouteGatewayAccounts,
    route_gateway_accounts,
)
from khata.wiring import Engine


def open_accounts(engine: Engine, pretend: PretendGateways, tenant: UUID, at: datetime) -> None:
    """Enter an account with each gateway, and who is collected by which."""
    tools = engine.gateway_tools(engine.db)
    accounts = {}
    pretend.advance(at)
    for name in pretend.names():
        known = pretend.introduction(name)
        command = AddGatewayAccount(
            tenant=tenant,
            id=new_id(at),
            at=at,
            now=engine.clock.now(),
            gateway=name,
            name=None,
            credentials=known.credentials,
            webhook_secret=known.webhook_secret,
            base_url=pretend.listen(name),
        )
        accounts[name] = add_gateway_account(command, tools=tools).id
    routes = (
        Route(accounts["razorpay"], currency="INR", country="IN"),
        Route(accounts["stripe"], currency="INR", kind=MethodKind.CARD),
        Route(accounts["paypal"], currency="EUR"),
        Route(accounts["stripe"], currency="USD"),
        Route(accounts["paypal"], currency="USD"),
    )
    route_gateway_accounts(RouteGatewayAccounts(tenant, routes), tools=tools)
    _let_tell(engine, pretend, accounts)
    pretend.belong_to(tenant)


def find_accounts(engine: Engine, pretend: PretendGateways, tenant: UUID) -> None:
    """Let the gateways listen where they did, and tell the accounts where another is there now.

    The pretend PayPal signs with a certificate that each process makes anew.
    """
    tools = engine.gateway_tools(engine.db)
    with engine.db.transaction(tenant) as uow:
        found = {one.gateway: one for one in uow.gateway_accounts.active()}
    pretend.advance(engine.now(tenant))
    for name in pretend.names():
        account = found[name]
        url = pretend.listen(name, port=urlsplit(account.base_url or "").port or 0)
        if url != account.base_url or name == "paypal":
            command = RotateGatewayAccount(
                tenant=tenant,
                id=account.id,
                now=engine.clock.now(),
                credentials=pretend.introduction(name).credentials,
                base_url=url,
            )
            rotate_gateway_account(command, tools=tools)
    _let_tell(engine, pretend, {name: account.id for name, account in found.items()})
    pretend.belong_to(tenant)


def _let_tell(engine: Engine, pretend: PretendGateways, accounts: Mapping[str, UUID]) -> None:
    """Point each gateway's webhooks at the account's own address, on this machine."""
    settings = engine.settings
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    for name in pretend.names():
        path = f"/webhooks/{name}/{public_id('ga', accounts[name])}"
        shown = f"[{host}]" if ":" in host else host
        pretend.will_tell(name, f"http://{shown}:{settings.port}{path}")
