"""Amounts and instants as people read them: grouped digits with a sign, and words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from khata.core.money import decimal_text, exponent

# In front of the digits. A currency that is not here shows its code and a no-break space.
_SIGNS = {
    "INR": "₹", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "AUD": "A$", "CAD": "C$",
    "NZD": "NZ$", "SGD": "S$", "HKD": "HK$", "CNY": "CN¥", "KRW": "₩", "ILS": "₪", "BRL": "R$",
}  # fmt: skip

# What one and many of the unit are called, then one and many of its minor unit.
_NAMES = {
    "INR": ("Rupees", "Paisa", "Paise"),
    "USD": ("US Dollars", "Cent", "Cents"),
    "EUR": ("Euros", "Cent", "Cents"),
    "GBP": ("Pounds Sterling", "Penny", "Pence"),
    "JPY": ("Yen", "", ""),
    "AUD": ("Australian Dollars", "Cent", "Cents"),
    "CAD": ("Canadian Dollars", "Cent", "Cents"),
    "NZD": ("New Zealand Dollars", "Cent", "Cents"),
    "SGD": ("Singapore Dollars", "Cent", "Cents"),
    "HKD": ("Hong Kong Dollars", "Cent", "Cents"),
    "AED": ("UAE Dirhams", "Fils", "Fils"),
    "SAR": ("Saudi Riyals", "Halala", "Halalas"),
    "KWD": ("Kuwaiti Dinars", "Fils", "Fils"),
    "CHF": ("Swiss Francs", "Centime", "Centimes"),
}

_SMALL = (
    "Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten",
    "Eleven", "Twelve", "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen",
    "Nineteen",
)  # fmt: skip
_TENS = (
    "", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety",
)  # fmt: skip
_INDIAN = ((10**7, "Crore"), (10**5, "Lakh"), (1000, "Thousand"), (100, "Hundred"))
_WESTERN = (
    (10**12, "Trillion"),
    (10**9, "Billion"),
    (10**6, "Million"),
    (1000, "Thousand"),
    (100, "Hundred"),
)


def grouped(amount: int, currency: str) -> str:
    """Spell an amount for reading: 1234567850 INR → "₹1,23,45,678.50", -500 USD → "-$5.00".

    Rupees are grouped the Indian way (3, 2, 2 …), all else in threes; the minus leads the sign.
    Units:  minor units of `currency`.
    Raises: UnknownCurrency.
    """
    sign = _SIGNS.get(currency, f"{currency}\u00a0")
    return f"{'-' if amount < 0 else ''}{sign}{grouped_digits(abs(amount), currency)}"


def grouped_digits(amount: int, currency: str) -> str:
    """Spell an amount as `grouped` does, without the currency's sign: for columns that name it."""
    whole, point, part = decimal_text(abs(amount), currency).partition(".")
    first = 2 if currency == "INR" else 3
    head, tail = whole[:-3], whole[-3:]
    groups = [tail]
    while head:
        groups.insert(0, head[-first:])
        head = head[:-first]
    return f"{'-' if amount < 0 else ''}{','.join(groups)}{point}{part}"


def in_words(amount: int, currency: str) -> str:
    """Spell an amount in words, as an invoice does: 118050 INR →
    "Rupees One Thousand One Hundred Eighty and Fifty Paise Only".

    Rupees count in lakh and crore, all else in millions and billions.
    Units:  minor units of `currency`.
    Raises: UnknownCurrency.
    """
    places = exponent(currency)
    whole, part = divmod(abs(amount), 10**places)
    name, one, many = _NAMES.get(currency, (currency, "", ""))
    scale = _INDIAN if currency == "INR" else _WESTERN
    said = f"{name} {_number(whole, scale)}" if whole or not part else ""
    if part:
        minor = f"{_number(part, scale)} {one if part == 1 else many}"
        said += " and " * bool(said) + (minor if one else f"{part:0{places}}/{10**places}")
    return f"{'Minus ' if amount < 0 else ''}{said} Only"


def _number(number: int, scale: tuple[tuple[int, str], ...]) -> str:
    if number < 20:
        return _SMALL[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f"-{_SMALL[ones]}" if ones else "")
    for size, name in scale:
        if number >= size:
            count, rest = divmod(number, size)
            said = f"{_number(count, scale)} {name}"
            return f"{said} {_number(rest, scale)}" if rest else said
    raise AssertionError("the scale ends at a hundred")


def spoken_moment(at: datetime, timezone: str) -> str:
    """Spell an instant as a person there reads it: 31 Jan 2026, 09:00 in Asia/Kolkata."""
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local.day} {local:%b %Y, %H:%M} in {timezone}"
