"""Which account takes what, and which signing secret is good when."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from khata.core.gateway_account import Route, routes_for
from khata.core.payment_method import MethodKind
from khata.core.signing_secrets import SigningSecret, rotated, spelled, valid_of

A, B, C = (UUID(int=number) for number in (1, 2, 3))
NOON = datetime(2026, 1, 31, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("currency", "country", "accounts"),
    [
        ("INR", "IN", [A, B]),
        ("INR", "AE", [A]),
        ("USD", "US", [C]),
        ("USD", "IN", [B, C]),
        ("EUR", "DE", []),
    ],
)
def test_rules_fit_in_their_order(currency: str, country: str, accounts: list[UUID]) -> None:
    routes = [Route(A, currency="INR"), Route(B, country="IN"), Route(C, currency="USD")]
    fitting = routes_for(routes, currency=currency, country=country)
    assert [route.account_id for route in fitting] == accounts


def test_a_rule_for_one_kind_takes_no_other() -> None:
    assert Route(A).takes(MethodKind.CARD)
    assert Route(A, kind=MethodKind.UPI).takes(MethodKind.UPI)
    assert not Route(A, kind=MethodKind.UPI).takes(MethodKind.CARD)


def test_three_days_after_a_rotation_the_old_secret_ends() -> None:
    secrets = rotated([SigningSecret("old")], "new", at=NOON)
    text = spelled(secrets)
    just_before = NOON + timedelta(days=3) - timedelta(seconds=1)
    assert [one.secret for one in valid_of(text, at=just_before)] == ["new", "old"]
    assert [one.secret for one in valid_of(text, at=NOON + timedelta(days=3))] == ["new"]


def test_a_second_rotation_does_not_lengthen_the_first() -> None:
    first = rotated([SigningSecret("one")], "two", at=NOON)
    second = rotated(first, "three", at=NOON + timedelta(days=1))
    assert [one.ends_at for one in second] == [
        None,
        NOON + timedelta(days=4),
        NOON + timedelta(days=3),
    ]
