"""Tax of Canada, Australia, Switzerland and others. Each case names its law.

Rates are the laws' own; amounts of 100.00 are worked out by hand.
"""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from khata.core.ledger.accounts import Account, tax_payable
from khata.core.tax.elsewhere import StateRequiredForTax, TaxRegistrationMissing, foreign_taxes
from khata.core.tax.exemptions import Exemption, ExemptionKind
from khata.core.tax.gst import tax_exclusive
from khata.core.tax.levies import levy_of
from khata.core.tax.levy import Levy, LevyTreatment, Regime
from khata.core.tax.parties import (
    Abroad,
    Buyer,
    Nexus,
    NexusScheme,
    NotRegistered,
    Seller,
    TaxChoices,
)

DAY = date(2026, 11, 2)
FROM = date(2017, 1, 1)
PLACES = [
    ("CA", None), ("CA", "QC"), ("CA", "BC"), ("CA", "MB"), ("AU", None), ("NZ", None),
    ("SG", None), ("AE", None), ("SA", None), ("BH", None), ("OM", None), ("CH", None),
    ("NO", None), ("IS", None), ("JP", None), ("ZA", None),
]  # fmt: skip
SELLER = Seller(
    "IN",
    "KA",
    "29ABCCT1234E1ZL",
    nexuses=tuple(Nexus(country, state, f"{country}1", FROM) for country, state in PLACES),
)
REGULAR = replace(
    SELLER, nexuses=tuple(replace(one, scheme=NexusScheme.REGULAR) for one in SELLER.nexuses)
)
NOWHERE = replace(SELLER, nexuses=(Nexus("US", "TX", "TX-1", FROM),))


def of(country: str, state: str | None = None, *numbers: tuple[str, str]) -> Buyer:
    return Buyer(country, state, abroad=Abroad(numbers=numbers))


def levied(buyer: Buyer, seller: Seller = SELLER, *, on: date = DAY) -> Levy:
    levy = levy_of(seller, buyer, on=on)
    assert levy is not None
    return levy


def rows(levy: Levy) -> list[tuple[str, str, int]]:
    return [(row.name, row.rate, row.amount) for row in tax_exclusive(100_00, levy.heads).taxes]


@pytest.mark.parametrize(
    ("country", "state", "on", "expected", "law"),
    [
        ("CA", "AB", DAY, [("GST", "5", 500)], "Excise Tax Act s.165(1)"),
        ("CA", "YT", DAY, [("GST", "5", 500)], "Excise Tax Act s.165(1)"),
        ("CA", "ON", DAY, [("HST", "13", 1300)], "Excise Tax Act s.165(2)"),
        ("CA", "NB", DAY, [("HST", "15", 1500)], "Excise Tax Act s.165(2)"),
        ("CA", "NL", DAY, [("HST", "15", 1500)], "Excise Tax Act s.165(2)"),
        ("CA", "PE", DAY, [("HST", "15", 1500)], "Excise Tax Act s.165(2)"),
        ("CA", "NS", date(2025, 3, 31), [("HST", "15", 1500)], "15 % to 31 March 2025"),
        ("CA", "NS", date(2025, 4, 1), [("HST", "14", 1400)], "14 % from 1 April 2025"),
        ("CA", "QC", DAY, [("GST", "5", 500), ("QST", "9.975", 998)], "Québec sales tax s.16"),
        ("CA", "BC", DAY, [("GST", "5", 500), ("PST", "7", 700)], "PSTA: software"),
        ("CA", "MB", DAY, [("GST", "5", 500), ("RST", "7", 700)], "RSTA, from 2026"),
        ("CA", "MB", date(2025, 12, 31), [("GST", "5", 500)], "before the RST on cloud services"),
        ("CA", "SK", DAY, [("GST", "5", 500)], "no PST: no registration there is listed"),
        ("AU", "NSW", DAY, [("GST", "10", 1000)], "GST Act 1999 s.9-25(5)(d)"),
        ("NZ", None, DAY, [("GST", "15", 1500)], "GST Act 1985 s.8(3)(c)"),
        ("SG", None, date(2023, 12, 31), [("GST", "8", 800)], "8 % in 2023"),
        ("SG", None, date(2024, 1, 1), [("GST", "9", 900)], "9 % from 2024"),
        ("AE", "DU", DAY, [("VAT", "5", 500)], "Federal Decree-Law 8/2017 art. 31"),
        ("SA", None, date(2020, 6, 30), [("VAT", "5", 500)], "5 % to June 2020"),
        ("SA", None, date(2020, 7, 1), [("VAT", "15", 1500)], "Royal Order A/638"),
        ("BH", None, DAY, [("VAT", "10", 1000)], "Law 33/2021"),
        ("OM", None, DAY, [("VAT", "5", 500)], "Royal Decree 121/2020"),
        ("CH", None, date(2023, 12, 31), [("VAT", "7.7", 770)], "MWSTG art. 25 to 2023"),
        ("CH", None, DAY, [("VAT", "8.1", 810)], "MWSTG art. 25 from 2024"),
        ("LI", None, DAY, [("VAT", "8.1", 810)], "treaty of 1994: one area with Switzerland"),
        ("NO", None, DAY, [("VAT", "25", 2500)], "merverdiavgiftsloven § 3-30"),
        ("IS", None, DAY, [("VAT", "24", 2400)], "lög 50/1988 art. 14"),
        ("JP", None, DAY, [("JCT", "10", 1000)], "Consumption Tax Act art. 29"),
        ("ZA", None, DAY, [("VAT", "15", 1500)], "VAT Act 89 of 1991 s.7(1)(a)"),
    ],
)
def test_consumers_are_charged_where_the_seller_is_registered(
    country: str, state: str | None, on: date, expected: list[tuple[str, str, int]], law: str
) -> None:
    levy = levied(of(country, state), on=on)
    assert (levy.treatment, rows(levy)) == (LevyTreatment.TAXABLE, expected), law
    vat = expected[0][0] == "VAT"
    assert levy.regime is (Regime.VAT if vat else Regime.GST)


@pytest.mark.parametrize(
    ("buyer", "treatment", "expected", "law"),
    [
        (of("CA", "ON", ("ca_gst", "1")), "out_of_scope", [], "ETA s.211.1: registered recipient"),
        (of("CA", "QC", ("ca_gst", "1"), ("ca_qst", "2")), "out_of_scope", [], "both numbers"),
        (of("CA", "QC", ("ca_gst", "1")), "taxable", [("QST", "9.975", 998)], "no QST number"),
        (of("CA", "QC", ("ca_qst", "2")), "taxable", [("GST", "5", 500)], "no GST number"),
        (of("CA", "BC", ("ca_gst", "1")), "taxable", [("PST", "7", 700)], "PST: businesses too"),
        (of("AU", None, ("au_abn", "1")), "out_of_scope", [], "GST Act 1999 s.9-25(7)"),
        (of("NZ", None, ("nz_gst", "1")), "out_of_scope", [], "GST Act 1985 s.8(4D)"),
        (of("SG", None, ("sg_gst", "1")), "out_of_scope", [], "GST Act 1993: B2C only"),
        (of("AE", None, ("ae_trn", "1")), "reverse_charge", [], "Decree-Law 8/2017 art. 48"),
        (of("SA", None, ("sa_vat", "1")), "reverse_charge", [], "VAT Implementing Reg. art. 47"),
        (of("NO", None, ("no_vat", "1")), "reverse_charge", [], "merverdiavgiftsloven § 3-30"),
        (of("IS", None, ("is_vat", "1")), "reverse_charge", [], "lög 50/1988 art. 35"),
        (of("JP", None, ("jp_trn", "1")), "reverse_charge", [], "Consumption Tax Act art. 4, 5"),
        (of("CH", None, ("ch_vat", "1")), "taxable", [("VAT", "8.1", 810)], "MWSTG art. 10, 45"),
        (of("ZA", None, ("za_vat", "1")), "taxable", [("VAT", "15", 1500)], "VAT Act s.7(1)(a)"),
        (of("AU", None, ("ca_gst", "1")), "taxable", [("GST", "10", 1000)], "not Australia's"),
    ],
)
def test_businesses_under_a_simplified_registration(
    buyer: Buyer, treatment: str, expected: list[tuple[str, str, int]], law: str
) -> None:
    levy = levied(buyer)
    assert (levy.treatment.value, rows(levy)) == (treatment, expected), law
    assert levy.wording == ("reverse_charge" if treatment == "reverse_charge" else None)


@pytest.mark.parametrize(
    ("buyer", "expected", "law"),
    [
        (of("AU", None, ("au_abn", "1")), [("GST", "10", 1000)], "GST Act 1999 s.9-40"),
        (of("CA", "ON", ("ca_gst", "1")), [("HST", "13", 1300)], "Excise Tax Act s.221"),
        (of("AE", None, ("ae_trn", "1")), [("VAT", "5", 500)], "Decree-Law 8/2017 art. 2, 3"),
        (of("NO", None, ("no_vat", "1")), [("VAT", "25", 2500)], "merverdiavgiftsloven § 2-1"),
    ],
)
def test_who_is_registered_like_a_resident_charges_businesses_too(
    buyer: Buyer, expected: list[tuple[str, str, int]], law: str
) -> None:
    assert rows(levied(buyer, REGULAR)) == expected, law


@pytest.mark.parametrize(
    ("buyer", "treatment", "warning", "law"),
    [
        (of("AU"), "not_registered", "tax_registration_missing", "GST Act 1999 s.23-15"),
        (of("CH"), "not_registered", "tax_registration_missing", "MWSTG art. 10"),
        (of("CH", None, ("ch_vat", "1")), "reverse_charge", None, "MWSTG art. 45"),
        (of("AE", None, ("ae_trn", "1")), "reverse_charge", None, "Decree-Law 8/2017 art. 48"),
        (of("CA", "BC"), "not_registered", "tax_registration_missing", "ETA s.211.12"),
    ],
)
def test_without_a_registration_none_is_charged_and_why(
    buyer: Buyer, treatment: str, warning: str | None, law: str
) -> None:
    levy = levied(buyer, NOWHERE)
    assert (levy.treatment.value, levy.warning, levy.heads) == (treatment, warning, ()), law


def test_a_seller_that_lists_nothing_sells_as_before() -> None:
    nothing = replace(SELLER, nexuses=())
    for country in ("AU", "CA", "AE", "CH", "KE"):
        assert levy_of(nothing, of(country), on=DAY) is None


def test_who_refuses_to_sell_untaxed_is_held_to_it_where_the_first_sale_is_taxed() -> None:
    """UAE and Saudi Arabia have no threshold; Australia's may not be reached."""
    strict = replace(SELLER, nexuses=(), choices=TaxChoices(not_registered=NotRegistered.REFUSE))
    with pytest.raises(TaxRegistrationMissing, match="first sale"):
        levy_of(strict, of("AE"), on=DAY)
    assert levy_of(strict, of("AU"), on=DAY) is None


def test_canada_asks_for_the_province() -> None:
    with pytest.raises(StateRequiredForTax):
        levy_of(SELLER, of("CA"), on=DAY)


def test_an_exemption_of_the_province_holds_for_its_tax() -> None:
    held = Exemption(UUID(int=1), "CA", "BC", ExemptionKind.GOVERNMENT, "G-1", FROM, None)
    levy = levied(replace(of("CA", "BC"), exemptions=(held,)))
    assert (levy.treatment, levy.heads) == (LevyTreatment.EXEMPT, ())
    assert "G-1" in levy.reason


def test_every_tax_of_the_table_is_owed_in_the_books_and_no_two_hold_on_a_day() -> None:
    for country, taxes in foreign_taxes().items():
        for tax in taxes:
            assert tax_payable(tax.name) in (Account.VAT_PAYABLE, Account.GST_ABROAD_PAYABLE)
            for state in tax.states or (None,):
                same = [one for one in taxes if one.name == tax.name and one.holds(state, DAY)]
                assert len(same) <= 1, (country, state)
    assert tax_payable("NY New York City") is Account.SALES_TAX_PAYABLE
