"""How texts are spelled in INV-01: no quotation mark or backslash, and only so long."""

import re

from khata.core.exports.tax_document import TaxParty
from khata.core.tax.states import state_by_code

_FORBIDDEN = str.maketrans({'"': "'", "\\": "/"})
_BLANK = re.compile(r"[\s\x00-\x1f\x7f]+")


def cleaned(text: str | None, *, longest: int) -> str:
    """Return a text as INV-01 takes it: cut to `longest`; letters of all scripts stay."""
    spelled = _BLANK.sub(" ", (text or "").translate(_FORBIDDEN)).strip()
    return spelled[:longest].rstrip()


def optional(text: str | None, *, shortest: int, longest: int) -> str | None:
    """Return a cleaned text, or None where it is too short for a key that may be left out."""
    spelled = cleaned(text, longest=longest)
    return spelled if len(spelled) >= shortest else None


def address_lines(party: TaxParty) -> tuple[str, str | None]:
    """Return the two lines of an address; what the first cannot hold goes before the second."""
    first = cleaned(party.line1, longest=1000)
    rest = f"{first[100:]} {party.line2 or ''}"
    return first[:100].rstrip(), optional(rest, shortest=3, longest=100)


def location(party: TaxParty, *, longest: int) -> str:
    """Return the city; one of one or two letters is told with its state or country."""
    city = cleaned(party.city, longest=longest)
    if len(city) not in (1, 2):
        return city
    state = state_by_code(party.state_code) if party.state_code else None
    return f"{city}, {state.name if state else party.country}"[:longest]


def phone(text: str | None) -> str | None:
    """Return the digits of a telephone number, without India's own prefix, or None."""
    digits = re.sub(r"\D", "", text or "")
    if len(digits) == 12 and digits.startswith("91"):
        digits = digits[2:]
    return digits if 6 <= len(digits) <= 12 else None


def email(text: str | None) -> str | None:
    """Return an e-mail address that fits, or None."""
    fits = text and 6 <= len(text) <= 100 and re.fullmatch(r'[^@"\\\s]+@[^@"\\\s]+', text)
    return text if fits else None
