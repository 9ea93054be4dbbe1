"""GSTINs that are well formed, and every way in which one is not."""

from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.in_ import gstin as second_opinion

from khata.core.tax.gstin import (
    GstinKind,
    InvalidGstin,
    check_character,
    parse_gstin,
    parse_seller_gstin,
)
from khata.core.tax.states import STATES

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# Check characters by python-stdnum's Luhn mod N, which knows nothing of ours.
VALID = [
    ("27AAPFU0939F1ZV", GstinKind.REGULAR, "AAPFU0939F"),
    ("29AABCR1718E1ZL", GstinKind.REGULAR, "AABCR1718E"),
    ("29ABCCT1234E1ZL", GstinKind.REGULAR, "ABCCT1234E"),
    ("38AABCU9603R1ZK", GstinKind.REGULAR, "AABCU9603R"),  # Ladakh
    ("97AABCU9603R1ZG", GstinKind.REGULAR, "AABCU9603R"),  # Other Territory
    ("25AABCU9603R1ZR", GstinKind.REGULAR, "AABCU9603R"),  # Daman and Diu, before the merger
    ("28AABCU9603R1ZL", GstinKind.REGULAR, "AABCU9603R"),  # Andhra Pradesh, before division
    ("36AABCU9603R2ZN", GstinKind.REGULAR, "AABCU9603R"),  # second registration in one state
    ("29AAAPL2356QAZZ", GstinKind.REGULAR, "AAAPL2356Q"),  # the tenth, a person
    ("07AAAGM0289C1ZL", GstinKind.REGULAR, "AAAGM0289C"),  # holder: government
    ("09AAATA1234B1ZH", GstinKind.REGULAR, "AAATA1234B"),  # trust
    ("24AAAHB4321C1Z9", GstinKind.REGULAR, "AAAHB4321C"),  # Hindu undivided family
    ("27AAALB4321C1ZU", GstinKind.REGULAR, "AAALB4321C"),  # local authority
    ("32AAAJB4321C1Z7", GstinKind.REGULAR, "AAAJB4321C"),  # artificial juridical person
    ("19AAABB4321C1ZC", GstinKind.REGULAR, "AAABB4321C"),  # body of individuals
    ("21AAAAB4321C1ZT", GstinKind.REGULAR, "AAAAB4321C"),  # association of persons
    ("06AAAFB4321C1AQ", GstinKind.REGULAR, "AAAFB4321C"),  # a letter other than Z
    ("29BLRA12345C1DN", GstinKind.TAX_DEDUCTOR, None),  # built on a TAN
    ("29AABCU9603R1DS", GstinKind.TAX_DEDUCTOR, "AABCU9603R"),
    ("07DELA54321E0Z0", GstinKind.GOVERNMENT, None),
    ("0717USA00001UNB", GstinKind.UIN, None),
    ("2717UNO00001UN5", GstinKind.UIN, None),
    ("2917JPN00012ONC", GstinKind.UIN, None),
    ("2919NRI00001NR1", GstinKind.NON_RESIDENT, None),
]

INVALID = [
    ("", "15 characters"),
    ("29AABCR1718E1Z", "15 characters"),
    ("29AABCR1718E1ZLL", "15 characters"),
    ("29AABCR1718E1ZM", "mistyped"),
    ("29AABCR1781E1ZL", "mistyped"),  # two digits swapped
    ("27AABCR1718E1ZL", "mistyped"),  # another state
    ("38AABCU9603R1ZL", "mistyped"),
    ("00AABCU9603R1Z3", "not a state code"),
    ("39AABCU9603R1ZI", "not a state code"),
    ("96AABCU9603R1ZI", "not a state code"),
    ("99AABCU9603R1ZC", "not a state code"),
    ("29AABXU9603R1ZC", "kind of holder"),
    ("29AABKU9603R1Z2", "kind of holder"),
    ("29AABCU0000R1ZA", "number 0000"),
    ("29AABCU9603R0ZK", "shape"),  # entity number 0
    ("2XAABCU9603R1ZC", "shape"),
    ("29AABCU96O3R1ZC", "shape"),  # the letter O
    ("AABCU9603R1ZC29", "shape"),
    ("२९AABCR1718E1ZL", "shape"),  # Devanagari digits are digits, but not here
    ("29AABCR1718E1Z\x00", "shape"),
    ("29AABCU9603R1CU", "e-commerce operator"),
    ("9917SGP29001OST", "from abroad"),
]


@pytest.mark.parametrize(("text", "kind", "pan"), VALID)
def test_a_well_formed_number_is_taken_apart(text: str, kind: GstinKind, pan: str | None) -> None:
    gstin = parse_gstin(text)
    assert (gstin.value, gstin.state_code, gstin.kind, gstin.pan) == (text, text[:2], kind, pan)


@pytest.mark.parametrize(("text", "sentence"), INVALID)
def test_a_wrong_number_is_refused_for_what_is_wrong_in_it(text: str, sentence: str) -> None:
    with pytest.raises(InvalidGstin, match=sentence) as refused:
        parse_gstin(text, param="tax_ids[0].value")
    assert refused.value.code == "invalid_gstin"
    assert refused.value.param == "tax_ids[0].value"


@pytest.mark.parametrize(
    "text", [" 29AABCR1718E1ZL ", "29 AABCR1718E 1ZL", "29-AABCR1718E-1Z-L", "29aabcr1718e1zl\n"]
)
def test_blanks_hyphens_and_small_letters_are_forgiven(text: str) -> None:
    assert parse_gstin(text).value == "29AABCR1718E1ZL"


@pytest.mark.parametrize("state", [state.code for state in STATES])
def test_every_state_code_in_law_is_taken(state: str) -> None:
    first14 = f"{state}AABCU9603R1Z"
    text = first14 + luhn.calc_check_digit(first14, ALPHABET)
    assert parse_gstin(text).state_code == state
    # The library's own list of states ends at 37.
    assert second_opinion.is_valid(text) is (state <= "37")


def test_a_check_character_by_hand() -> None:
    # 27AAPFU0939F1Z, weights 1 and 2 in turn, each product's two digits to base 36 added:
    #  2 7→14 10 10→20 25 15→30 30 0→0 9 3→6 9 15→30 1 35→70=1·36+34→35
    #  2+14+10+20+25+30+30+0+9+6+9+30+1+35 = 221; 221 = 6·36 + 5; 36 - 5 = 31 → V
    assert check_character("27AAPFU0939F1Z") == "V"


@given(st.text(ALPHABET, min_size=14, max_size=14))
def test_the_check_character_agrees_with_luhn_mod_36(first14: str) -> None:
    assert check_character(first14) == luhn.calc_check_digit(first14, ALPHABET)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InvalidGstin):
        assert len(parse_gstin(text).value) == 15


@given(position=st.integers(2, 14), other=st.sampled_from(ALPHABET))
def test_one_wrong_character_never_passes(position: int, other: str) -> None:
    text = "29AABCR1718E1ZL"
    assume(text[position] != other)
    with pytest.raises(InvalidGstin):
        parse_gstin(text[:position] + other + text[position + 1 :])


def test_a_uin_is_no_registered_person() -> None:
    assert not parse_gstin("0717USA00001UNB").registered_person
    assert parse_gstin("29AABCR1718E1ZL").registered_person


@pytest.mark.parametrize("text", ["0717USA00001UNB", "29BLRA12345C1DN", "07DELA54321E0Z0"])
def test_only_an_ordinary_registration_sells(text: str) -> None:
    with pytest.raises(InvalidGstin, match="sell"):
        parse_seller_gstin(text)
    assert parse_seller_gstin("29AABCR1718E1ZL").state_code == "29"
