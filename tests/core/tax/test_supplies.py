"""Who sells to whom under which scheme: each row is a case of the law, named beside it."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from khata.core.refusal import Refusal
from khata.core.tax.exemptions import (
    BadExemption,
    Exemption,
    ExemptionKind,
    NoSuchExemption,
    check_exemption,
    exemption_on,
)
from khata.core.tax.gst import heads
from khata.core.tax.parties import Buyer, ExportRoute, Lut, Scheme, Seller
from khata.core.tax.place_of_supply import (
    NOT_ELIGIBLE,
    UNDER_LUT,
    WITH_TAX,
    DeemedExportOfServices,
    InterStateNotAllowed,
    LutExpired,
    StateRequired,
    SupplyKind,
    Treatment,
    check_deemed,
    decide_supply,
)

K, T = SupplyKind, Treatment
DAY = date(2026, 11, 24)
LUT = Lut("AD290426000001X", date(2026, 4, 1), date(2027, 3, 31))
OLD = Lut("AD290425000001X", date(2025, 4, 1), date(2026, 3, 31))
GSTIN = "29ABCCT1234E1ZL"

REGULAR = Seller("IN", "KA", GSTIN, (LUT,))
COMPOSED = Seller("IN", "KA", GSTIN, scheme=Scheme.COMPOSITION)
ZONE = Seller("IN", "KA", GSTIN, (LUT,), scheme=Scheme.SEZ)
ONLINE = Seller("SG", None, "9917SGP29001OST", scheme=Scheme.OIDAR)
PAYING = replace(REGULAR, export_route=ExportRoute.WITH_PAYMENT)
STRICT = replace(REGULAR, export_route=ExportRoute.LUT_REQUIRED)

AT_HOME = Buyer("IN", "KA")
ASHA = Buyer("IN", "KA", "29AABCR1718E1ZL")
PUNE = Buyer("IN", "MH", "27AAPFU0939F1ZV")
MUMBAI = Buyer("IN", "MH")
SEZ_UNIT = Buyer("IN", "KA", "29AABCR1718E1ZL", sez=True)
EMBASSY = Buyer("IN", "DL", "0717USA00001UNB")
AMERICA = Buyer("US", "CA")
BRANCH = Buyer("US", "CA", related=True)


def exempted(kind: ExemptionKind = ExemptionKind.NOTIFICATION, **changes: object) -> Exemption:
    whole = Exemption(
        UUID(int=1), "IN", None, kind, "12/2017-CTR serial 5", date(2026, 4, 1), date(2027, 3, 31)
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


EXEMPT = Buyer("IN", "KA", exemptions=(exempted(),))

DECIDED = [
    # seller, buyer, kind, treatment, place, what the law says of it
    (COMPOSED, AT_HOME, K.INTRA, T.COMPOSITION, "29", "s.10(4)"),
    (COMPOSED, ASHA, K.INTRA, T.COMPOSITION, "29", "rule 49"),
    (ZONE, AT_HOME, K.INTER, T.TAXABLE, "29", "s.7(5)(b)"),
    (ZONE, ASHA, K.INTER, T.TAXABLE, "29", "s.7(5)(b)"),
    (ZONE, PUNE, K.INTER, T.TAXABLE, "27", "s.7(5)(b)"),
    (ZONE, AMERICA, K.EXPORT, T.ZERO_RATED_LUT, "96", "s.16(3)(a)"),
    (ZONE, SEZ_UNIT, K.SEZ, T.ZERO_RATED_LUT, "29", "s.7(5)(b)"),
    (ONLINE, AT_HOME, K.INTER, T.TAXABLE, "29", "s.14(1)"),
    (ONLINE, MUMBAI, K.INTER, T.TAXABLE, "27", "s.13(12)"),
    (ONLINE, EMBASSY, K.INTER, T.TAXABLE, "07", "s.2(16)"),  # a UIN is no registration
    (ONLINE, ASHA, K.INTER, T.REVERSE_CHARGE, "29", "s.5(3)"),
    (ONLINE, PUNE, K.INTER, T.REVERSE_CHARGE, "27", "10/2017-ITR"),
    (ONLINE, AMERICA, K.OUT_OF_SCOPE, T.OUT_OF_SCOPE, "96", "s.2(17)"),
    (REGULAR, AMERICA, K.EXPORT, T.ZERO_RATED_LUT, "96", "rule 96A"),
    (PAYING, AMERICA, K.EXPORT, T.ZERO_RATED_WITH_IGST, "96", "s.16(3)(b)"),
    (PAYING, SEZ_UNIT, K.SEZ, T.ZERO_RATED_WITH_IGST, "29", "s.16(3)(b)"),
    (STRICT, AMERICA, K.EXPORT, T.ZERO_RATED_LUT, "96", "s.16(3)(a)"),
    (STRICT, SEZ_UNIT, K.SEZ, T.ZERO_RATED_LUT, "29", "s.16(3)(a)"),
    (STRICT, PUNE, K.INTER, T.TAXABLE, "27", "s.7(3)"),  # not zero-rated, so no letter is asked
    (replace(REGULAR, luts=(OLD,)), AMERICA, K.EXPORT, T.ZERO_RATED_WITH_IGST, "96", "s.16(3)(b)"),
    (REGULAR, BRANCH, K.INTER, T.TAXABLE, "96", "s.2(6)(v)"),
    (PAYING, BRANCH, K.INTER, T.TAXABLE, "96", "s.7(5)(a)"),
    (REGULAR, EXEMPT, K.INTRA, T.EXEMPT, "29", "s.11"),
    (REGULAR, replace(EXEMPT, state="MH"), K.INTER, T.EXEMPT, "27", "12/2017-CTR serial 5"),
    (REGULAR, replace(ASHA, deemed_export=True), K.INTRA, T.TAXABLE, "29", "s.8(2)"),
    (Seller("IN", "KA"), EXEMPT, K.OUT_OF_SCOPE, T.OUT_OF_SCOPE, "29", "s.22"),
    (Seller("SG", None), AT_HOME, K.OUT_OF_SCOPE, T.OUT_OF_SCOPE, "29", "s.24"),
]


@pytest.mark.parametrize(("seller", "buyer", "kind", "treatment", "code", "law"), DECIDED)
def test_each_case_of_the_law(
    seller: Seller, buyer: Buyer, kind: SupplyKind, treatment: Treatment, code: str, law: str
) -> None:
    supply = decide_supply(seller, buyer, on=DAY)
    assert (supply.kind, supply.treatment, supply.place.code) == (kind, treatment, code)
    assert law in supply.law
    assert supply.reason.endswith(".")


# What each treatment and kind bears of 18 %: the names of its heads, and what is charged of each.
BORNE = [
    # seller, buyer, heads as (name, rate, charged?), law
    (REGULAR, AT_HOME, [("CGST", "9", True), ("SGST", "9", True)], "CGST Act s.9(1)"),
    (REGULAR, PUNE, [("IGST", "18", True)], "IGST Act s.5(1)"),
    (REGULAR, AMERICA, [("IGST", "18", False)], "IGST Act s.16(3)(a)"),
    (PAYING, AMERICA, [("IGST", "18", True)], "IGST Act s.16(3)(b)"),
    (REGULAR, BRANCH, [("IGST", "18", True)], "IGST Act s.2(6)(v)"),
    (COMPOSED, AT_HOME, [], "CGST Act s.10(4)"),
    (ZONE, AT_HOME, [("IGST", "18", True)], "IGST Act s.7(5)(b)"),
    (ONLINE, MUMBAI, [("IGST", "18", True)], "IGST Act s.14(1)"),
    (ONLINE, PUNE, [("IGST", "18", False)], "IGST Act s.5(3)"),
    (ONLINE, AMERICA, [], "IGST Act s.2(17)"),
    (REGULAR, EXEMPT, [], "CGST Act s.11"),
    (Seller("IN", "KA"), AT_HOME, [], "CGST Act s.32(1)"),
]


@pytest.mark.parametrize(("seller", "buyer", "borne", "law"), BORNE)
def test_what_each_case_bears(
    seller: Seller, buyer: Buyer, borne: list[tuple[str, str, bool]], law: str
) -> None:
    found = heads(decide_supply(seller, buyer, on=DAY), "998314", on=DAY)
    assert [(head.name, head.rate, head.numerator > 0) for head in found] == borne, law


REFUSED = [
    (COMPOSED, MUMBAI, InterStateNotAllowed, "s.10(2)(c)"),
    (COMPOSED, PUNE, InterStateNotAllowed, "Maharashtra"),
    (COMPOSED, AMERICA, InterStateNotAllowed, "US"),
    (COMPOSED, SEZ_UNIT, InterStateNotAllowed, "SEZ"),
    (COMPOSED, BRANCH, InterStateNotAllowed, "abroad"),
    (ONLINE, Buyer("IN", None), StateRequired, "242/36/2024"),
    (replace(STRICT, luts=()), AMERICA, LutExpired, "no letter of undertaking is on file"),
    (replace(STRICT, luts=(OLD,)), AMERICA, LutExpired, "AD290425000001X"),
    (replace(STRICT, luts=(OLD,)), SEZ_UNIT, LutExpired, "rule 96A"),
]


@pytest.mark.parametrize(("seller", "buyer", "refusal", "says"), REFUSED)
def test_what_is_refused_names_its_rule(
    seller: Seller, buyer: Buyer, refusal: type[Refusal], says: str
) -> None:
    with pytest.raises(refusal) as refused:
        decide_supply(seller, buyer, on=DAY)
    assert says in refused.value.detail


@pytest.mark.parametrize(
    ("seller", "buyer", "words"),
    [
        (COMPOSED, AT_HOME, NOT_ELIGIBLE),
        (REGULAR, AMERICA, UNDER_LUT),
        (PAYING, AMERICA, WITH_TAX),
        (REGULAR, BRANCH, None),  # no export, so no words of one
        (ONLINE, ASHA, None),
        (REGULAR, EXEMPT, None),
    ],
)
def test_the_words_a_document_must_carry(seller: Seller, buyer: Buyer, words: str | None) -> None:
    assert decide_supply(seller, buyer, on=DAY).endorsement == words


@pytest.mark.parametrize(
    ("on", "treatment"),
    [
        (date(2026, 3, 31), T.ZERO_RATED_WITH_IGST),  # the day before the letter
        (date(2026, 4, 1), T.ZERO_RATED_LUT),
        (date(2027, 3, 31), T.ZERO_RATED_LUT),
        (date(2027, 4, 1), T.ZERO_RATED_WITH_IGST),
    ],
)
def test_a_letter_holds_on_its_days(on: date, treatment: Treatment) -> None:
    assert decide_supply(REGULAR, AMERICA, on=on).treatment is treatment


def test_services_are_no_deemed_export_and_goods_are() -> None:
    buyer = Buyer("IN", "KA", "29AABCR1718E1ZL", deemed_export=True)
    check_deemed(buyer, "8471")
    check_deemed(AT_HOME, "998314")
    with pytest.raises(DeemedExportOfServices, match=r"s\.147"):
        check_deemed(buyer, "998314")


@pytest.mark.parametrize(
    ("exemption", "place", "on", "holds"),
    [
        (exempted(), ("IN", "KA"), date(2026, 3, 31), False),
        (exempted(), ("IN", "KA"), date(2026, 4, 1), True),
        (exempted(), ("IN", "MH"), date(2027, 3, 31), True),
        (exempted(), ("IN", "MH"), date(2027, 4, 1), False),
        (exempted(), ("US", "KA"), DAY, False),
        (exempted(state="MH"), ("IN", "MH"), DAY, True),
        (exempted(state="MH"), ("IN", "KA"), DAY, False),
        (exempted(valid_to=None), ("IN", "KA"), date(2090, 1, 1), True),
    ],
)
def test_an_exemption_holds_in_its_place_on_its_days(
    exemption: Exemption, place: tuple[str, str], on: date, holds: bool
) -> None:
    found = exemption_on([exemption], country=place[0], state=place[1], on=on)
    assert (found is exemption) is holds


def test_the_exemption_of_the_state_goes_before_that_of_the_country() -> None:
    whole, of_state = exempted(), exempted(state="KA", certificate="KA-1")
    found = exemption_on([of_state, whole], country="IN", state="KA", on=DAY)
    assert found is of_state
    assert exemption_on([of_state, whole], country="IN", state="MH", on=DAY) is whole


KINDS = ExemptionKind


@pytest.mark.parametrize(
    ("exemption", "refusal", "says"),
    [
        (exempted(KINDS.TAX_EXEMPT), NoSuchExemption, "s.11"),
        (exempted(KINDS.RESALE), NoSuchExemption, "notification"),
        (exempted(KINDS.DIPLOMATIC), NoSuchExemption, "s.55"),
        (exempted(KINDS.NOTIFICATION, country="US"), NoSuchExemption, "India"),
        (exempted(certificate=" "), BadExemption, "certificate"),
        (exempted(valid_to=date(2026, 3, 31)), BadExemption, "before it begins"),
    ],
)
def test_an_exemption_that_no_law_knows(
    exemption: Exemption, refusal: type[Refusal], says: str
) -> None:
    with pytest.raises(refusal) as refused:
        check_exemption(exemption)
    assert says in refused.value.detail


def test_exemptions_that_are_known_pass() -> None:
    check_exemption(exempted())
    for kind in set(KINDS) - {KINDS.NOTIFICATION}:
        check_exemption(exempted(kind, country="US", state="CA"))
