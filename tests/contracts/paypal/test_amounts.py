"""PayPal's decimals: none of HUF, JPY and TWD, two of the others, and never a rounding."""

import pytest

from khata.adapters.gateways.paypal.amounts import NoAmount, obstacle_of, read_amount, spelled
from khata.adapters.gateways.paypal.gateway import PayPalGateway
from khata.core.dunning import DeclineClass
from khata.core.payment import Outcome
from tests.contracts.paypal.conftest import AT, Asked
from tests.contracts.paypal.wire import Inspected


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1_000, "USD", "10.00"),
        (1, "USD", "0.01"),
        (118_005, "EUR", "1180.05"),
        (1_200, "JPY", "1200"),  # a yen has no parts
        (10_000, "HUF", "100"),  # a forint has a hundred fillér, which nobody can pay
        (250_000, "TWD", "2500"),
        (99_999_999_999_999_999, "USD", "999999999999999.99"),  # fifteen digits, the most
    ],
)
def test_amounts_are_spelled_as_paypal_wants_them_and_read_back(
    amount: int, currency: str, text: str
) -> None:
    assert obstacle_of(amount, currency) is None
    assert spelled(amount, currency) == text
    assert read_amount(text, currency) == amount


@pytest.mark.parametrize(
    ("amount", "currency", "obstacle"),
    [
        (10_050, "HUF", "amount_not_whole"),  # 100.50
        (1, "TWD", "amount_not_whole"),
        (0, "USD", "amount_too_small"),
        (-5, "JPY", "amount_too_small"),
        (100_000_000_000_000_000, "USD", "amount_too_large"),
        (1_000, "INR", "currency_not_supported"),
        (1_000, "KWD", "currency_not_supported"),  # three decimals
        (1_000, "XTS", "currency_not_supported"),
        (1_000, "usd", "currency_not_supported"),
    ],
)
def test_what_cannot_be_charged_is_refused_before_any_call(
    gateway: PayPalGateway,
    paypal: Inspected,
    asked: Asked,
    amount: int,
    currency: str,
    obstacle: str,
) -> None:
    assert gateway.obstacle(amount, currency) == obstacle
    request = asked(amount=amount, currency=currency)
    answer = gateway.charge(request, at=AT)
    assert (answer.outcome, answer.decline_class) == (Outcome.FAILED, DeclineClass.CONFIG)
    assert answer.decline_code == obstacle
    assert gateway.look_up(request, reference=None, at=AT) is None
    assert paypal.got == []


@pytest.mark.parametrize(
    ("value", "currency"),
    [
        ("10.005", "USD"),
        ("100.5", "JPY"),
        ("1e3", "USD"),
        ("10,00", "USD"),
        ("", "USD"),
        (" 1", "USD"),
        ("+1", "USD"),
        ("NaN", "USD"),
        ("٣", "USD"),
        (10, "USD"),
        (None, "USD"),
        ("10.00", "INR"),
        ("10.00", None),
        ("9" * 400, "USD"),
    ],
)
def test_what_is_no_amount_is_never_guessed(value: object, currency: object) -> None:
    with pytest.raises(NoAmount):
        read_amount(value, currency)


@pytest.mark.parametrize(
    ("value", "currency", "amount"),
    [
        ("10", "USD", 1_000),
        ("10.5", "USD", 1_050),
        ("10.500", "USD", 1_050),
        ("-3.98", "USD", -398),
        ("100.00", "HUF", 10_000),
        ("7.00", "JPY", 7),
    ],
)
def test_other_spellings_of_the_same_are_read(value: str, currency: str, amount: int) -> None:
    assert read_amount(value, currency) == amount


@pytest.mark.parametrize(
    ("currency", "amount", "text"),
    [("JPY", 1_200, "1200"), ("HUF", 10_000, "100"), ("TWD", 300, "3"), ("USD", 1_000, "10.00")],
)
def test_a_charge_says_it_in_our_units_and_gets_it_back(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked, currency: str, amount: int, text: str
) -> None:
    answer = gateway.charge(asked(amount=amount, currency=currency), at=AT)
    assert (answer.outcome, answer.amount, answer.currency) == ("succeeded", amount, currency)
    (order,) = paypal.charges.orders.values()
    assert order.unit["amount"] == {"currency_code": currency, "value": text}
    [payment] = paypal.books()["payments"]
    assert payment["amount"] == amount
