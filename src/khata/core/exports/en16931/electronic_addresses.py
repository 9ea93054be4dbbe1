"""Electronic addresses: the scheme under which a VAT id is an address of the Peppol network.

Source: Electronic Address Scheme code list (EAS) of the European Commission, as Peppol BIS
Billing 3.0 takes it over (PEPPOL-EN16931-CL008).
"""

import re
from typing import Final

from khata.core.exports.en16931.model import Identifier

# By the letters that a VAT id begins with. States whose VAT ids have no scheme there are missing:
# Denmark's and Sweden's are companies' numbers, below.
_SCHEMES: Final = {
    "AT": "9914", "BE": "9925", "BG": "9926", "CY": "9928", "CZ": "9929", "DE": "9930",
    "EE": "9931", "EL": "9933", "ES": "9920", "FI": "0213", "FR": "9957", "GB": "9932",
    "HR": "9934", "HU": "9910", "IE": "9935", "IT": "0211", "LT": "9937", "LU": "9938",
    "LV": "9939", "MT": "9943", "NL": "9944", "PL": "9945", "PT": "9946", "RO": "9947",
    "SI": "9949", "SK": "9950",
}  # fmt: skip
_GIVEN: Final = re.compile(r"([0-9]{4}|EM):(\S{1,120})")


def of_vat_id(vat_id: str | None) -> Identifier | None:
    """Return the address that a VAT id is, or None where its state has no scheme for it."""
    if vat_id is None:
        return None
    letters, rest = vat_id[:2], vat_id[2:]
    if letters == "DK":
        return Identifier(vat_id, "0184")  # the CVR number, DK before eight digits
    if letters == "SE" and len(rest) == 12:
        return Identifier(rest[:10], "0007")  # the organisation's number
    scheme = _SCHEMES.get(letters)
    return Identifier(vat_id, scheme) if scheme else None


def as_given(text: str | None) -> Identifier | None:
    """Return an address written `scheme:value`, such as 0208:0123456749, or None."""
    found = _GIVEN.fullmatch(text.strip()) if text else None
    return Identifier(found[2], found[1]) if found else None
