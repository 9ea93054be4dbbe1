"""VAT ids: how they are written, and whose they are. The numbers are python-stdnum's examples."""

from datetime import date

import pytest

from khata.core.tax.parties import VatRegistration, VatScheme
from khata.core.tax.vat_ids import InvalidVatId, country_of, names_business_in, vat_id_of
from khata.core.tax.vat_registrations import (
    BadVatRegistration,
    VatRegistrationsOverlap,
    checked_vat_registrations,
)
from khata.core.tax.vat_wording import levy_words, spelled
from khata.usecases.selling.refuse_bad_vat_ids import refuse_bad_vat_ids

WELL_FORMED = """
ATU13585627 BE0428759497 BG175074752 CY10259033P CZ25123891 DE136695976 DK13585628 EE100931558
EL094259216 FI20774740 FR40303265045 HR33392005961 HU12892312 IE6433435F IT00743110157 LT119511515
LU15027442 LV40003521600 MT11679112 NL004495445B01 PL8567346215 PT501964843 RO18547290
SE123456789701 SI50223054 SK2022749619
""".split()


@pytest.mark.parametrize("number", WELL_FORMED)
def test_a_number_of_every_state_is_taken(number: str) -> None:
    assert vat_id_of(number.lower(), type="eu_vat") == number
    refuse_bad_vat_ids([(number, "x")])


@pytest.mark.parametrize("number", WELL_FORMED)
def test_another_last_digit_is_a_slip(number: str) -> None:
    sums = number.removesuffix("B01")  # what follows counts a Dutch holder's numbers
    at = max(place for place, sign in enumerate(sums) if sign.isdigit())
    slip = number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]
    with pytest.raises(InvalidVatId) as refused:
        refuse_bad_vat_ids([(slip, "tax_ids.0.value")])
    assert refused.value.param == "tax_ids.0.value"


@pytest.mark.parametrize(
    ("text", "type", "value", "country"),
    [
        ("de 136.695.976", "eu_vat", "DE136695976", "DE"),
        ("GR 094259216", "eu_vat", "EL094259216", "GR"),  # VIES writes EL
        ("980 7806 84", "gb_vat", "GB980780684", "GB"),
        ("XI980780684", "gb_vat", "XI980780684", "XI"),
        ("FR-40-303265045", "eu_vat", "FR40303265045", "FR"),
    ],
)
def test_how_it_is_written(text: str, type: str, value: str, country: str) -> None:
    assert vat_id_of(text, type=type) == value
    assert country_of(value) == country


@pytest.mark.parametrize(
    ("text", "type"),
    [
        ("136695976", "eu_vat"),
        ("US123456789", "eu_vat"),
        ("GB980780684", "eu_vat"),  # no more, since 2021
        ("DE136695976", "gb_vat"),
        ("DE", "eu_vat"),
        ("DE1366959761234567", "eu_vat"),
        ("", "eu_vat"),
    ],
)
def test_what_is_no_vat_id(text: str, type: str) -> None:
    with pytest.raises(InvalidVatId):
        vat_id_of(text, type=type, param="x")


@pytest.mark.parametrize(
    ("vat_id", "country", "is_there", "law"),
    [
        ("EL094259216", "GR", True, "art. 215"),
        ("FR40303265045", "MC", True, "art. 7(1)"),
        ("GB980780684", "IM", True, "art. 7(1)"),
        ("XI980780684", "GB", False, "Protocol art. 8"),  # goods only
        ("DE136695976", "AT", False, "art. 44"),
        ("DE136695976", "US", False, "art. 44"),
    ],
)
def test_whose_business_it_names(vat_id: str, country: str, is_there: bool, law: str) -> None:
    assert names_business_in(vat_id, country) is is_there, law


def registration(
    country: str,
    number: str,
    scheme: VatScheme,
    begins: date = date(2026, 1, 1),
    ends: date | None = None,
) -> VatRegistration:
    return VatRegistration(country, number, scheme, begins, ends)


LOCAL, UNION, NON_UNION = VatScheme.LOCAL, VatScheme.UNION_OSS, VatScheme.NON_UNION_OSS


@pytest.mark.parametrize(
    ("home", "given", "number", "law"),
    [
        ("IN", registration("IE", "eu 372000041", NON_UNION), "EU372000041", "art. 358a"),
        ("IN", registration("DE", "DE136695976", LOCAL), "DE136695976", "art. 214"),
        ("DE", registration("DE", "de136695976", UNION), "DE136695976", "art. 369a"),
        ("IN", registration("GB", "980780684", LOCAL), "GB980780684", "VATA sch. 1A"),
        ("GR", registration("GR", "GR094259216", LOCAL), "EL094259216", "art. 215"),
    ],
)
def test_a_sellers_number(home: str, given: VatRegistration, number: str, law: str) -> None:
    [checked] = checked_vat_registrations([given], home=home, param="x")
    assert checked.number == number, law


@pytest.mark.parametrize(
    ("home", "given", "param"),
    [
        ("IN", registration("IE", "IE6433435F", NON_UNION), "x.0.number"),
        ("IN", registration("DE", "FR40303265045", LOCAL), "x.0.number"),
        ("IN", registration("DE", "DE136695976", UNION), "x.0.scheme"),  # art. 369a: inside only
        ("DE", registration("DE", "EU372000041", NON_UNION), "x.0.scheme"),  # 358a: outside only
        ("IN", registration("GB", "EU372000041", NON_UNION), "x.0.country"),
        ("IN", registration("US", "DE136695976", LOCAL), "x.0.country"),
        ("FR", registration("MC", "FR40303265045", LOCAL), "x.0.country"),  # France's numbers
        ("IN", registration("DE", "DE136695976", LOCAL, ends=date(2025, 12, 31)), "x.0.valid_to"),
    ],
)
def test_a_number_that_does_not_fit_its_scheme(
    home: str, given: VatRegistration, param: str
) -> None:
    with pytest.raises(BadVatRegistration) as refused:
        checked_vat_registrations([given], home=home, param="x")
    assert refused.value.param == param


def test_no_two_numbers_of_one_scheme_hold_on_one_day() -> None:
    first = registration("DE", "DE136695976", LOCAL, ends=date(2026, 6, 30))
    next_one = registration("DE", "DE136695976", LOCAL, begins=date(2026, 7, 1))
    shop = registration("DE", "DE136695976", UNION)
    assert len(checked_vat_registrations([next_one, shop, first], home="DE", param="x")) == 3
    late = registration("DE", "DE136695976", LOCAL, begins=date(2026, 6, 30))
    for others in ([first, late], [registration("DE", "DE136695976", LOCAL), next_one]):
        with pytest.raises(VatRegistrationsOverlap):
            checked_vat_registrations(others, home="DE", param="x")


@pytest.mark.parametrize(
    ("country", "words"),
    [
        ("FR", "Autoliquidation"),
        ("DE", "Steuerschuldnerschaft des Leistungsempfängers"),
        ("AT", "Steuerschuldnerschaft des Leistungsempfängers"),
        ("IT", "Inversione contabile"),
        ("ES", "Inversión del sujeto pasivo"),
        ("NL", "Btw verlegd"),
        ("BE", "Btw verlegd"),
        ("PL", "Odwrotne obciążenie"),
    ],
)
def test_reverse_charge_is_said_in_the_customers_language(country: str, words: str) -> None:
    assert spelled("reverse_charge", country=country) == f"Reverse charge · {words}"


def test_english_stands_alone_where_it_is_the_language() -> None:
    assert spelled("reverse_charge", country="IE") == "Reverse charge"
    assert spelled("reverse_charge", country="BE", language="fr").endswith("Autoliquidation")


def test_what_a_document_says_of_a_levy() -> None:
    kept = {
        "regime": "vat",
        "country": "FR",
        "treatment": "reverse_charge",
        "wording": "reverse_charge",
        "law": "Directive 2006/112/EC art. 44, 196",
        "seller_id": "DE136695976",
        "buyer_id": "FR40303265045",
    }
    assert levy_words(kept) == (
        "Reverse charge · Autoliquidation (Directive 2006/112/EC art. 44, 196)",
        "Seller's VAT id DE136695976 · Customer's VAT id FR40303265045",
    )
    assert levy_words(None) == ()
    assert levy_words(kept | {"regime": "sales_tax"}) == ()
    outside = {"regime": "vat", "country": "DE", "treatment": "out_of_scope", "law": "art. 59"}
    assert levy_words(outside) == ()
