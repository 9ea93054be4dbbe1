"""The states of India: GST's two digits, ISO 3166-2, and where the local half is UTGST."""

from dataclasses import dataclass
from datetime import date

from khata.core.refusal import Refusal


class UnknownState(Refusal):
    """The code names no state or Union territory of India."""


@dataclass(frozen=True, slots=True)
class State:
    """A state or Union territory, as GST counts them.

    `union_territory` is true where there is no legislature, so that the local tax is UTGST;
    Delhi, Puducherry, and Jammu and Kashmir have legislatures and levy SGST.
    A `legacy` state is no more: from `ended_on` its code stands for `successor`.
    Source: GST state code list; UTGST Act 2017 s.1(2), s.2(8); ISO 3166-2:IN.
    """

    code: str  # two digits
    iso: str  # ISO 3166-2 without the country
    name: str
    union_territory: bool = False
    legacy: bool = False
    ended_on: date | None = None
    successor: str | None = None


def state_by_iso(iso: str, *, param: str | None = None) -> State:
    """Return the state with this ISO 3166-2 code (`KA`), codes of the past included.

    Raises: UnknownState.
    """
    try:
        return _BY_ISO[_FORMER_ISO.get(iso, iso)]
    except KeyError:
        raise UnknownState(
            f"{iso[:8]!r} is not a state of India; use its two capitals in ISO 3166-2, such as KA",
            param=param,
        ) from None


def state_by_code(code: str) -> State | None:
    """Return the state with these two GST digits (`29`), or None."""
    return _BY_CODE.get(code)


def state_in_law(state: State, *, on: date) -> State:
    """Return the state that `state` is on this day: Daman and Diu is 26 since 26 January 2020."""
    if state.successor is None or state.ended_on is None or on < state.ended_on:
        return state
    return _BY_CODE[state.successor]


STATES: tuple[State, ...] = (
    State("01", "JK", "Jammu and Kashmir"),
    State("02", "HP", "Himachal Pradesh"),
    State("03", "PB", "Punjab"),
    State("04", "CH", "Chandigarh", union_territory=True),
    State("05", "UK", "Uttarakhand"),
    State("06", "HR", "Haryana"),
    State("07", "DL", "Delhi"),
    State("08", "RJ", "Rajasthan"),
    State("09", "UP", "Uttar Pradesh"),
    State("10", "BR", "Bihar"),
    State("11", "SK", "Sikkim"),
    State("12", "AR", "Arunachal Pradesh"),
    State("13", "NL", "Nagaland"),
    State("14", "MN", "Manipur"),
    State("15", "MZ", "Mizoram"),
    State("16", "TR", "Tripura"),
    State("17", "ML", "Meghalaya"),
    State("18", "AS", "Assam"),
    State("19", "WB", "West Bengal"),
    State("20", "JH", "Jharkhand"),
    State("21", "OD", "Odisha"),
    State("22", "CG", "Chhattisgarh"),
    State("23", "MP", "Madhya Pradesh"),
    State("24", "GJ", "Gujarat"),
    # Merged into 26 by the Dadra and Nagar Haveli and Daman and Diu Act 2019.
    State("25", "DD", "Daman and Diu", True, True, date(2020, 1, 26), "26"),
    State("26", "DH", "Dadra and Nagar Haveli and Daman and Diu", union_territory=True),
    State("27", "MH", "Maharashtra"),
    # The undivided state, which ended before GST began; GSTINs of it are on old papers only.
    State("28", "AP", "Andhra Pradesh (before division)", False, True, date(2014, 6, 2), "37"),
    State("29", "KA", "Karnataka"),
    State("30", "GA", "Goa"),
    State("31", "LD", "Lakshadweep", union_territory=True),
    State("32", "KL", "Kerala"),
    State("33", "TN", "Tamil Nadu"),
    State("34", "PY", "Puducherry"),
    State("35", "AN", "Andaman and Nicobar Islands", union_territory=True),
    State("36", "TS", "Telangana"),
    State("37", "AP", "Andhra Pradesh"),
    State("38", "LA", "Ladakh", union_territory=True),
    # Offshore areas: GST's own, unknown to ISO, so the two letters are ours.
    State("97", "OT", "Other Territory", union_territory=True),
)

_BY_CODE = {state.code: state for state in STATES}
_BY_ISO = {state.iso: state for state in STATES if not state.legacy}

# What ISO 3166-2 and vehicle plates said before: newsletters of 2020-11-24 and 2023-11-23.
_FORMER_ISO = {
    "CT": "CG",
    "DD": "DH",
    "DN": "DH",
    "OR": "OD",
    "TG": "TS",
    "UA": "UK",
    "UL": "UK",
    "UT": "UK",
}
