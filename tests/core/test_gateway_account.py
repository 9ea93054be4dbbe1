"""Which account takes what, and which signing secret is good when."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from khata.core.gateway_account import (
    AmountNeedsCurrency,
    FallsBackOnItself,
    NoAmountBetween,
    Route,
    check_route,
    routes_for,
)
from khata.core.payment_method import MethodKind
from khata.core.refusal import Refusal
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


@pytest.mark.parametrize(
    ("amount", "accounts"),
    [
        (None, [C]),  # none is known yet: only what takes any amount
        (0, [A, C]),
        (14_999_99, [A, C]),
        (15_000_00, [B, C]),  # half-open: it is the next rule's first
        (49_999_99, [B, C]),
        (50_000_00, [C]),  # a gap is allowed
    ],
)
def test_rules_by_amount_are_half_open(amount: int | None, accounts: list[UUID]) -> None:
    routes = [
        Route(A, currency="INR", max_amount=15_000_00),
        Route(B, currency="INR", min_amount=15_000_00, max_amount=50_000_00),
        Route(C),
    ]
    fitting = routes_for(routes, currency="INR", country="IN", amount=amount)
    assert [route.account_id for route in fitting] == accounts


@pytest.mark.parametrize(
    ("route", "refusal", "param"),
    [
        (Route(A, min_amount=1), AmountNeedsCurrency, "routes.0.currency"),
        (Route(A, max_amount=1), AmountNeedsCurrency, "routes.0.currency"),
        (Route(A, "INR", min_amount=5, max_amount=5), NoAmountBetween, "routes.0.max_amount"),
        (Route(A, "INR", min_amount=6, max_amount=5), NoAmountBetween, "routes.0.max_amount"),
        (Route(A, "INR", max_amount=0), NoAmountBetween, "routes.0.max_amount"),
        (Route(A, fallbacks=(A,)), FallsBackOnItself, "routes.0.fallbacks"),
        (Route(A, fallbacks=(B, B)), FallsBackOnItself, "routes.0.fallbacks"),
    ],
)
def test_a_rule_that_could_mean_nothing_is_refused(
    route: Route, refusal: type[Refusal], param: str
) -> None:
    with pytest.raises(refusal) as refused:
        check_route(route, param="routes.0")
    assert refused.value.param == param


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
