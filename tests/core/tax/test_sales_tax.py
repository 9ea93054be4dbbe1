"""Sales tax of the states of the USA: nexus, confirmation, exemption. Each case names its source.

Rates are what the states publish; amounts are worked out by hand beside each case.
"""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from uuid import UUID

import pytest

from khata.core.tax.confirmations import (
    BadTaxConfirmation,
    Confirmation,
    Jurisdiction,
    TaxConfirmationsOverlap,
    UsedBy,
    check_confirmation,
)
from khata.core.tax.exemptions import Exemption, ExemptionKind
from khata.core.tax.gst import tax_exclusive
from khata.core.tax.levies import levy_of
from khata.core.tax.levy import Levy, LevyTreatment, Regime, grouped_names
from khata.core.tax.location import Evidence, EvidenceType
from khata.core.tax.nexuses import BadNexus, NexusesOverlap, checked_nexuses
from khata.core.tax.parties import Abroad, Buyer, Nexus, NexusScheme, Seller
from khata.core.tax.rate_groups import shared_exclusive
from khata.core.tax.sales_tax import TaxNotConfirmed, UsStateRequired
from khata.core.tax.us_states import us_states

DAY = date(2026, 11, 2)
FROM = date(2025, 7, 1)


def confirms(
    state: str,
    *rates: tuple[str, str],
    part: int = 100,
    used_by: str = "anyone",
    postal: str = "",
    until: date | None = None,
) -> Confirmation:
    return Confirmation(
        state,
        postal,
        UsedBy(used_by),
        part,
        tuple(Jurisdiction(name, Fraction(percent)) for name, percent in rates),
        FROM,
        until,
        f"{state}'s department of revenue",
    )


CONFIRMED = (
    confirms("AZ", ("State", "5.6")),
    confirms("CA", part=0),
    confirms("CT", ("State", "1"), used_by="business"),
    confirms("CT", ("State", "6.35"), used_by="consumer"),
    confirms("HI", ("State", "4"), ("Honolulu", "0.5")),
    confirms("IA", part=0, used_by="business"),
    confirms("IA", ("State", "6"), used_by="consumer"),
    confirms("KY", ("State", "6")),
    confirms("MA", ("State", "6.25")),
    confirms("MD", ("State", "3"), used_by="business"),
    confirms("MD", ("State", "6"), used_by="consumer"),
    confirms("NY", ("State", "4")),
    confirms("NY", ("State", "4"), ("New York City", "4.5"), ("MCTD", "0.375"), postal="100"),
    confirms("OH", ("State", "5.75"), used_by="business"),
    confirms("OH", part=0, used_by="consumer"),
    confirms("PA", ("State", "6")),
    confirms("PA", ("State", "6"), ("Philadelphia", "2"), postal="191"),
    confirms("RI", ("State", "7")),
    confirms("SD", ("State", "4.2")),
    confirms("TN", ("State", "7"), ("Davidson County", "2.25"), postal="372"),
    confirms("TX", ("State", "6.25"), part=80),
    confirms("TX", ("State", "6.25"), ("Austin", "1"), ("Transit", "1"), part=80, postal="787"),
    confirms("UT", ("State", "4.85")),
    confirms("VT", ("State", "6")),
    confirms("WA", ("State", "6.5"), ("Seattle", "4.05"), postal="981"),
)
STATES = sorted({one.state for one in CONFIRMED} | {"FL", "IL"})
SELLER = Seller(
    "IN",
    "KA",
    "29ABCCT1234E1ZL",
    nexuses=tuple(Nexus("US", state, f"{state}-1", FROM) for state in STATES),
    confirmations=CONFIRMED,
)


def at(state: str | None, postal: str | None = None, *, business: bool = False) -> Buyer:
    numbers = (("us_ein", "12-3456789"),) if business else ()
    return Buyer("US", state, abroad=Abroad(postal, numbers=numbers))


def levied(buyer: Buyer, seller: Seller = SELLER, *, on: date = DAY) -> Levy:
    levy = levy_of(seller, buyer, on=on)
    assert levy is not None
    return levy


@pytest.mark.parametrize(
    ("state", "postal", "business", "rows", "source"),
    [  # of 100.00; 6.25 % of 80 % is 5 %, and so on
        ("AZ", None, False, [("AZ State", "5.6", 560)], "A.R.S. 42-5071"),
        ("CT", None, True, [("CT State", "1", 100)], "Conn. Gen. Stat. 12-407(a)(37)(A)"),
        ("CT", None, False, [("CT State", "6.35", 635)], "Conn. Gen. Stat. 12-408"),
        ("HI", None, True, [("HI State", "4", 400), ("HI Honolulu", "0.5", 50)], "HRS 237-13"),
        ("IA", None, False, [("IA State", "6", 600)], "Iowa Code 423.2(8A)"),
        ("KY", None, True, [("KY State", "6", 600)], "KRS 139.200, from 2023"),
        ("MA", None, True, [("MA State", "6.25", 625)], "830 CMR 64H.1.3"),
        ("MD", None, True, [("MD State", "3", 300)], "Technical Bulletin 56"),
        ("MD", None, False, [("MD State", "6", 600)], "Tax-General 11-104"),
        ("NY", "12207", True, [("NY State", "4", 400)], "TSB-A-13(22)S"),
        (
            "NY",
            "10001",
            True,
            [("NY State", "4", 400), ("NY New York City", "4.5", 450), ("NY MCTD", "0.375", 38)],
            "Tax Law 1105, 1107, 1109: 0.375 is rounded half up",
        ),
        ("OH", None, True, [("OH State", "5.75", 575)], "ORC 5739.01(B)(3)(e)"),
        ("PA", "15222", True, [("PA State", "6", 600)], "SUT-12-001"),
        (
            "PA",
            "19103",
            True,
            [("PA State", "6", 600), ("PA Philadelphia", "2", 200)],
            "SUT-12-001; Act 48 of 2009",
        ),
        ("RI", None, True, [("RI State", "7", 700)], "R.I. Gen. Laws 44-18-7(16)"),
        ("SD", None, True, [("SD State", "4.2", 420)], "SDCL 10-45-4"),
        (
            "TN",
            "37201",
            True,
            [("TN State", "7", 700), ("TN Davidson County", "2.25", 225)],
            "Tenn. Code 67-6-231(a)(2)",
        ),
        ("TX", "75001", True, [("TX State", "5", 500)], "Tax Code 151.351: 80 % of 6.25 %"),
        (
            "TX",
            "78701",
            False,
            [("TX State", "5", 500), ("TX Austin", "0.8", 80), ("TX Transit", "0.8", 80)],
            "Tax Code 151.351, 321.103",
        ),
        ("UT", None, True, [("UT State", "4.85", 485)], "PLR 15-005"),
        ("VT", None, True, [("VT State", "6", 600)], "Act 183 of 2024"),
        (
            "WA",
            "98101",
            True,
            [("WA State", "6.5", 650), ("WA Seattle", "4.05", 405)],
            "RCW 82.04.050(6)(c)",
        ),
    ],
)
def test_what_is_confirmed_is_charged(
    state: str,
    postal: str | None,
    business: bool,
    rows: list[tuple[str, str, int]],
    source: str,
) -> None:
    levy = levied(at(state, postal, business=business))
    assert (levy.regime, levy.treatment) == (Regime.SALES_TAX, LevyTreatment.TAXABLE), source
    assert (levy.country, levy.state, levy.seller_id) == ("US", state, f"{state}-1")
    assert levy.law == f"{state}'s department of revenue"
    taxed = tax_exclusive(100_00, levy.heads)
    assert [(row.name, row.rate, row.amount) for row in taxed.taxes] == rows, source
    assert grouped_names(levy.stored()) == {name for name, _, _ in rows}


@pytest.mark.parametrize(
    ("state", "business", "treatment", "word", "source"),
    [
        ("CA", True, "exempt", "does not tax", "Regulation 1502(f)(1)(D)"),
        ("IA", True, "exempt", "business use", "Iowa Code 423.3(104)"),
        ("OH", False, "exempt", "personal use", "ORC 5739.01(B)(3)(e): business use only"),
        ("DE", True, "out_of_scope", "no sales tax", "no sales tax in Delaware"),
        ("MT", True, "out_of_scope", "no sales tax", "no sales tax in Montana"),
        ("NH", True, "out_of_scope", "no sales tax", "no sales tax in New Hampshire"),
        ("OR", True, "out_of_scope", "no sales tax", "no sales tax in Oregon"),
        ("AK", True, "out_of_scope", "no nexus", "Wayfair; ARSSTC code: none listed"),
        ("NJ", True, "out_of_scope", "no nexus", "Wayfair: N.J.S.A. 54:32B-3.5"),
        ("SC", False, "out_of_scope", "no nexus", "Wayfair: SC Revenue Ruling 14-4"),
        ("PR", False, "out_of_scope", "no sales tax", "no state of the table"),
    ],
)
def test_no_tax_and_why(state: str, business: bool, treatment: str, word: str, source: str) -> None:
    levy = levied(at(state, business=business))
    assert (levy.treatment, levy.heads) == (LevyTreatment(treatment), ()), source
    assert word in levy.reason


@pytest.mark.parametrize(
    ("buyer", "why"),
    [
        (at("FL"), "nexus, and nobody has confirmed the state"),
        (at("IL", "60601", business=True), "Chicago's 15 % would be a guess"),
        (at("TN", "38101"), "only Nashville's postal codes are confirmed"),
        (at("WA"), "without a postal code no local confirmation fits"),
    ],
)
def test_what_nobody_confirmed_is_refused_by_name(buyer: Buyer, why: str) -> None:
    with pytest.raises(TaxNotConfirmed) as refused:
        levy_of(SELLER, buyer, on=DAY)
    assert refused.value.code == "tax_not_confirmed", why
    assert f"nexus in {buyer.state}" in refused.value.detail


def test_a_confirmation_holds_for_its_days_only() -> None:
    """Maryland's 3 % began on 1 July 2025 (Technical Bulletin 56)."""
    ends = replace(CONFIRMED[0], valid_to=date(2026, 6, 30))
    seller = replace(SELLER, confirmations=(ends,))
    assert levied(at("AZ"), seller, on=date(2026, 6, 30)).heads
    with pytest.raises(TaxNotConfirmed):
        levy_of(seller, at("AZ"), on=date(2026, 7, 1))
    before = levied(at("AZ"), seller, on=date(2025, 6, 30))  # nor was there a nexus
    assert before.treatment is LevyTreatment.OUT_OF_SCOPE


def test_nexus_asks_for_the_state_and_none_asks_for_nothing() -> None:
    with pytest.raises(UsStateRequired):
        levy_of(SELLER, at(None), on=DAY)
    assert levy_of(replace(SELLER, nexuses=()), at(None), on=DAY) is None
    assert levy_of(replace(SELLER, nexuses=()), at("TX"), on=DAY) is None


@pytest.mark.parametrize(
    ("kind", "state", "until", "exempt", "source"),
    [
        ("resale", "TX", None, True, "Tax Code 151.302"),
        ("government", "TX", None, True, "Tax Code 151.309"),
        ("nonprofit", None, None, True, "Tax Code 151.310"),
        ("direct_pay", "TX", date(2026, 11, 2), True, "Tax Code 151.417: to its last day"),
        ("resale", "TX", date(2026, 11, 1), False, "it ended the day before"),
        ("resale", "NY", None, False, "another state's certificate"),
    ],
)
def test_a_certificate_exempts_in_its_state(
    kind: str, state: str | None, until: date | None, exempt: bool, source: str
) -> None:
    id = UUID(int=1)
    held = Exemption(id, "US", state, ExemptionKind(kind), "C-1", FROM, until)
    levy = levied(replace(at("TX"), exemptions=(held,)))
    assert (levy.treatment is LevyTreatment.EXEMPT) is exempt, source
    assert (not levy.heads) is exempt
    if exempt:
        assert "C-1" in levy.law


def test_a_certificate_needs_no_confirmation() -> None:
    held = Exemption(UUID(int=1), "US", "FL", ExemptionKind.RESALE, "C-1", FROM, None)
    assert levied(replace(at("FL"), exemptions=(held,))).treatment is LevyTreatment.EXEMPT


def test_each_jurisdiction_is_rounded_once_for_all_lines() -> None:
    """SSUTA s.324: three lines of 0.10 at 4.5 % and 4 %: 1.35 and 1.2 cents, so 1 and 1."""
    heads = levied(at("NY", "10001")).heads
    taxed = shared_exclusive([tax_exclusive(10, heads)] * 3, [heads] * 3)
    sums = {row.name: 0 for row in taxed[0].taxes}
    for one in taxed:
        for row in one.taxes:
            sums[row.name] += row.amount
    assert sums == {"NY State": 1, "NY New York City": 1, "NY MCTD": 0}  # 0.1125 of a cent


def test_a_consumer_proven_to_be_in_the_union_pays_no_sales_tax() -> None:
    """Regulation 282/2011 article 24f: two items against the address."""
    items = (Evidence(EvidenceType.IP, "DE"), Evidence(EvidenceType.BANK, "DE"))
    levy = levied(replace(at("TX"), abroad=Abroad("75001", evidence=items)))
    assert (levy.regime, levy.country) == (Regime.VAT, "DE")


def test_the_address_of_an_american_seller_decides_too() -> None:
    american = replace(SELLER, country="US", state="TX", gstin=None)
    assert levied(at("TX", "75001"), american).heads[0].rate == "5"


@pytest.mark.parametrize(
    ("given", "refusal", "param"),
    [
        (confirms("TX", ("State", "6.25"), part=101), BadTaxConfirmation, "taxable_percent"),
        (confirms("TX", ("State", "6.25"), part=0), BadTaxConfirmation, "jurisdictions"),
        (confirms("TX"), BadTaxConfirmation, "jurisdictions"),
        (confirms("FL", ("A", "0")), BadTaxConfirmation, "jurisdictions.0.percent"),
        (confirms("FL", ("A", "8.125"), part=79), BadTaxConfirmation, "jurisdictions.0.percent"),
        (confirms("FL", ("A", "20"), ("B", "11")), BadTaxConfirmation, "jurisdictions"),
        (confirms("FL", ("A", "2"), ("A", "1")), BadTaxConfirmation, "jurisdictions"),
        (confirms("FL", ("A", "6"), postal="3x"), BadTaxConfirmation, "postal_prefix"),
        (confirms("FL", ("A", "6"), until=date(2025, 6, 30)), BadTaxConfirmation, "valid_to"),
        (confirms("TX", ("State", "6.25")), TaxConfirmationsOverlap, "valid_from"),
    ],
)
def test_a_confirmation_that_could_not_be_applied_is_refused(
    given: Confirmation, refusal: type[Exception], param: str
) -> None:
    with pytest.raises(refusal) as refused:
        check_confirmation(given, CONFIRMED)
    assert getattr(refused.value, "param", None) == param


def test_uses_and_postal_codes_stand_side_by_side() -> None:
    check_confirmation(confirms("TX", ("State", "6.25"), used_by="business"), CONFIRMED)
    check_confirmation(confirms("TX", ("State", "6.25"), postal="770"), CONFIRMED)


@pytest.mark.parametrize(
    ("nexus", "param"),
    [
        (Nexus("US", None, "1", FROM), "nexuses.0.state"),
        (Nexus("US", "OR", "1", FROM), "nexuses.0.state"),
        (Nexus("DE", None, "1", FROM), "nexuses.0.country"),
        (Nexus("LI", None, "1", FROM), "nexuses.0.country"),
        (Nexus("CA", "ON", "1", FROM), "nexuses.0.state"),
        (Nexus("AU", None, "1", FROM, date(2025, 6, 30)), "nexuses.0.valid_to"),
    ],
)
def test_a_nexus_where_nobody_taxes_is_refused(nexus: Nexus, param: str) -> None:
    with pytest.raises(BadNexus) as refused:
        checked_nexuses([nexus], param="nexuses")
    assert refused.value.param == param


def test_two_nexuses_of_a_place_do_not_meet() -> None:
    first = Nexus("US", "TX", "1", FROM, date(2026, 1, 1))
    second = Nexus("US", "TX", "2", date(2026, 1, 2), None, NexusScheme.REGULAR)
    assert checked_nexuses([second, first], param="x") == (first, second)
    with pytest.raises(NexusesOverlap):
        checked_nexuses([second, replace(first, valid_to=None)], param="x")


def test_the_table_has_every_state_and_the_district() -> None:
    """Source: TaxLocus, CC-BY-4.0: 45 states and the district tax, Alaska's boroughs, four none."""
    states = us_states()
    assert len(states) == 51
    assert sorted(code for code, one in states.items() if not one.taxes) == ["DE", "MT", "NH", "OR"]
    assert [code for code, one in states.items() if one.local_only] == ["AK"]
    assert [code for code, one in states.items() if one.base and not one.saas] == ["AL"]
    taxed = [code for code, one in states.items() if any(s.taxable_percent for s in one.saas)]
    assert len(taxed) == 17 + 5  # taxable, and TX CT IA OH MD with a twist
    assert (states["TX"].nexus_dollars, states["NY"].rule) == (500_000, "and")
