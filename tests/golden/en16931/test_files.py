"""Every sale that khata can tell by EN 16931 is right by the official schemas and rules."""

from dataclasses import dataclass, replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from khata.core.exports.en16931.file import european_file
from khata.core.exports.en16931.from_document import Sides, european_invoice
from khata.core.exports.en16931.model import Category
from khata.core.exports.en16931.profiles import Format
from khata.core.note_document import Billing
from tests.golden.en16931 import cases
from tests.golden.en16931.cases import (
    AMERICAN,
    BY_SHOP,
    CONSUMER,
    FRENCH,
    FROM_INDIA,
    GERMAN,
    HOME,
    INDIAN,
    INDIAN_BANK,
    OUTSIDE,
    TO_FRANCE,
    UNREGISTERED,
    invoice,
    levy,
    line,
    note,
    sides,
)
from tests.golden.en16931.official import found_wrong

ALL = tuple(Format)
PLAIN = (Format.CII, Format.UBL)


@dataclass(frozen=True, slots=True)
class Told:
    """What stands in the file: category, rate, VAT, and what is to be paid."""

    document: Billing
    of: Sides
    category: str
    rate: str | None
    vat: str
    payable: str
    formats: tuple[Format, ...] = ALL


PRO = line(1, 90_00, "19")  # 17.10 of VAT
SEATS = line(2, 1_000_00, "19", quantity=3, unit_amount=360_00, discount=80_00)  # 190.00
INSIDE = line(1, 100_00, "19", unit_amount=119_00, unit_includes_tax=True)  # 19.00 of 119.00
SHARE = line(1, 33_33, "19", unit_amount=100_00, quantity=1)  # ten of thirty days; 6.33
THIRD = line(1, 100_00, "19", quantity=3, unit_amount=33_33)  # tiers; 19.00
FREE = line(1, 0, "19", unit_amount=0)
UNUSED = line(1, 0, "19", quantity=0, unit_amount=5_00)
NO_DAYS = line(1, 90_00, "19", period=None)
ODD = line(1, 10_05, "19")  # 1.9095, half up 1.91
ABROAD = line(1, 90_00, "25.5", description="Käyttö")  # 22.95
UNTAXED = line(1, 90_00)
HOME_CONSUMER = sides(buyer=CONSUMER, levy=HOME)
FRANCE = sides(buyer=FRENCH, levy=TO_FRANCE)
NATIONAL = {"currency": "EUR", "tax": 14_61, "of": "USD", "rate": "1.17029658"}
NATIONAL |= {"on": "2026-03-31", "source": "European Central Bank"}  # 17.10 / 1.17029658 = 14.6117
IN_EUROS = sides(levy=levy(seller_id="DE136695976", scheme="local", national=NATIONAL))
FAR = sides(INDIAN, FRENCH, FROM_INDIA)
GREECE = sides(
    buyer={**FRENCH, "country": "GR", "tax_id": "EL094259216"},
    levy=cases.reversed_to("GR", "EL094259216", seller_id="DE136695976"),
)
DENMARK = sides(
    buyer={**FRENCH, "country": "DK", "tax_id": "DK13585628"},
    levy=cases.reversed_to("DK", "DK13585628", seller_id="DE136695976"),
)
SWEDEN = sides(
    buyer={**FRENCH, "country": "SE", "tax_id": "SE556188840401"},
    levy=cases.reversed_to("SE", "SE556188840401", seller_id="DE136695976"),
)
BELGIUM = sides(
    buyer={**FRENCH, "country": "BE", "electronic_address": "0208:0428759497"},
    levy=cases.reversed_to("BE", "BE0428759497", seller_id="DE136695976"),
)
ITALY = sides(
    buyer={**FRENCH, "country": "IT", "tax_id": "IT00743110157"},
    levy=cases.reversed_to("IT", "IT00743110157", seller_id="DE136695976"),
)
BRITAIN = sides(
    buyer={**FRENCH, "country": "GB", "tax_id": "GB980780684", "tax_id_type": "gb_vat"},
    levy=cases.reversed_to("GB", "GB980780684", seller_id="DE136695976"),
)
ZERO = line(1, 90_00, "0")

CASES = {
    # Directive 2006/112/EC art. 2(1)(c), 44, 45; EN 16931 BR-S-*
    "at home, to a business": Told(invoice(PRO), sides(), "S", "19", "17.10", "107.10"),
    "two lines of one rate": Told(invoice(PRO, SEATS), sides(), "S", "19", "207.10", "1297.10"),
    "a discount (BR-41, R120)": Told(invoice(SEATS), sides(), "S", "19", "190.00", "1190.00"),
    "tax inside the price": Told(invoice(INSIDE), sides(), "S", "19", "19.00", "119.00"),
    "a share of days": Told(invoice(SHARE), sides(), "S", "19", "6.33", "39.66"),
    "tiers, no price of one": Told(invoice(THIRD), sides(), "S", "19", "19.00", "119.00"),
    "for nothing": Told(invoice(FREE), sides(), "S", "19", "0.00", "0.00"),
    "nothing was used": Told(invoice(UNUSED), sides(), "S", "19", "0.00", "0.00"),
    "without days, which XRechnung asks for": Told(
        invoice(NO_DAYS), sides(), "S", "19", "17.10", "107.10", (*PLAIN, Format.PEPPOL)
    ),
    "half a cent goes up (BR-CO-17)": Told(invoice(ODD), sides(), "S", "19", "1.91", "11.96"),
    "a rate with a decimal": Told(invoice(ABROAD), sides(), "S", "25.5", "22.95", "112.95"),
    "rounded off (BT-114)": Told(
        invoice(PRO, round_off=-10), sides(), "S", "19", "17.10", "107.00"
    ),
    "paid in part (BT-113)": Told(
        invoice(PRO, amount_paid=7_10), sides(), "S", "19", "17.10", "100.00"
    ),
    "paid": Told(
        invoice(PRO, status="paid", amount_paid=107_10), sides(), "S", "19", "17.10", "0.00"
    ),
    "charged by itself": Told(
        invoice(PRO, charged_automatically=True), sides(), "S", "19", "17.10", "107.10"
    ),
    "to be paid online": Told(invoice(PRO, bank=None), sides(), "S", "19", "17.10", "107.10"),
    "an account that is no IBAN": Told(
        invoice(PRO, bank=INDIAN_BANK), sides(), "S", "19", "17.10", "107.10"
    ),
    "a test": Told(invoice(PRO, livemode=False), sides(), "S", "19", "17.10", "107.10"),
    "signs of XML, and what it forbids": Told(
        invoice(replace(PRO, description="<Pro & \x0bmore>")), sides(), "S", "19", "17.10", "107.10"
    ),
    "yen have no decimals": Told(
        invoice(line(1, 9000, "10"), currency="JPY"), sides(), "S", "10", "900", "9900"
    ),
    # art. 45, 58, 359: consumers, by the seller's own number and by the one-stop shop's
    "at home, to a consumer": Told(
        invoice(PRO), HOME_CONSUMER, "S", "19", "17.10", "107.10", PLAIN
    ),
    "by the non-Union shop": Told(
        invoice(PRO), sides(INDIAN, CONSUMER, BY_SHOP), "S", "19", "17.10", "107.10", PLAIN
    ),
    # art. 44, 196, 226(11a): BR-AE-*
    "to France": Told(invoice(UNTAXED), FRANCE, "AE", "0", "0.00", "90.00"),
    "to Greece, EL": Told(invoice(UNTAXED), GREECE, "AE", "0", "0.00", "90.00"),
    "to Denmark, by CVR": Told(invoice(UNTAXED), DENMARK, "AE", "0", "0.00", "90.00"),
    "to Sweden, by its number": Told(invoice(UNTAXED), SWEDEN, "AE", "0", "0.00", "90.00"),
    "to Belgium, by its own address": Told(invoice(UNTAXED), BELGIUM, "AE", "0", "0.00", "90.00"),
    "to Italy": Told(invoice(UNTAXED), ITALY, "AE", "0", "0.00", "90.00"),
    "to Britain (VATA 1994 s.7A, s.8)": Told(invoice(UNTAXED), BRITAIN, "AE", "0", "0.00", "90.00"),
    "from India to France": Told(
        invoice(UNTAXED, bank=INDIAN_BANK),
        FAR,
        "AE",
        "0",
        "0.00",
        "90.00",
        (*PLAIN, Format.XRECHNUNG),
    ),
    # art. 44, 59: BR-O-*; who is not registered charges none
    "to America": Told(
        invoice(UNTAXED, currency="USD"),
        sides(buyer=AMERICAN, levy=OUTSIDE),
        "O",
        None,
        "0.00",
        "90.00",
        PLAIN,
    ),
    "to America by a firm without a VAT id": Told(
        invoice(UNTAXED), sides(INDIAN, AMERICAN, None), "O", None, "0.00", "90.00", PLAIN
    ),
    "not registered": Told(
        invoice(UNTAXED), sides(INDIAN, CONSUMER, UNREGISTERED), "O", None, "0.00", "90.00", PLAIN
    ),
    # art. 132-135: BR-E-*; BR-Z-*
    "exempt": Told(
        invoice(UNTAXED),
        sides(levy=levy("exempt", seller_id="DE136695976")),
        "E",
        "0",
        "0.00",
        "90.00",
    ),
    "at nought": Told(invoice(ZERO), sides(), "Z", "0", "0.00", "90.00"),
    # art. 230: BT-6 and BT-111 beside BT-5 and BT-110
    "in dollars, with VAT in euros too": Told(
        invoice(PRO, currency="USD"), IN_EUROS, "S", "19", "17.10", "107.10"
    ),
    "a note in dollars": Told(note(PRO, currency="USD"), IN_EUROS, "S", "19", "17.10", "107.10"),
    # art. 219: BG-3
    "a credit note": Told(note(PRO), sides(), "S", "19", "17.10", "107.10"),
    "a credit note of a reverse charge": Told(note(UNTAXED), FRANCE, "AE", "0", "0.00", "90.00"),
    "a credit note to America": Told(
        note(UNTAXED), sides(buyer=AMERICAN, levy=OUTSIDE), "O", None, "0.00", "90.00", PLAIN
    ),
    "a note that takes the last cent of tax": Told(
        note(line(1, 90_00, "19", tax=17_11)), sides(), "S", "19", "17.11", "107.11"
    ),
}
EACH = [(name, format) for name, case in CASES.items() for format in case.formats]


@pytest.mark.parametrize(("name", "format"), EACH)
def test_a_file_is_right_by_the_official_schema_and_rules(name: str, format: Format) -> None:
    case = CASES[name]
    xml = european_file(case.document, case.of, format)
    assert found_wrong(xml, format) == []
    found = _cii(xml) if format is Format.CII else _ubl(xml)
    assert found == (case.category, case.rate, case.vat, case.payable)


def test_the_official_rules_do_find_what_is_wrong() -> None:
    for format in ALL:
        xml = european_file(CASES["at home, to a business"].document, sides(), format)
        wrong = xml.replace(b">17.10<", b">27.10<")
        assert any("BR-CO-15" in found for found in found_wrong(wrong, format)), format
    german = european_file(CASES["at home, to a business"].document, sides(), Format.XRECHNUNG)
    without = german.replace(b"<cbc:Telephone>+49 30 1234567</cbc:Telephone>", b"")
    assert any("BR-DE-6" in found for found in found_wrong(without, Format.XRECHNUNG))


@pytest.mark.parametrize("format", ALL)
def test_vat_stands_in_the_currency_of_its_state_too(format: Format) -> None:
    xml = european_file(CASES["in dollars, with VAT in euros too"].document, IN_EUROS, format)
    told = [(one.get("currencyID"), one.text) for one in etree.fromstring(xml).iter("{*}*")]
    assert ("EUR", "14.61") in told
    assert ("USD", "17.10") in told
    codes = [one.text for one in etree.fromstring(xml).iter("{*}TaxCurrencyCode")]
    assert codes == ["EUR"]
    wrong = xml.replace(b">14.61<", b"><")
    assert found_wrong(wrong, format) != []


def test_several_rates_each_have_their_group() -> None:
    # 19 % of 90.00 is 17.10, 7 % of 50.00 is 3.50, and a line without a rate is exempt: 20.60
    document = invoice(PRO, line(2, 50_00, "7"), line(3, 10_00))
    groups = european_invoice(document, sides()).breakdown
    assert [(one.category, one.rate, one.taxable, one.tax) for one in groups] == [
        (Category.STANDARD, "19", 90_00, 17_10),
        (Category.STANDARD, "7", 50_00, 3_50),
        (Category.EXEMPT, "0", 10_00, 0),
    ]
    for format in ALL:
        assert found_wrong(european_file(document, sides(), format), format) == []


def test_the_rate_is_of_the_group_and_not_of_its_lines() -> None:
    # three lines at 0.33: 19 % of each is 0.0627, 0.06 thrice; of 0.99 it is 0.1881, 0.19
    taxes = [6, 6, 7]  # as khata shares a group's tax among its lines
    lines = [line(n, 33, "19", tax=tax) for n, tax in enumerate(taxes, start=1)]
    [group] = european_invoice(invoice(*lines), sides()).breakdown
    assert (group.taxable, group.tax) == (99, 19)


basket = st.lists(
    st.tuples(
        st.integers(0, 10_000_00),  # price of one, in cents
        st.integers(1, 500),
        st.sampled_from(["19", "7", "25.5", "0"]),
        st.integers(0, 100),  # discount in percent
        st.booleans(),  # whether the price has the tax inside
        st.text(max_size=12),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(basket=basket, is_note=st.booleans(), format=st.sampled_from(ALL))
def test_any_basket_is_right(
    basket: list[tuple[int, int, str, int, bool, str]], is_note: bool, format: Format
) -> None:
    lines = []
    for position, (price, count, rate, percent, inside, name) in enumerate(basket, start=1):
        discount = price * count * percent // 100
        lines.append(
            line(
                position,
                price * count - discount,
                rate,
                quantity=count,
                unit_amount=price + 1 if inside else price,
                unit_includes_tax=inside,
                discount=0 if is_note else discount,
                description=f"Pro {name}",
                period=(date(2026, 4, position), date(2026, 4, 30)),
            )
        )
    document = note(*lines) if is_note else invoice(*lines)
    assert found_wrong(european_file(document, sides(), format), format) == []


def test_a_german_seller_is_reached_by_its_vat_id() -> None:
    party = european_invoice(invoice(PRO), sides(GERMAN)).seller
    assert party.electronic_address is not None
    assert (party.electronic_address.scheme, party.electronic_address.value) == (
        "9930",
        "DE136695976",
    )


def _cii(xml: bytes) -> tuple[str | None, ...]:
    tree = etree.fromstring(xml)
    tax = "{*}ApplicableHeaderTradeSettlement/{*}ApplicableTradeTax"
    sums = "{*}SpecifiedTradeSettlementHeaderMonetarySummation"
    return (
        tree.findtext(f".//{tax}/{{*}}CategoryCode"),
        tree.findtext(f".//{tax}/{{*}}RateApplicablePercent"),
        tree.findtext(f".//{sums}/{{*}}TaxTotalAmount"),
        tree.findtext(f".//{sums}/{{*}}DuePayableAmount"),
    )


def _ubl(xml: bytes) -> tuple[str | None, ...]:
    tree = etree.fromstring(xml)
    return (
        tree.findtext("./{*}TaxTotal/{*}TaxSubtotal/{*}TaxCategory/{*}ID"),
        tree.findtext("./{*}TaxTotal/{*}TaxSubtotal/{*}TaxCategory/{*}Percent"),
        tree.findtext("./{*}TaxTotal/{*}TaxAmount"),
        tree.findtext("./{*}LegalMonetaryTotal/{*}PayableAmount"),
    )
