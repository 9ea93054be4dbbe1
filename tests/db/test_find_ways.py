"""Which account's page a payer is sent to: by the routes, their amounts, and their fallbacks."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from khata.core.gateway_account import AccountStatus, Route
from khata.core.gateway_health import Trouble
from khata.core.payment_method import MethodKind
from khata.db.embedded.provision import Urls
from khata.db.transaction import Database
from khata.usecases.gateways.note_call import NoteCall, note_call
from khata.usecases.gateways.route_gateway_accounts import (
    RouteGatewayAccounts,
    route_gateway_accounts,
)
from khata.usecases.visits.find_ways import find_ways
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


def card_page(accounts: Accounts, amount: int) -> UUID | None:
    """At which account a card pays an amount in paise; None: at the fake gateway's own page."""
    with accounts.shop.db.transaction(accounts.shop.tenant) as uow:
        ways = find_ways(
            uow, gateways=accounts.desk, currency="INR", country="IN", amount=amount, at=NOON
        )
    [found] = [way for way in ways if way.kind is MethodKind.CARD]
    return found.account.id if found.account else None


def ails(accounts: Accounts, account: UUID) -> None:
    with accounts.shop.db.transaction(accounts.shop.tenant) as uow:
        seen = uow.gateway_accounts.get(account)
    call = NoteCall(accounts.shop.tenant, seen, Trouble.REFUSED, NOON)
    note_call(call, db=accounts.shop.db)


def test_a_page_goes_by_the_amount_that_is_owed(accounts: Accounts, gateway: Fated) -> None:
    """14,999.99 is the first rule's, 15,000.00 the second's; what is merely saved is nobody's."""
    small, large = (accounts.opens(gateway, name) for name in ("Small", "Large"))
    routes = [Route(small, "INR", max_amount=1_500_000), Route(large, "INR", min_amount=1_500_000)]
    route_gateway_accounts(RouteGatewayAccounts(accounts.shop.tenant, routes), tools=accounts.tools)
    assert card_page(accounts, 1_499_999) == small
    assert card_page(accounts, 1_500_000) == large
    assert card_page(accounts, 0) is None


def test_an_account_that_ails_or_is_disabled_is_passed_by(
    accounts: Accounts, gateway: Fated
) -> None:
    first, second = (accounts.opens(gateway, name) for name in ("First", "Second"))
    command = RouteGatewayAccounts(accounts.shop.tenant, [Route(first, fallbacks=(second,))])
    route_gateway_accounts(command, tools=accounts.tools)
    assert card_page(accounts, 118_000) == first
    ails(accounts, first)
    assert card_page(accounts, 118_000) == second
    accounts.is_set(second, AccountStatus.DISABLED, NOON)
    assert card_page(accounts, 118_000) is None


def test_the_only_account_is_not_used_for_amounts_that_its_rule_leaves_out(
    accounts: Accounts, gateway: Fated
) -> None:
    only = accounts.opens(gateway)
    assert card_page(accounts, 2_000_000) == only
    routes = [Route(only, "INR", max_amount=1_500_000)]
    route_gateway_accounts(RouteGatewayAccounts(accounts.shop.tenant, routes), tools=accounts.tools)
    assert card_page(accounts, 118_000) == only
    assert card_page(accounts, 2_000_000) is None
