"""Where somebody is: a country, a state, an address and a time zone, each checked."""

from dataclasses import asdict, dataclass
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from khata.core.refusal import Refusal
from khata.core.subdivisions import SUBDIVISIONS
from khata.core.tax.states import state_by_iso


class UnknownCountry(Refusal):
    """The code is not one of ISO 3166-1 alpha-2."""


class UnknownTimezone(Refusal):
    """The name is not one of the IANA time zone database."""


class TimezoneNotIndian(Refusal):
    """Whoever sells in India keeps Indian time: its days date documents and begin the year."""


class BadState(Refusal):
    """The state is not one of the country, spelled as ISO 3166-2 does without the country."""


@dataclass(frozen=True, slots=True)
class Address:
    """The lines of an address; country and state stand beside it, since tax asks for them."""

    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    postal_code: str | None = None

    def stored(self) -> dict[str, str]:
        """Return the lines that are there, as they are kept."""
        return {name: line for name, line in asdict(self).items() if line}


def known_country(code: str, *, param: str) -> str:
    """Return `code`, or refuse it. Raises: UnknownCountry."""
    if code not in COUNTRIES:
        raise UnknownCountry(
            f"{code[:8]!r} is not a country of ISO 3166-1; use two capitals, such as IN",
            param=param,
        )
    return code


def known_state(state: str | None, *, country: str, param: str) -> str | None:
    """Return the state as ISO 3166-2 spells it today (`OR` becomes `OD`).

    India's states decide its tax, so each is known, as are those of a few countries beside it;
    elsewhere only the shape is checked.
    Raises: UnknownState, BadState.
    """
    if state is None:
        return None
    if country == "IN":
        return state_by_iso(state, param=param).iso
    if country in SUBDIVISIONS and state not in SUBDIVISIONS[country]:
        raise BadState(
            f"{state[:8]!r} is not a state of {country}; use its code in ISO 3166-2 without the "
            f"country, such as {min(SUBDIVISIONS[country])}",
            param=param,
        )
    if not (
        1 <= len(state) <= 3 and state.isascii() and state.isalnum() and state == state.upper()
    ):
        raise BadState(
            f"{state[:8]!r} is not a state in ISO 3166-2; leave the country out, such as CA",
            param=param,
        )
    return state


def known_timezone(name: str, *, param: str) -> str:
    """Return `name`, or refuse it. Raises: UnknownTimezone."""
    if name not in _timezones():
        raise UnknownTimezone(
            f"{name[:40]!r} is not a time zone; use a name such as Asia/Kolkata", param=param
        )
    return name


def seller_timezone(name: str, *, country: str, param: str) -> str:
    """Return the zone in which a seller's days begin; in India there is one, whatever its name.

    Raises: UnknownTimezone, TimezoneNotIndian. Source: CGST Rule 46(b), (c): the date of issue
    and the financial year are those of Indian Standard Time.
    """
    known = known_timezone(name, param=param)
    if country != "IN":
        return known
    if known not in _INDIAN:
        raise TimezoneNotIndian(
            f"A seller in India dates its invoices by Indian time: use {INDIAN_TIME}, "
            f"not {known}; customers may have zones of their own",
            param=param,
        )
    return INDIAN_TIME


@cache
def _timezones() -> frozenset[str]:
    # The database's own name for "not set yet" is no place, and neither is the machine's.
    return frozenset(available_timezones() - {"localtime", "Factory"})


INDIAN_TIME: Final = "Asia/Kolkata"
_INDIAN = frozenset({INDIAN_TIME, "Asia/Calcutta"})  # its name until 2008

# ISO 3166-1 alpha-2, officially assigned.
_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
COUNTRIES = frozenset(_CODES.split())
