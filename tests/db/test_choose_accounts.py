"""Which accounts a page to pay may use: by amount, and without those that cannot be called."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from khata.core.gateway_account import AccountStatus, Route
from khata.core.gateway_health import Trouble
from khata.core.payment_method import MethodKind
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.usecases.gateways.choose_accounts import ChooseAccounts, choose_accounts
from khata.usecases.gateways.note_call import NoteCall, note_call
from khata.usecases.gateways.route_gateway_accounts import (
    FallbackElsewhere,
    RouteGatewayAccounts,
    route_gateway_accounts,
)
from tests.db.accounts import Accounts, Fated
from tests.db.shop import NOON, Shop


@pytest.fixture
def gateway(urls: Urls) -> Iterator[Fated]:
    gateway = Fated(urls.app)
    yield gateway
    gateway.close()


@pytest.fixture
def accounts(db: Database, gateway: Fated) -> Accounts:
    return Accounts(Shop(db, gateway))


def chosen(accounts: Accounts, amount: int | None, kind: MethodKind | None = None) -> list[UUID]:
    wish = ChooseAccounts("INR", "IN", NOON, amount=amount, kind=kind)
    with accounts.shop.db.transaction(accounts.shop.tenant) as uow:
        return [account.id for account in choose_accounts(uow, wish)]


def test_the_only_account_needs_no_rule(accounts: Accounts, gateway: Fated) -> None:
    assert chosen(accounts, 100) == []
    only = accounts.opens(gateway)
    assert chosen(accounts, 100) == [only]


def test_rules_choose_by_amount_and_what_cannot_be_called_is_passed_by(
    accounts: Accounts, gateway: Fated
) -> None:
    small, large, world = (accounts.opens(gateway, name) for name in ("Small", "Large", "World"))
    routes = [
        Route(small, "INR", max_amount=1_500_000, fallbacks=(world,)),
        Route(large, "INR", min_amount=1_500_000, kind=MethodKind.CARD),
        Route(world),
    ]
    command = RouteGatewayAccounts(accounts.shop.tenant, routes)
    route_gateway_accounts(command, tools=accounts.tools)
    assert chosen(accounts, 1_499_999) == [small, world]
    assert chosen(accounts, 1_500_000) == [large, world]
    assert chosen(accounts, 1_500_000, MethodKind.UPI) == [world]
    assert chosen(accounts, None) == [world]
    accounts.is_set(small, AccountStatus.DISABLED, NOON)
    with accounts.shop.db.transaction(accounts.shop.tenant) as uow:
        seen = uow.gateway_accounts.get(large)
    call = NoteCall(accounts.shop.tenant, seen, Trouble.REFUSED, NOON)
    note_call(call, db=accounts.shop.db)
    assert chosen(accounts, 1_499_999) == [world]
    assert chosen(accounts, 1_500_000) == [world]


def test_a_rule_falls_back_on_no_other_gateways_account(accounts: Accounts, gateway: Fated) -> None:
    first, second = accounts.opens(gateway, "First"), accounts.opens(gateway, "Second")
    with accounts.shop.db.transaction(accounts.shop.tenant) as uow:
        uow.connection.execute(
            "update gateway_accounts set gateway = 'stripe' where id = %s", [second]
        )
    command = RouteGatewayAccounts(accounts.shop.tenant, [Route(first, fallbacks=(second,))])
    with pytest.raises(FallbackElsewhere) as refused:
        route_gateway_accounts(command, tools=accounts.tools)
    assert refused.value.param == "routes.0.fallbacks.0"
