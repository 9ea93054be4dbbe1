"""Bank accounts: whether a number is an IBAN."""

import re


def iban_of(number: str) -> str | None:
    """Return an IBAN without its spaces, or None where the number is no IBAN.

    Source: ISO 13616-1: country and check digits moved to the end, letters as 10 to 35, the
    remainder by 97 is 1.
    """
    text = re.sub(r"\s", "", number).upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", text):
        return None
    digits = "".join(str(int(one, 36)) for one in text[4:] + text[:4])
    return text if int(digits) % 97 == 1 else None
