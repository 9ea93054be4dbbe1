"""Amounts as PayPal spells them: decimals as text, with the places that it gives a currency."""

import re
from decimal import Decimal

from khata.core.money import exponent

# Source: PayPal, "Currency codes". Not here: INR, which PayPal lets nobody pay in since it closed
# domestic payments in India in April 2021, and all currencies of three decimals.
CURRENCIES = frozenset(
    "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD "
    "USD".split()
)

# PayPal takes no decimals of these, though two of them have some by ISO 4217.
WHOLE = frozenset({"HUF", "JPY", "TWD"})

_MOST_DIGITS = 15  # before the decimal point. Source: Orders v2, purchase unit, amount

_SPELLED = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,8})?", re.ASCII)


class NoAmount(ValueError):
    """What stands where an amount should be is none, or is finer than the currency allows."""


def obstacle_of(amount: int, currency: str) -> str | None:
    """Say why PayPal cannot move this, as a decline code; None: it can. `amount` in minor units."""
    if currency not in CURRENCIES:
        return "currency_not_supported"
    if amount < 1:
        return "amount_too_small"
    if currency in WHOLE and amount % 10 ** exponent(currency):
        return "amount_not_whole"
    if amount // 10 ** exponent(currency) >= 10**_MOST_DIGITS:
        return "amount_too_large"
    return None


def spelled(amount: int, currency: str) -> str:
    """Return minor units as PayPal wants them: 1000 USD → "10.00", 10000 HUF → "100", 7 JPY → "7".

    Raises: NoAmount, where `obstacle_of` finds something.
    """
    obstacle = obstacle_of(amount, currency)
    if obstacle is not None:
        raise NoAmount(f"{amount} {currency}: {obstacle}")
    places = exponent(currency)
    if currency in WHOLE:
        return str(amount // 10**places)
    whole, part = divmod(amount, 10**places)
    return f"{whole}.{part:0{places}}"


def read_amount(value: object, currency: object) -> int:
    """Return PayPal's decimal text in minor units: "-3.98" USD → -398. Never rounds.

    Raises: NoAmount, also for a currency that PayPal does not know.
    """
    if not isinstance(currency, str) or currency not in CURRENCIES:
        raise NoAmount("not a currency of PayPal's")
    if not isinstance(value, str) or _SPELLED.fullmatch(value) is None:
        raise NoAmount("not a decimal number")
    units = Decimal(value).scaleb(exponent(currency))
    if units != units.to_integral_value():
        raise NoAmount(f"finer than {currency} allows")
    return int(units)
