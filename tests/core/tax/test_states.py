"""Every state code in law, both ways between GST's digits and ISO 3166-2."""

from datetime import date

import pytest

from khata.core.tax.states import (
    STATES,
    UnknownState,
    state_by_code,
    state_by_iso,
    state_in_law,
)

# Code, ISO, name, and U where the local half is UTGST.
IN_LAW = """
01 JK - Jammu and Kashmir
02 HP - Himachal Pradesh
03 PB - Punjab
04 CH U Chandigarh
05 UK - Uttarakhand
06 HR - Haryana
07 DL - Delhi
08 RJ - Rajasthan
09 UP - Uttar Pradesh
10 BR - Bihar
11 SK - Sikkim
12 AR - Arunachal Pradesh
13 NL - Nagaland
14 MN - Manipur
15 MZ - Mizoram
16 TR - Tripura
17 ML - Meghalaya
18 AS - Assam
19 WB - West Bengal
20 JH - Jharkhand
21 OD - Odisha
22 CG - Chhattisgarh
23 MP - Madhya Pradesh
24 GJ - Gujarat
26 DH U Dadra and Nagar Haveli and Daman and Diu
27 MH - Maharashtra
29 KA - Karnataka
30 GA - Goa
31 LD U Lakshadweep
32 KL - Kerala
33 TN - Tamil Nadu
34 PY - Puducherry
35 AN U Andaman and Nicobar Islands
36 TS - Telangana
37 AP - Andhra Pradesh
38 LA U Ladakh
97 OT U Other Territory
"""
ROWS = [line.split(" ", 3) for line in IN_LAW.strip().splitlines()]


@pytest.mark.parametrize(("code", "iso", "territory", "name"), ROWS)
def test_a_state_is_found_by_both_its_codes(code: str, iso: str, territory: str, name: str) -> None:
    state = state_by_iso(iso)
    assert state == state_by_code(code)
    assert (state.code, state.iso, state.name) == (code, iso, name)
    assert state.union_territory is (territory == "U")
    assert not state.legacy


def test_nothing_is_left_out_and_only_two_codes_are_of_the_past() -> None:
    assert len(STATES) == len(ROWS) + 2
    assert [state.code for state in STATES if state.legacy] == ["25", "28"]


@pytest.mark.parametrize(
    ("former", "code"),
    [
        ("OR", "21"),
        ("CT", "22"),
        ("TG", "36"),
        ("UT", "05"),
        ("UL", "05"),
        ("UA", "05"),
        ("DN", "26"),
        ("DD", "26"),
    ],
)
def test_former_codes_of_iso_are_understood(former: str, code: str) -> None:
    assert state_by_iso(former).code == code


@pytest.mark.parametrize("iso", ["", "XX", "ka", "Karnataka", "IN-KA", "29", "K\x00", "\udc80"])
def test_what_is_no_state_is_refused_with_its_field(iso: str) -> None:
    with pytest.raises(UnknownState) as refused:
        state_by_iso(iso, param="address.state")
    assert refused.value.code == "unknown_state"
    assert refused.value.param == "address.state"
    assert refused.value.detail.isprintable()


@pytest.mark.parametrize("code", ["00", "39", "96", "99", "1", ""])
def test_other_digits_are_no_state(code: str) -> None:
    assert state_by_code(code) is None


@pytest.mark.parametrize(
    ("code", "on", "expected"),
    [
        ("25", date(2020, 1, 25), "25"),
        ("25", date(2020, 1, 26), "26"),
        ("28", date(2014, 6, 1), "28"),
        ("28", date(2017, 7, 1), "37"),
        ("29", date(2026, 11, 24), "29"),
    ],
)
def test_a_state_that_ended_is_its_successor(code: str, on: date, expected: str) -> None:
    state = state_by_code(code)
    assert state is not None
    assert state_in_law(state, on=on).code == expected
