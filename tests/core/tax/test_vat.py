"""VAT of a service sold by software: who owes it, where, at which rate. Each case names its law.

Rates and dates are the laws' own, as the European Commission's TEDB lists them.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from khata.core.particulars import AddressRequired, check_addresses
from khata.core.tax.levies import levy_of
from khata.core.tax.levy import LevyTreatment, Rounding
from khata.core.tax.location import Evidence, EvidenceType
from khata.core.tax.parties import (
    Abroad,
    Buyer,
    CrossBorder,
    NotRegistered,
    Seller,
    TaxChoices,
    VatRegistration,
    VatScheme,
)
from khata.core.tax.rupees import ExchangeRate
from khata.core.tax.tenant_facts import TenantFacts
from khata.core.tax.vat import VatRegistrationMissing
from khata.core.tax.vat_area import UnknownVatRate, area_of, standard_rate
from tests.core.agreements import terms

DAY = date(2026, 11, 2)
LONG_AGO = date(2015, 1, 1)

LOCAL, UNION, NON_UNION = VatScheme.LOCAL, VatScheme.UNION_OSS, VatScheme.NON_UNION_OSS


def registered(country: str, scheme: VatScheme = LOCAL, number: str = "") -> VatRegistration:
    return VatRegistration(country, number or f"{country}123", scheme, LONG_AGO)


INDIAN = Seller("IN", "KA", "29ABCCT1234E1ZL")
INDIAN_OSS = replace(INDIAN, vat=(registered("IE", NON_UNION, "EU372000041"),))
INDIAN_IN_DE = replace(INDIAN, vat=(registered("DE"),))
INDIAN_IN_GB = replace(INDIAN, vat=(registered("GB"),))
AMERICAN = Seller("US", "DE")
GERMAN = Seller("DE", None, vat=(registered("DE"),))
GERMAN_OSS = replace(GERMAN, vat=(registered("DE"), registered("DE", UNION)))
GERMAN_IN_FR = replace(GERMAN, vat=(registered("DE"), registered("FR")))
FACTS = TenantFacts(
    exchange=(
        ExchangeRate("USD", DAY, Decimal(84), "ECB"),
        ExchangeRate("EUR", DAY, Decimal(98), "ECB"),
    )
)
GERMAN_BIG = replace(GERMAN, cross_border=CrossBorder(this_year=10_000_01))
GERMAN_WAS_BIG = replace(GERMAN, cross_border=CrossBorder(last_year=10_000_01))
GERMAN_SMALL = replace(GERMAN, cross_border=CrossBorder(10_000_00, 10_000_00))
GERMAN_UNREGISTERED = Seller("DE", None)
FRENCH = Seller("FR", None, vat=(registered("FR"),))
BRITISH = Seller("GB", None, vat=(registered("GB"),))
BRITISH_OSS = replace(BRITISH, vat=(registered("GB"), registered("IE", NON_UNION)))
IRISH = Seller("IE", None, vat=(registered("IE"),))


def consumer(country: str, postal_code: str | None = None) -> Buyer:
    return Buyer(country, None, abroad=Abroad(postal_code))


def business(country: str, vat_id: str, *, days_ago: int | None = 1) -> Buyer:
    on = None if days_ago is None else DAY - timedelta(days=days_ago)
    return Buyer(country, None, abroad=Abroad(None, vat_id, on))


TAXED, REVERSED = LevyTreatment.TAXABLE, LevyTreatment.REVERSE_CHARGE
OUTSIDE, UNREGISTERED = LevyTreatment.OUT_OF_SCOPE, LevyTreatment.NOT_REGISTERED

# seller, buyer → whose tax, how, percent, scheme, article
CASES = [
    # Row 1: both in one state.
    (GERMAN, consumer("DE"), "DE", TAXED, "19", "local", "art. 2(1)(c), 44, 45"),
    (GERMAN, business("DE", "DE136695976"), "DE", TAXED, "19", "local", "44"),
    (FRENCH, consumer("FR"), "FR", TAXED, "20", "local", "45"),
    (FRENCH, consumer("MC"), "FR", TAXED, "20", "local", "45"),  # art. 7(1)
    (IRISH, consumer("IE"), "IE", TAXED, "23", "local", "45"),
    (INDIAN_IN_DE, consumer("DE"), "DE", TAXED, "19", "local", "art. 58(1)(c)"),
    (GERMAN_UNREGISTERED, consumer("DE"), "DE", UNREGISTERED, None, None, "44"),
    (BRITISH, consumer("GB"), "GB", TAXED, "20", "local", "VATA 1994"),
    (BRITISH, consumer("IM"), "GB", TAXED, "20", "local", "VATA 1994"),
    # Row 2: a business in another state, from inside the Union.
    (GERMAN, business("FR", "FR40303265045"), "FR", REVERSED, None, None, "art. 44, 196"),
    (GERMAN, business("GR", "EL094259216"), "GR", REVERSED, None, None, "196"),
    (GERMAN_OSS, business("NL", "NL004495445B01"), "NL", REVERSED, None, None, "196"),
    (GERMAN_IN_FR, business("FR", "FR40303265045"), "FR", REVERSED, None, None, "196"),
    (GERMAN_BIG, business("IT", "IT00743110157"), "IT", REVERSED, None, None, "196"),
    (FRENCH, business("MC", "FR40303265045"), "FR", TAXED, "20", "local", "44"),  # one state
    # … whose id does not count: it was never confirmed, or too long ago, or is another state's.
    (GERMAN_OSS, business("FR", "FR40303265045", days_ago=None), "FR", TAXED, "20",
     "union_oss", "369b"),
    (GERMAN_OSS, business("FR", "FR40303265045", days_ago=90), "FR", REVERSED, None, None, "196"),
    (GERMAN_OSS, business("FR", "FR40303265045", days_ago=91), "FR", TAXED, "20", "union_oss",
     "art. 58"),
    (GERMAN_OSS, business("FR", "BE0428759497"), "FR", TAXED, "20", "union_oss", "art. 58"),
    (GERMAN_OSS, business("FR", "DE136695976"), "FR", TAXED, "20", "union_oss", "art. 58"),
    # Row 3: consumers elsewhere, within the threshold.
    (GERMAN, consumer("FR"), "DE", TAXED, "19", "local", "art. 45, 59c(1)"),
    (GERMAN_SMALL, consumer("HU"), "DE", TAXED, "19", "local", "59c(1)"),  # at it, not above
    (IRISH, consumer("LU"), "IE", TAXED, "23", "local", "59c(1)"),
    # Row 4: above it, or by choice.
    (GERMAN_BIG, consumer("FR"), "FR", TAXED, "20", "union_oss", "59c"),
    (GERMAN_WAS_BIG, consumer("HU"), "HU", TAXED, "27", "union_oss", "57d"),
    (GERMAN_OSS, consumer("FR"), "FR", TAXED, "20", "union_oss", "art. 58(1)(c), 369a, 369b"),
    (GERMAN_OSS, consumer("FI"), "FI", TAXED, "25.5", "union_oss", "369b"),
    (GERMAN_OSS, consumer("LU"), "LU", TAXED, "17", "union_oss", "369b"),
    (GERMAN_IN_FR, consumer("FR"), "FR", TAXED, "20", "local", "art. 58(1)(c)"),
    # Row 5: outside the Union.
    (GERMAN, consumer("US"), "DE", OUTSIDE, None, None, "art. 44, 59"),
    (GERMAN, consumer("IN"), "DE", OUTSIDE, None, None, "59"),
    (GERMAN, consumer("CH"), "DE", OUTSIDE, None, None, "59"),
    (GERMAN, consumer("NO"), "DE", OUTSIDE, None, None, "59"),
    (BRITISH, consumer("US"), "GB", OUTSIDE, None, None, "VATA 1994 s.7A"),
    (GERMAN, consumer("GB"), "GB", UNREGISTERED, None, None, "sch. 4A"),
    # … or in a territory that is outside.
    (GERMAN_OSS, consumer("ES", "35001"), "DE", OUTSIDE, None, None, "article 6(1)(b)"),
    (GERMAN_OSS, consumer("ES", "38670"), "DE", OUTSIDE, None, None, "article 6(1)(b)"),
    (GERMAN_OSS, consumer("ES", "51001"), "DE", OUTSIDE, None, None, "article 6(2)(c)"),
    (GERMAN_OSS, consumer("ES", "52006"), "DE", OUTSIDE, None, None, "article 6(2)(d)"),
    (GERMAN_OSS, consumer("ES", "28001"), "ES", TAXED, "21", "union_oss", "369b"),  # Madrid
    (GERMAN_OSS, consumer("IT", "23041"), "DE", OUTSIDE, None, None, "article 6(2)(e)"),
    (GERMAN_OSS, consumer("IT", "22061"), "DE", OUTSIDE, None, None, "article 6(1)(f)"),
    (GERMAN_OSS, consumer("IT", "22100"), "IT", TAXED, "22", "union_oss", "369b"),  # Como
    (GERMAN, consumer("DE", "27498"), "DE", OUTSIDE, None, None, "article 6(2)(a)"),
    (GERMAN, consumer("DE", "78266"), "DE", OUTSIDE, None, None, "article 6(2)(b)"),
    (GERMAN_OSS, consumer("FI", "22100"), "DE", OUTSIDE, None, None, "article 6(1)(d)"),
    (GERMAN_OSS, consumer("AX"), "DE", OUTSIDE, None, None, "59"),  # Åland by its own code
    (GERMAN_OSS, consumer("FR", "97400"), "DE", OUTSIDE, None, None, "article 6(1)(c)"),
    (GERMAN_OSS, consumer("RE"), "DE", OUTSIDE, None, None, "59"),
    (GERMAN_OSS, consumer("GR", "630 86"), "DE", OUTSIDE, None, None, "article 6(1)(a)"),
    (GERMAN_OSS, consumer("FO"), "DE", OUTSIDE, None, None, "59"),
    (GERMAN_OSS, consumer("GL"), "DE", OUTSIDE, None, None, "59"),
    # … or in one with a rate of its own.
    (GERMAN_OSS, consumer("PT", "9000-001"), "PT", TAXED, "22", "union_oss", "105(2)"),  # Funchal
    (GERMAN_OSS, consumer("PT", "9500-150"), "PT", TAXED, "16", "union_oss", "105(2)"),
    (GERMAN_OSS, consumer("PT", "1000-001"), "PT", TAXED, "23", "union_oss", "369b"),
    # Row 6: from outside, to consumers.
    (INDIAN_OSS, consumer("DE"), "DE", TAXED, "19", "non_union_oss", "58(1)(c), 358a, 359"),
    (INDIAN_OSS, consumer("HU"), "HU", TAXED, "27", "non_union_oss", "359"),
    (INDIAN_OSS, consumer("MC"), "FR", TAXED, "20", "non_union_oss", "359"),
    (INDIAN_OSS, consumer("IE"), "IE", TAXED, "23", "non_union_oss", "359"),  # also at home there
    (INDIAN_IN_DE, consumer("FR"), "FR", UNREGISTERED, None, None, "art. 58(1)(c)"),
    (INDIAN, consumer("DE"), "DE", UNREGISTERED, None, None, "art. 58(1)(c)"),
    (AMERICAN, consumer("FR"), "FR", UNREGISTERED, None, None, "art. 58(1)(c)"),
    (BRITISH_OSS, consumer("DE"), "DE", TAXED, "19", "non_union_oss", "359"),
    (INDIAN_IN_GB, consumer("GB"), "GB", TAXED, "20", "local", "VATA 1994 s.7A, sch. 4A"),
    (INDIAN, consumer("GB"), "GB", UNREGISTERED, None, None, "sch. 4A"),
    (INDIAN_OSS, consumer("ES", "35001"), "ES", OUTSIDE, None, None, "article 6(1)(b)"),
    # Row 7: from outside, to businesses.
    (INDIAN, business("DE", "DE136695976"), "DE", REVERSED, None, None, "art. 44, 196"),
    (INDIAN_OSS, business("FR", "FR40303265045"), "FR", REVERSED, None, None, "196"),
    (INDIAN_IN_DE, business("DE", "DE136695976"), "DE", REVERSED, None, None, "196"),
    (AMERICAN, business("PL", "PL8567346215"), "PL", REVERSED, None, None, "196"),
    (BRITISH, business("DE", "DE136695976"), "DE", REVERSED, None, None, "196"),
    (INDIAN, business("GB", "GB980780684"), "GB", REVERSED, None, None, "VATA 1994 s.7A, s.8"),
    (GERMAN, business("GB", "GB980780684"), "GB", REVERSED, None, None, "s.8"),
    # Numbers of Northern Ireland are good for goods only.
    (INDIAN_IN_GB, business("GB", "XI980780684"), "GB", TAXED, "20", "local", "sch. 4A"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("seller", "buyer", "country", "treatment", "percent", "scheme", "law"), CASES
)
def test_who_owes_vat_where(
    seller: Seller,
    buyer: Buyer,
    country: str,
    treatment: LevyTreatment,
    percent: str | None,
    scheme: str | None,
    law: str,
) -> None:
    levy = levy_of(seller, buyer, on=DAY)
    assert levy is not None
    assert (levy.country, levy.treatment, levy.scheme) == (country, treatment, scheme)
    assert [head.rate for head in levy.heads] == ([percent] if percent else [])
    assert law in levy.law
    assert levy.reason.endswith(".")
    assert levy.rounding is Rounding.RATE_GROUP
    assert (levy.wording == "reverse_charge") is (treatment is REVERSED)


@pytest.mark.parametrize(
    ("country", "on", "percent", "law"),
    [
        ("EE", date(2023, 12, 31), "20", "KMS § 15(1)"),
        ("EE", date(2024, 1, 1), "22", "KMS § 15(1)"),
        ("EE", date(2025, 6, 30), "22", "KMS § 15(1)"),
        ("EE", date(2025, 7, 1), "24", "KMS § 15(1)"),
        ("RO", date(2025, 7, 31), "19", "Codul fiscal art. 291(1)"),
        ("RO", date(2025, 8, 1), "21", "Law 141/2025"),
        ("SK", date(2024, 12, 31), "20", "222/2004 § 27"),
        ("SK", date(2025, 1, 1), "23", "222/2004 § 27"),
        ("FI", date(2024, 8, 31), "24", "AVL 84 §"),
        ("FI", date(2024, 9, 1), "25.5", "AVL 84 §"),
        ("DE", date(2020, 6, 30), "19", "UStG § 12(1)"),
        ("DE", date(2020, 7, 1), "16", "UStG § 28(1)"),
        ("DE", date(2020, 12, 31), "16", "UStG § 28(1)"),
        ("DE", date(2021, 1, 1), "19", "UStG § 12(1)"),
        ("LU", date(2023, 12, 31), "16", "Law of 26 October 2022"),
        ("LU", date(2024, 1, 1), "17", "TVA art. 39"),
    ],
)
def test_a_day_has_the_rate_of_its_law(country: str, on: date, percent: str, law: str) -> None:
    assert standard_rate(area_of(country), on=on) == Fraction(percent), law


# What the Commission's table says of the 27 on the day the facts were read.
STANDARD = """
AT 20 BE 21 BG 20 CY 19 CZ 21 DE 19 DK 25 EE 24 ES 21 FI 25.5 FR 20 GR 24 HR 25 HU 27 IE 23 IT 22
LT 21 LU 17 LV 21 MT 18 NL 21 PL 23 PT 23 RO 21 SE 25 SI 22 SK 23 GB 20
""".split()


@pytest.mark.parametrize(
    ("country", "percent"), list(zip(STANDARD[::2], STANDARD[1::2], strict=True))
)
def test_every_state_has_its_standard_rate(country: str, percent: str) -> None:
    assert standard_rate(area_of(country), on=DAY) == Fraction(percent)


def test_a_state_without_a_rate_on_file_is_refused_by_name() -> None:
    with pytest.raises(UnknownVatRate):
        standard_rate(replace(area_of("DE"), state="QQ"), on=DAY)


def test_inside_india_there_is_no_other_tax() -> None:
    assert levy_of(INDIAN_OSS, Buyer("IN", "KA"), on=DAY) is None
    assert levy_of(INDIAN_OSS, Buyer("US", "CA"), on=DAY) is None


def test_a_tenant_may_refuse_to_sell_where_it_is_not_registered() -> None:
    seller = replace(INDIAN, choices=TaxChoices(NotRegistered.REFUSE))
    with pytest.raises(VatRegistrationMissing, match=r"art\. 58"):
        levy_of(seller, consumer("FR"), on=DAY)
    reverse = levy_of(seller, business("FR", "FR40303265045"), on=DAY)
    assert reverse is not None
    assert reverse.treatment is REVERSED


def test_a_registration_holds_on_its_days_only() -> None:
    shop = VatRegistration("IE", "EU1", NON_UNION, date(2026, 4, 1), date(2026, 12, 31))
    seller = replace(INDIAN, vat=(shop,))
    for on, treatment in (
        (date(2026, 3, 31), UNREGISTERED),
        (date(2026, 4, 1), TAXED),
        (date(2026, 12, 31), TAXED),
        (date(2027, 1, 1), UNREGISTERED),
    ):
        levy = levy_of(seller, consumer("DE"), on=on)
        assert levy is not None
        assert levy.treatment is treatment


@pytest.mark.parametrize(
    ("seller", "warning"),
    [
        (INDIAN, "vat_registration_missing"),
        (GERMAN_BIG, "oss_registration_missing"),
        (
            replace(GERMAN, cross_border=CrossBorder(uncounted=("USD",))),
            "oss_threshold_not_counted",
        ),
        (GERMAN, None),
        (INDIAN_OSS, None),
    ],
)
def test_what_the_seller_has_to_look_at_is_named(seller: Seller, warning: str | None) -> None:
    levy = levy_of(seller, consumer("FR"), on=DAY)
    assert levy is not None
    assert levy.warning == warning


def said(type: EvidenceType, country: str) -> Evidence:
    return Evidence(type, country, "2026-11-02T10:00:00Z", "test")


IP, CARD, SIM = EvidenceType.IP, EvidenceType.CARD, EvidenceType.SIM


@pytest.mark.parametrize(
    ("address", "evidence", "country", "conflict", "items"),
    [
        ("DE", (), "DE", False, 1),  # art. 24b: one item
        ("DE", (said(IP, "DE"),), "DE", False, 2),  # art. 24f: two that agree
        ("DE", (said(IP, "FR"),), "DE", True, 1),  # they disagree: another is to be asked for
        ("DE", (said(IP, "FR"), said(CARD, "FR")), "FR", True, 2),  # the pair that agrees
        ("DE", (said(IP, "FR"), said(CARD, "DE")), "DE", True, 2),
        ("DE", (said(IP, "FR"), said(CARD, "DE"), said(SIM, "FR")), "DE", True, 2),  # a tie
        ("DE", (said(IP, "FR"), said(IP, "DE")), "DE", False, 2),  # of a type the last counts
        ("US", (said(IP, "FR"), said(CARD, "FR")), "FR", True, 2),
    ],
)
def test_a_consumer_is_where_two_items_of_evidence_say(
    address: str, evidence: tuple[Evidence, ...], country: str, conflict: bool, items: int
) -> None:
    buyer = Buyer(address, None, abroad=Abroad(evidence=evidence))
    levy = levy_of(INDIAN_OSS, buyer, on=DAY)
    assert levy is not None
    assert (levy.country, levy.conflict, len(levy.evidence)) == (country, conflict, items)


def test_evidence_never_moves_a_business_and_never_into_india() -> None:
    both = (said(IP, "FR"), said(CARD, "FR"))
    firm = business("DE", "DE136695976")
    firm = replace(firm, abroad=replace(firm.abroad, evidence=both))
    levy = levy_of(INDIAN_OSS, firm, on=DAY)
    assert levy is not None
    assert (levy.country, levy.treatment) == ("DE", REVERSED)
    home = (said(IP, "IN"), said(CARD, "IN"))
    levy = levy_of(INDIAN_OSS, Buyer("DE", None, abroad=Abroad(evidence=home)), on=DAY)
    assert levy is not None
    assert (levy.country, levy.conflict) == ("DE", True)


def test_what_an_invoice_keeps_of_it_is_told_again() -> None:
    levy = levy_of(INDIAN_OSS, consumer("DE"), on=DAY)
    assert levy is not None
    kept = levy.stored()
    assert kept["names"] == ["VAT"]
    assert kept["rounding"] == "rate_group"
    assert kept["seller_id"] == "EU372000041"
    assert kept["currency"] == "EUR"
    assert kept["evidence"] == [{"type": "billing_address", "country": "DE"}]
    assert "conflict" not in kept
    assert "warning" not in kept


@pytest.mark.parametrize(
    ("sold", "net", "currency", "country", "law"),
    [
        (0, 10_000_00, "EUR", None, "59c(1)(c): not above"),
        (0, 10_000_01, "EUR", "FR", "59c(2): the sale that crosses"),
        (9_999_00, 1_00, "EUR", None, "59c(1)(c)"),
        (9_999_00, 1_01, "EUR", "FR", "59c(2)"),
        # 98 / 84: a euro is 1.16666667 dollars; 1.17 and 1.18 dollars are 1.00 and 1.01 euros
        (9_999_00, 1_17, "USD", None, "59c(1)(c)"),
        (9_999_00, 1_18, "USD", "FR", "59c(2); 91(2)"),
    ],
)
def test_the_sale_that_crosses_the_threshold_is_above_it(
    sold: int, net: int, currency: str, country: str | None, law: str
) -> None:
    seller = replace(GERMAN, cross_border=CrossBorder(this_year=sold))
    at_home = replace(terms(consumer("FR"), seller=seller, on=DAY), facts=FACTS)
    assert [head.rate for head in at_home.heads_of("998314")] == ["19"]
    above = at_home.beyond(net, currency)
    assert (above is not None) is (country is not None), law
    if above is not None:
        assert above.supply.levy is not None
        assert above.supply.levy.country == country
        assert [head.rate for head in above.heads_of("998314")] == ["20"]


def test_a_sale_that_cannot_be_counted_says_so() -> None:
    at_home = terms(consumer("FR"), seller=GERMAN, on=DAY)
    told = at_home.beyond(1, "USD")
    assert told is not None
    levy = told.supply.levy
    assert levy is not None
    assert (levy.country, levy.warning) == ("DE", "oss_threshold_not_counted")
    assert levy.reason.endswith(
        "This sale in USD is not counted: no rate of exchange to euros is on file for its day."
    )


def test_there_is_no_beyond_where_no_threshold_decides() -> None:
    for seller, buyer in ((GERMAN_OSS, consumer("FR")), (INDIAN, consumer("FR"))):
        assert terms(buyer, seller=seller, on=DAY).beyond(10**9, "EUR") is None


def test_between_businesses_a_real_invoice_shows_both_addresses() -> None:
    """Directive 2006/112/EC, article 226(5)."""
    firm = business("FR", "FR40303265045")
    supply = terms(firm, seller=GERMAN, on=DAY).supply
    check_addresses(GERMAN, firm, supply, taxable=1, currency="EUR")
    with pytest.raises(AddressRequired, match="customer") as refused:
        check_addresses(GERMAN, replace(firm, has_address=False), supply, taxable=1, currency="EUR")
    assert refused.value.param == "address"
    with pytest.raises(AddressRequired, match="registration"):
        check_addresses(replace(GERMAN, has_address=False), firm, supply, taxable=1, currency="EUR")
    # A consumer's receipt may do without (article 220).
    private = replace(consumer("FR"), has_address=False)
    supply = terms(private, seller=GERMAN_OSS, on=DAY).supply
    check_addresses(GERMAN_OSS, private, supply, taxable=1, currency="EUR")
