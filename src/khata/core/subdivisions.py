"""States outside India, where their list is known: ISO 3166-2 without the country."""

from collections.abc import Mapping
from typing import Final

# Source: ISO 3166-2:US (states, the district and outlying areas), 3166-2:CA and 3166-2:AU, and the
# three states that the US Postal Service gives to the armed forces.
_CODES: Final = {
    "US": """
    AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM
    NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR UM VI AA AE AP
    """,
    "CA": "AB BC MB NB NL NS NT NU ON PE QC SK YT",
    "AU": "ACT NSW NT QLD SA TAS VIC WA",
}

SUBDIVISIONS: Final[Mapping[str, frozenset[str]]] = {
    country: frozenset(codes.split()) for country, codes in _CODES.items()
}
