"""Amounts as Stripe counts them: mostly our minor units, with the exceptions it documents.

Source: docs.stripe.com/currencies ("Zero-decimal", "Three-decimal", "Special cases", "Minimum and
maximum charge amounts").
"""

from khata.core.money import exponent

# What a charge may be made in. Whether an account may use each, its country decides.
CURRENCIES = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD
    CDF CHF CLP CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ
    GYD HKD HNL HTG HUF IDR ILS INR ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR
    LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB
    PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD STN SZL THB
    TJS TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW
    """.split()
)

# Where Stripe's decimals are not those of ISO 4217: it counts krónur and shillings in hundredths
# that have to be whole, and ariary not at all.
_DECIMALS = {"ISK": 2, "UGX": 2, "MGA": 0}

# The smallest charge in Stripe's units, by the currency that is settled in. What is charged in
# another is converted first, so only Stripe can tell there.
_SMALLEST = {
    **dict.fromkeys("AUD BRL CAD CHF EUR INR NZD SGD USD".split(), 50),
    **dict.fromkeys("AED MYR PLN RON".split(), 200),
    **dict.fromkeys("NOK SEK".split(), 300),
    **dict.fromkeys("MXN THB".split(), 1_000),
    "CZK": 1_500,
    "DKK": 250,
    "GBP": 30,
    "HKD": 400,
    "HUF": 17_500,
    "JPY": 50,
}
_MOST_DIGITS = 12  # of the currency with the most, IDR; Stripe refuses less in others by itself


def obstacle_to(amount: int, currency: str) -> str | None:
    """Say why so much cannot be charged, as a decline code; None: it can. Units: ours."""
    if currency not in CURRENCIES:
        return "currency_not_supported"
    theirs = _exactly(amount, currency)
    if theirs is None:
        return "amount_not_whole"
    if theirs < max(1, _SMALLEST.get(currency, 1)):
        return "amount_too_small"
    return "amount_too_large" if theirs >= 10**_MOST_DIGITS else None


def to_stripe(amount: int, currency: str) -> int:
    """Return our minor units as Stripe's. Raises: ValueError where it has no such amount."""
    theirs = _exactly(amount, currency)
    if theirs is None:
        raise ValueError(f"Stripe takes no {amount} minor units of {currency}")
    return theirs


def from_stripe(amount: int, currency: str) -> int:
    """Return Stripe's units as our minor units. Raises: ValueError where we have no such amount."""
    ours = exponent(currency)
    whole, rest = divmod(amount * _tens(ours), _tens(_DECIMALS.get(currency, ours)))
    if rest:
        raise ValueError(f"{amount} of Stripe's {currency} is no whole minor unit")
    return whole


def _exactly(amount: int, currency: str) -> int | None:
    ours = exponent(currency)
    theirs, rest = divmod(amount * _tens(_DECIMALS.get(currency, ours)), _tens(ours))
    if rest or (ours == 3 and theirs % 10):  # of three decimals the last has to be zero
        return None
    return theirs


def _tens(decimals: int) -> int:
    return int(10**decimals)
