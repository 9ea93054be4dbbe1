"""Money as people write it: inr("1,180.00")."""

from khata.core.money import Money, exponent


def inr(text: str) -> Money:
    return _money(text, "INR")


def usd(text: str) -> Money:
    return _money(text, "USD")


def eur(text: str) -> Money:
    return _money(text, "EUR")


def gbp(text: str) -> Money:
    return _money(text, "GBP")


def _money(text: str, currency: str) -> Money:
    whole, _, part = text.replace(",", "").partition(".")
    assert len(part) == exponent(currency), f"{text} has not the decimals of {currency}"
    return Money(int(whole + part), currency)
