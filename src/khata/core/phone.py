"""A phone number as the whole world dials it.

Source: ITU-T E.164 (11/2010), 6.2: a country code that begins with no 0, and at most 15 digits.
"""

import re
from typing import Final

from khata.core.refusal import Refusal

E164: Final = r"^\+[1-9][0-9]{6,14}$"
E164_IN_WORDS: Final = "A phone number with its country is asked for, such as +919876543210"


class BadPhone(Refusal):
    """The number is not one of E.164."""


def known_phone(text: str | None, *, param: str) -> str | None:
    """Return the number as it is kept. Raises: BadPhone."""
    if text is not None and re.fullmatch(E164, text) is None:
        raise BadPhone(E164_IN_WORDS, param=param)
    return text
