"""The desk opens a gateway for an account once, and again when its credentials change."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from khata.adapters.gateways.desk import GatewayDesk
from khata.adapters.gateways.fake import FakeGateway
from khata.adapters.vault import AesVault
from khata.core.gateway_account import AccountStatus, GatewayAccount
from khata.db.embedded.provision import Urls
from khata.ports.vault import Place
from tests.paper_gateway import PaperVendor

AT = datetime(2026, 1, 31, tzinfo=UTC)
VAULT = AesVault(b"a secret for tests, 32 bytes and more")


@pytest.fixture
def fake(urls: Urls) -> FakeGateway:
    return FakeGateway(urls.app)


@pytest.fixture
def desk(fake: FakeGateway) -> GatewayDesk:
    return GatewayDesk(VAULT, [PaperVendor(fake)], {"fake": fake})


def account(**different: object) -> GatewayAccount:
    id = uuid4()
    place = Place("gateway_accounts", "credentials", id)
    sealed = VAULT.seal(json.dumps({"api_key": "test_acct1-a"}), place)
    made = GatewayAccount(
        id, "paper", "Paper", None, "acct1", False, AccountStatus.ACTIVE, sealed, None, 1, AT, AT
    )
    return replace(made, **different)  # type: ignore[arg-type]


def test_an_account_is_opened_once_for_its_version(desk: GatewayDesk) -> None:
    one = account()
    opened = desk.of("paper", one)
    assert opened is not None
    assert desk.of("paper", one) is opened
    assert desk.of("paper", replace(one, version=2)) is not opened
    assert desk.of("paper", account()) is not opened


def test_without_an_account_only_what_needs_none(desk: GatewayDesk, fake: FakeGateway) -> None:
    assert desk.of("fake", None) is fake
    assert desk.of("paper", None) is None
    assert desk.of("nobody", None) is None
    assert list(desk.names()) == ["fake", "paper"]


def test_what_was_sealed_elsewhere_does_not_open(desk: GatewayDesk) -> None:
    moved = replace(account(), id=uuid4())  # a copied row: the seal is bound to the other
    assert desk.of("paper", moved) is None
    assert desk.of("paper", account(gateway="nobody")) is None


def test_secrets_are_not_in_what_is_shown(desk: GatewayDesk) -> None:
    assert "credentials" not in repr(account())
