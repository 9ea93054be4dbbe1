"""Place of supply: one row for each rule, and the refusals."""

from datetime import date

import pytest

from khata.core.refusal import Refusal
from khata.core.tax.gstin import InvalidGstin
from khata.core.tax.parties import Buyer, Lut, Seller
from khata.core.tax.place_of_supply import (
    GstinStateMismatch,
    SezWithoutGstin,
    StateRequired,
    SupplyKind,
    Treatment,
    decide_supply,
)
from khata.core.tax.states import UnknownState

DAY = date(2026, 11, 24)
LUT = Lut("AD290426001234X", date(2026, 4, 1), date(2027, 3, 31))
EXPIRED = Lut("AD290425009999K", date(2025, 4, 1), date(2026, 3, 31))

KARNATAKA = Seller("IN", "KA", "29ABCCT1234E1ZL")
WITH_LUT = Seller("IN", "KA", "29ABCCT1234E1ZL", (LUT,))
CHANDIGARH = Seller("IN", "CH", "04AABCU9603R1ZV")
UNREGISTERED = Seller("IN", "KA")
SINGAPORE = Seller("SG", None)

K, T = SupplyKind, Treatment

CASES = [
    # seller, buyer → kind, treatment, place's code and state, law
    (KARNATAKA, Buyer("IN", "KA", "29AABCR1718E1ZL"), K.INTRA, "29", "KA", "12(2)(a), s.8(2)"),
    (KARNATAKA, Buyer("IN", "MH", "27AAPFU0939F1ZV"), K.INTER, "27", "MH", "12(2)(a), s.7(3)"),
    (KARNATAKA, Buyer("IN", None, "27AAPFU0939F1ZV"), K.INTER, "27", "MH", "12(2)(a)"),
    (KARNATAKA, Buyer("IN", "KA"), K.INTRA, "29", "KA", "12(2)(b)(i), s.8(2)"),
    (KARNATAKA, Buyer("IN", "TN"), K.INTER, "33", "TN", "12(2)(b)(i), s.7(3)"),
    (KARNATAKA, Buyer("IN", "OR"), K.INTER, "21", "OD", "12(2)(b)(i)"),
    (KARNATAKA, Buyer("IN", "LA", "38AABCU9603R1ZK"), K.INTER, "38", "LA", "12(2)(a)"),
    (KARNATAKA, Buyer("IN", "OT", "97AABCU9603R1ZG"), K.INTER, "97", "OT", "12(2)(a)"),
    (CHANDIGARH, Buyer("IN", "CH"), K.INTRA, "04", "CH", "8(2)"),
    (CHANDIGARH, Buyer("IN", "LA"), K.INTER, "38", "LA", "7(3)"),
    # A UIN is not a registration: the address decides, wherever the UIN was given.
    (KARNATAKA, Buyer("IN", "KA", "0717USA00001UNB"), K.INTRA, "29", "KA", "12(2)(b)(i)"),
    (KARNATAKA, Buyer("IN", "DL", "0717USA00001UNB"), K.INTER, "07", "DL", "12(2)(b)(i)"),
    # A number of Daman and Diu is one of the merged territory now.
    (KARNATAKA, Buyer("IN", "DD", "25AABCU9603R1ZR"), K.INTER, "26", "DH", "12(2)(a)"),
    (KARNATAKA, Buyer("IN", "AP", "28AABCU9603R1ZL"), K.INTER, "37", "AP", "12(2)(a)"),
]


@pytest.mark.parametrize(("seller", "buyer", "kind", "code", "state", "law"), CASES)
def test_a_taxable_supply_in_india(
    seller: Seller, buyer: Buyer, kind: SupplyKind, code: str, state: str, law: str
) -> None:
    supply = decide_supply(seller, buyer, on=DAY)
    assert (supply.kind, supply.treatment) == (kind, T.TAXABLE)
    assert (supply.place.country, supply.place.code, supply.place.state) == ("IN", code, state)
    assert supply.endorsement is None
    assert law in supply.law


WITHOUT = "UNDER BOND OR LETTER OF UNDERTAKING WITHOUT PAYMENT OF INTEGRATED TAX"
WITH = "ON PAYMENT OF INTEGRATED TAX"
SEZ_AT_HOME = Buyer("IN", "KA", "29AABCR1718E1ZL", sez=True)
SEZ_ELSEWHERE = Buyer("IN", "MH", "27AAPFU0939F1ZV", sez=True)
AMERICA = Buyer("US", "CA")

ZERO_RATED = [
    (WITH_LUT, SEZ_AT_HOME, K.SEZ, T.ZERO_RATED_LUT, "29", WITHOUT),
    (WITH_LUT, SEZ_ELSEWHERE, K.SEZ, T.ZERO_RATED_LUT, "27", WITHOUT),
    (KARNATAKA, SEZ_AT_HOME, K.SEZ, T.ZERO_RATED_WITH_IGST, "29", WITH),
    (WITH_LUT, AMERICA, K.EXPORT, T.ZERO_RATED_LUT, "96", WITHOUT),
    (KARNATAKA, AMERICA, K.EXPORT, T.ZERO_RATED_WITH_IGST, "96", WITH),
    (WITH_LUT, Buyer("SG", None), K.EXPORT, T.ZERO_RATED_LUT, "96", WITHOUT),
]


@pytest.mark.parametrize(("seller", "buyer", "kind", "treatment", "code", "words"), ZERO_RATED)
def test_a_zero_rated_supply_carries_the_words_of_rule_46(
    seller: Seller,
    buyer: Buyer,
    kind: SupplyKind,
    treatment: Treatment,
    code: str,
    words: str,
) -> None:
    supply = decide_supply(seller, buyer, on=DAY)
    assert (supply.kind, supply.treatment, supply.place.code) == (kind, treatment, code)
    assert supply.endorsement is not None
    assert supply.endorsement.startswith("SUPPLY MEANT FOR EXPORT/SUPPLY TO SEZ UNIT")
    assert supply.endorsement.endswith("OPERATIONS " + words)


@pytest.mark.parametrize(
    ("lut", "on", "treatment"),
    [
        (LUT, date(2026, 3, 31), T.ZERO_RATED_WITH_IGST),
        (LUT, date(2026, 4, 1), T.ZERO_RATED_LUT),
        (LUT, date(2027, 3, 31), T.ZERO_RATED_LUT),
        (LUT, date(2027, 4, 1), T.ZERO_RATED_WITH_IGST),
        (EXPIRED, DAY, T.ZERO_RATED_WITH_IGST),
    ],
)
def test_an_lut_counts_on_its_own_days_only(lut: Lut, on: date, treatment: Treatment) -> None:
    seller = Seller("IN", "KA", "29ABCCT1234E1ZL", (lut,))
    supply = decide_supply(seller, AMERICA, on=on)
    assert supply.treatment is treatment
    assert lut.number in supply.reason


def test_an_export_names_the_country_and_place_96() -> None:
    place = decide_supply(WITH_LUT, AMERICA, on=DAY).place
    assert (place.country, place.state, place.code) == ("US", "CA", "96")


@pytest.mark.parametrize(
    ("seller", "buyer", "country", "code"),
    [
        (UNREGISTERED, Buyer("IN", "KA"), "IN", "29"),
        (UNREGISTERED, Buyer("IN", "MH", "27AAPFU0939F1ZV"), "IN", "27"),
        (UNREGISTERED, Buyer("IN", None), "IN", None),  # no tax hangs on the state
        (UNREGISTERED, AMERICA, "US", "96"),
        (SINGAPORE, Buyer("IN", "KA"), "IN", "29"),
        (SINGAPORE, AMERICA, "US", "96"),
        (Seller("SG", None, "29ABCCT1234E1ZL"), Buyer("IN", "KA"), "IN", "29"),
    ],
)
def test_who_is_not_registered_charges_nothing_but_has_a_place(
    seller: Seller, buyer: Buyer, country: str, code: str | None
) -> None:
    supply = decide_supply(seller, buyer, on=DAY)
    assert (supply.kind, supply.treatment) == (K.OUT_OF_SCOPE, T.OUT_OF_SCOPE)
    assert (supply.place.country, supply.place.code) == (country, code)
    assert supply.endorsement is None


REFUSED: list[tuple[Seller, Buyer, type[Refusal], str]] = [
    (KARNATAKA, Buyer("IN", None), StateRequired, "address.state"),
    (KARNATAKA, Buyer("IN", ""), StateRequired, "address.state"),
    (KARNATAKA, Buyer("IN", None, "0717USA00001UNB"), StateRequired, "address.state"),
    (KARNATAKA, Buyer("IN", "XX"), UnknownState, "address.state"),
    (KARNATAKA, Buyer("IN", "KA", "27AAPFU0939F1ZV"), GstinStateMismatch, "address.state"),
    (KARNATAKA, Buyer("US", "CA", "27AAPFU0939F1ZV"), GstinStateMismatch, "address.country"),
    (KARNATAKA, Buyer("IN", "MH", "27AAPFU0939F1ZX"), InvalidGstin, "tax_ids"),
    (WITH_LUT, Buyer("IN", "KA", None, sez=True), SezWithoutGstin, "tax_ids"),
    (WITH_LUT, Buyer("IN", "KA", "0717USA00001UNB", sez=True), SezWithoutGstin, "tax_ids"),
    (Seller("IN", "MH", "29ABCCT1234E1ZL"), Buyer("IN", "MH"), GstinStateMismatch, "state"),
    (Seller("IN", "DL", "0717USA00001UNB"), Buyer("IN", "DL"), InvalidGstin, "gstin"),
]


@pytest.mark.parametrize(("seller", "buyer", "refusal", "param"), REFUSED)
def test_what_cannot_be_decided_is_refused_with_its_field(
    seller: Seller, buyer: Buyer, refusal: type[Refusal], param: str
) -> None:
    with pytest.raises(refusal) as refused:
        decide_supply(seller, buyer, on=DAY)
    assert refused.value.param == param


def test_every_decision_says_why_in_a_sentence() -> None:
    reason = decide_supply(KARNATAKA, Buyer("IN", "TN"), on=DAY).reason
    assert reason == (
        "The customer is in Tamil Nadu by the state of its address, "
        "and the seller is in Karnataka: IGST."
    )
