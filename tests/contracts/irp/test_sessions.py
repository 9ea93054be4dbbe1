"""Logging in at NIC's portal: once for hours, again when it ends, and never against a wall."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from khata.adapters.irp.nic import Endpoints, NicRegistry
from khata.ports.invoice_registry import LoginRefused, Registered, RegistryUnavailable
from khata.simulators.faults import Fault, FaultKind
from khata.simulators.irp import IrpSimulator
from tests.contracts.irp.candidates import AT, CREDENTIALS, asked, opened
from tests.core.e_invoice.papers import between_states

GSTIN = "27AAACM3025E1ZZ"


def test_one_login_is_enough_for_hours(portal: IrpSimulator, registry: NicRegistry) -> None:
    """A token lives 360 minutes."""
    for minutes in (0, 1, 100, 354):
        portal.advance(AT + timedelta(minutes=minutes))
        registry.get_gstin(GSTIN)
    assert portal.door.logins == 1


def test_it_logs_in_anew_before_a_token_ends(portal: IrpSimulator, registry: NicRegistry) -> None:
    """A new one is given in the last ten minutes, when it is forced."""
    registry.get_gstin(GSTIN)
    portal.advance(AT + timedelta(minutes=356))
    registry.get_gstin(GSTIN)
    assert portal.door.logins == 2
    portal.advance(AT + timedelta(minutes=365))  # the old one would have ended
    registry.get_gstin(GSTIN)
    assert portal.door.logins == 2


def test_a_token_that_ended_long_ago(portal: IrpSimulator, registry: NicRegistry) -> None:
    registry.get_gstin(GSTIN)
    portal.advance(AT + timedelta(days=3))
    registry.get_gstin(GSTIN)
    assert portal.door.logins == 2


def test_a_token_that_the_portal_forgot(portal: IrpSimulator, registry: NicRegistry) -> None:
    """1005: log in once, ask once more; the document is registered once."""
    registry.get_gstin(GSTIN)
    portal.door.forget_tokens()
    assert isinstance(registry.generate(asked(between_states())), Registered)
    assert (portal.door.logins, portal.generated) == (2, 1)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"password": "Another@1"}, "1008"),
        ({"user_name": "nobody"}, "1008"),
        ({"client_id": "CLIENT99"}, "1010"),
        ({"client_secret": "another"}, "1010"),
        ({"gstin": "24AABCS9876Q1ZE"}, "1010"),
    ],
)
def test_a_refused_login_is_not_tried_again(
    portal: IrpSimulator, url: str, wrong: dict[str, str], code: str
) -> None:
    """1007, 1008, 1010, 1013: the portal locks out whoever goes on."""
    registry = opened(portal, url, credentials=replace(CREDENTIALS, **wrong))
    for _ in range(4):
        with pytest.raises(LoginRefused, match=code):
            registry.generate(asked(between_states()))
    with pytest.raises(LoginRefused, match=code):
        registry.get_gstin(GSTIN)
    assert portal.door.logins == 1
    registry.close()


def test_a_login_sealed_for_another_portal(portal: IrpSimulator, url: str) -> None:
    """1007: the portal cannot read it."""
    other = IrpSimulator(lambda: AT)
    registry = opened(portal, url, portal_key=other.keys.login_pem)
    for _ in range(2):
        with pytest.raises(LoginRefused, match="1007"):
            registry.get_gstin(GSTIN)
    assert portal.door.logins == 1
    registry.close()


@pytest.mark.parametrize(
    "kind", [FaultKind.LOST_AFTER, FaultKind.HTML_502, FaultKind.TRUNCATED, FaultKind.EMPTY]
)
def test_a_login_that_is_not_answered_is_made_again_later(
    portal: IrpSimulator, registry: NicRegistry, kind: FaultKind
) -> None:
    portal.faults.set([Fault(kind, path=r"/eivital/v1.04/auth", times=1)])
    with pytest.raises(RegistryUnavailable) as told:
        registry.generate(asked(between_states()))
    assert not isinstance(told.value, LoginRefused)
    assert isinstance(registry.generate(asked(between_states())), Registered)


def test_another_version_of_the_paths(portal: IrpSimulator, url: str) -> None:
    """They change now and then, so they are configured."""
    paths: dict[str, Any] = {
        "auth": "/eivital/v1.05/auth",
        "generate": "/eicore/v1.04/Invoice",
        "by_document": "/eicore/v1.04/Invoice/irnbydocdetails",
    }
    registry = opened(portal, url, endpoints=Endpoints(**paths))
    assert isinstance(registry.generate(asked(between_states())), Registered)
    registry.close()


def test_secrets_are_not_shown() -> None:
    assert "Pretend@123" not in repr(CREDENTIALS)
    assert "pretend-client-secret" not in repr(CREDENTIALS)
