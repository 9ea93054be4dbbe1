"""Amounts: what Stripe counts otherwise than ISO 4217, and what it cannot take."""

import pytest

from khata.adapters.gateways.stripe.amounts import from_stripe, obstacle_to, to_stripe
from tests.contracts.stripe.conftest import AT, Bench, asked


@pytest.mark.parametrize(
    ("ours", "currency", "theirs"),
    [
        (1_000, "USD", 1_000),  # 10.00
        (118_000, "INR", 118_000),  # 1,180.00
        (1_200, "JPY", 1_200),  # no decimals on either side
        (17_500, "HUF", 17_500),  # 175.00: two decimals, also at Stripe
        (17_550, "HUF", 17_550),  # 175.50 can be charged; only payouts are whole
        (5, "ISK", 500),  # 5 krónur are 500
        (250, "UGX", 25_000),  # 250 shillings are 25,000
        (12_300, "MGA", 123),  # 123.00 ariary are 123
        (5_120, "KWD", 5_120),  # 5.120 dinars
        (900_000, "BIF", 900_000),
    ],
)
def test_amounts_are_told_in_stripe_s_units(ours: int, currency: str, theirs: int) -> None:
    assert to_stripe(ours, currency) == theirs
    assert from_stripe(theirs, currency) == ours


@pytest.mark.parametrize(
    ("amount", "currency", "why"),
    [
        (118_000, "INR", None),
        (50, "INR", None),
        (49, "INR", "amount_too_small"),
        (0, "INR", "amount_too_small"),
        (-100, "INR", "amount_too_small"),
        (50, "JPY", None),
        (49, "JPY", "amount_too_small"),
        (17_499, "HUF", "amount_too_small"),
        (30, "GBP", None),
        (1, "BDT", None),  # settled in another currency: only Stripe can tell
        (5_124, "KWD", "amount_not_whole"),  # the third decimal has to be zero
        (12_345, "MGA", "amount_not_whole"),
        (999_999_999_999, "IDR", None),
        (1_000_000_000_000, "IDR", "amount_too_large"),
        (100, "XTS", "currency_not_supported"),
        (100, "IRR", "currency_not_supported"),
        (100, "inr", "currency_not_supported"),
        (100, "", "currency_not_supported"),
    ],
)
def test_what_cannot_be_charged_is_told_before_a_call(
    bench: Bench, amount: int, currency: str, why: str | None
) -> None:
    assert obstacle_to(amount, currency) == why
    assert bench.gateway.obstacle(amount, currency) == why
    if why is not None:
        answer = bench.gateway.charge(asked(amount=amount, currency=currency), at=AT)
        assert (answer.outcome, answer.decline_code) == ("failed", why)
        assert answer.decline_class == "config"
        assert not bench.simulator.received


@pytest.mark.parametrize(
    ("amount", "currency"), [(1_200, "JPY"), (17_550, "HUF"), (1_000, "USD"), (5, "ISK")]
)
def test_a_charge_comes_back_in_our_units(bench: Bench, amount: int, currency: str) -> None:
    request = asked(amount=amount, currency=currency)
    answer = bench.gateway.charge(request, at=AT)
    assert (answer.amount, answer.currency) == (amount, currency)
    assert bench.captures()[0]["amount"] == to_stripe(amount, currency)


def test_a_fee_in_another_currency_is_told_in_that_of_the_charge(bench: Bench) -> None:
    """10.00 USD settle at 85.000 as 850.00 INR; the fee there is 17.00 and 3.06 GST of it.

    20.06 INR of 850.00 are 23.6 cents of 10.00 USD: 24, half up.
    """
    answer = bench.gateway.charge(asked(amount=1_000, currency="USD"), at=AT)
    assert answer.fee == 24
    (seen,) = bench.gateway.payments_between(AT, AT.replace(hour=7))
    assert (seen.amount, seen.currency, seen.fee) == (1_000, "USD", 24)


def test_a_fee_elsewhere(bench: Bench) -> None:
    """2.9 % of 100.00 USD are 2.90, and 0.30 are added: 3.20."""
    america = bench.account("sk_test_simulatedAmerica")
    assert america.charge(asked(amount=10_000, currency="USD"), at=AT).fee == 320
