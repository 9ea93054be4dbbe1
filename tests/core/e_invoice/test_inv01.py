"""INV-01, key by key, as a person would fill it in by the published field list."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from khata.core.exports.inv01 import NotAnEInvoice, inv01, inv01_text
from khata.core.exports.tax_document import DocumentKind, Nature, TaxDocument
from khata.core.tax.place_of_supply import SupplyKind, Treatment
from tests.core.e_invoice.papers import (
    SELLER,
    between_states,
    credit_note,
    export,
    inside_a_state,
    line,
    paper,
    with_line,
)

SELLER_DTLS = {
    "Gstin": "29AABCR1718E1ZL",
    "LglNm": "Razor Labs Private Limited",
    "TrdNm": "Razor Labs",
    "Addr1": "12, MG Road",
    "Addr2": "2nd floor",
    "Loc": "Bengaluru",
    "Pin": 560001,
    "Stcd": "29",
    "Ph": "8041234567",
    "Em": "billing@razor.example",
}
MUMBAI = {
    "Gstin": "27AAACM3025E1ZZ",
    "LglNm": "Mahadev Motors Limited",
    "Pos": "27",
    "Addr1": "Gateway Building",
    "Loc": "Mumbai",
    "Pin": 400001,
    "Stcd": "27",
}
BENGALURU = {
    "Gstin": "29AAACI1681G1ZL",
    "LglNm": "Infosys Like Limited",
    "Pos": "29",
    "Addr1": "44, Hosur Road",
    "Loc": "Bengaluru",
    "Pin": 560100,
    "Stcd": "29",
}
UPPSALA = {
    "Gstin": "URP",
    "LglNm": "Ångström AB",
    "Pos": "96",
    "Addr1": "Storgatan 1",
    "Loc": "Uppsala",
    "Pin": 999999,
    "Stcd": "96",
}


def item(**others: Any) -> dict[str, Any]:
    """Return an item of 1,000.00 at 18 % that bears no tax yet."""
    told: dict[str, Any] = {
        "SlNo": "1",
        "PrdDesc": "Pro plan",
        "IsServc": "Y",
        "HsnCd": "998314",
        "Qty": 1,
        "Unit": "OTH",
        "UnitPrice": 1000,
        "TotAmt": 1000,
        "AssAmt": 1000,
        "GstRt": 18,
        "IgstAmt": 0,
        "CgstAmt": 0,
        "SgstAmt": 0,
        **others,
    }
    return told


def form(
    kind: str, buyer: dict[str, Any], items: list[Any], values: dict[str, Any], **others: Any
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "Version": "1.1",
        "TranDtls": {"TaxSch": "GST", "SupTyp": kind, "RegRev": "N"},
        "DocDtls": {"Typ": "INV", "No": "INV/26-27/00001", "Dt": "01/04/2026"},
        "SellerDtls": SELLER_DTLS,
        "BuyerDtls": buyer,
        "ItemList": items,
        "ValDtls": values,
        **others,
    }
    return told


def written(document: TaxDocument) -> Any:
    """Return it as anyone reads its JSON, who knows nothing of decimals."""
    return json.loads(inv01_text(document))


def test_a_sale_between_states() -> None:
    """1,000.00 at 18 %: IGST 180.00. IGST Act s.7(3)."""
    assert written(between_states()) == form(
        "B2B",
        MUMBAI,
        [item(IgstAmt=180, TotItemVal=1180)],
        {"AssVal": 1000, "CgstVal": 0, "SgstVal": 0, "IgstVal": 180, "TotInvVal": 1180},
    )


def test_a_sale_inside_a_state() -> None:
    """1,000.00 at 9 % and 9 %: 90.00 each. IGST Act s.8(2)."""
    assert written(inside_a_state()) == form(
        "B2B",
        BENGALURU,
        [item(CgstAmt=90, SgstAmt=90, TotItemVal=1180)],
        {"AssVal": 1000, "CgstVal": 90, "SgstVal": 90, "IgstVal": 0, "TotInvVal": 1180},
    )


def test_seats_with_a_discount_and_a_rounding() -> None:
    """3 × 333.33 = 999.99, less 99.99 = 900.00; IGST 162.00; and 1,062.00 + 0.40 to 1,062.40."""
    seats = line(
        90_000,
        igst=16_200,
        quantity=Decimal(3),
        unit_price=Decimal("333.33"),
        discount=9_999,
        unit="NOS",
    )
    assert written(paper(seats, round_off=40)) == form(
        "B2B",
        MUMBAI,
        [
            item(
                Qty=3,
                Unit="NOS",
                UnitPrice=333.33,
                TotAmt=999.99,
                Discount=99.99,
                AssAmt=900,
                IgstAmt=162,
                TotItemVal=1062,
            )
        ],
        {
            "AssVal": 900,
            "CgstVal": 0,
            "SgstVal": 0,
            "IgstVal": 162,
            "RndOffAmt": 0.4,
            "TotInvVal": 1062.4,
        },
    )


def test_an_export_under_a_letter_of_undertaking() -> None:
    """USD 50.00 × 84.25 = 4,212.50; no tax, the rate is told. IGST Act s.16(3)(a)."""
    assert written(export()) == form(
        "EXPWOP",
        UPPSALA,
        [item(UnitPrice=4212.5, TotAmt=4212.5, AssAmt=4212.5, TotItemVal=4212.5)],
        {
            "AssVal": 4212.5,
            "CgstVal": 0,
            "SgstVal": 0,
            "IgstVal": 0,
            "TotInvVal": 4212.5,
            "TotInvValFc": 50,
        },
        ExpDtls={"ForCur": "USD", "CntCode": "SE"},
    )


def test_a_credit_note_has_positive_amounts_and_names_its_invoice() -> None:
    """200.00 and IGST 36.00 given back. CGST Act s.34(1)."""
    expected = form(
        "B2B",
        MUMBAI,
        [item(UnitPrice=200, TotAmt=200, AssAmt=200, IgstAmt=36, TotItemVal=236)],
        {"AssVal": 200, "CgstVal": 0, "SgstVal": 0, "IgstVal": 36, "TotInvVal": 236},
        DocDtls={"Typ": "CRN", "No": "CN/26-27/00001", "Dt": "20/04/2026"},
        RefDtls={
            "InvRm": "Seats were fewer",
            "PrecDocDtls": [{"InvNo": "INV/26-27/00001", "InvDt": "01/04/2026"}],
        },
    )
    assert written(credit_note(reason="Seats were fewer")) == expected


def test_what_is_exempt_is_not_listed_and_stands_in_other_charges() -> None:
    """1,000.00 taxed (180.00) beside 250.00 exempt: 1,430.00. CGST Rule 46A."""
    exempt = line(25_000, nature=Nature.EXEMPT, rate=Decimal(0), tax_code="999293", position=2)
    assert written(paper(line(100_000, igst=18_000), exempt)) == form(
        "B2B",
        MUMBAI,
        [item(IgstAmt=180, TotItemVal=1180)],
        {
            "AssVal": 1000,
            "CgstVal": 0,
            "SgstVal": 0,
            "IgstVal": 180,
            "OthChrg": 250,
            "TotInvVal": 1430,
        },
    )


def test_under_reverse_charge_the_totals_are_without_the_tax() -> None:
    """1,000.00; the buyer pays the 180.00 to the state. IGST Act s.5(3); CGST Rule 46(p)."""
    expected = form(
        "B2B",
        MUMBAI,
        [item(IgstAmt=180, TotItemVal=1000)],
        {"AssVal": 1000, "CgstVal": 0, "SgstVal": 0, "IgstVal": 180, "TotInvVal": 1000},
        TranDtls={"TaxSch": "GST", "SupTyp": "B2B", "RegRev": "Y"},
    )
    assert written(between_states(reverse_charge=True)) == expected


@pytest.mark.parametrize(
    ("supply", "treatment", "kind", "igst", "law"),
    [
        (SupplyKind.SEZ, Treatment.ZERO_RATED_LUT, "SEZWOP", 0, "IGST Act s.16(3)(a)"),
        (SupplyKind.SEZ, Treatment.ZERO_RATED_WITH_IGST, "SEZWP", 18_000, "IGST Act s.16(3)(b)"),
        (SupplyKind.EXPORT, Treatment.ZERO_RATED_LUT, "EXPWOP", 0, "IGST Act s.16(3)(a)"),
        (SupplyKind.EXPORT, Treatment.ZERO_RATED_WITH_IGST, "EXPWP", 18_000, "IGST s.16(3)(b)"),
        (SupplyKind.INTER, Treatment.TAXABLE, "B2B", 18_000, "IGST Act s.7(3)"),
    ],
)
def test_the_kind_of_supply(
    supply: SupplyKind, treatment: Treatment, kind: str, igst: int, law: str
) -> None:
    abroad = {"buyer": export().buyer, "place_code": "96"} if supply is SupplyKind.EXPORT else {}
    told = inv01(paper(line(100_000, igst=igst), supply=supply, treatment=treatment, **abroad))
    assert told["TranDtls"]["SupTyp"] == kind, law
    assert told["ValDtls"]["TotInvVal"] == Decimal(100_000 + igst).scaleb(-2)


def test_an_sez_in_the_sellers_own_state_bears_igst_all_the_same() -> None:
    """IGST Act s.7(5)(b): always between states."""
    buyer = inside_a_state().buyer
    told = inv01(
        paper(
            line(100_000, igst=18_000),
            buyer=buyer,
            place_code="29",
            supply=SupplyKind.SEZ,
            treatment=Treatment.ZERO_RATED_WITH_IGST,
        )
    )
    assert told["ValDtls"]["IgstVal"] == 180
    assert "IgstOnIntra" not in told["TranDtls"]


def test_igst_inside_a_state_is_said_to_be_meant() -> None:
    """An SEZ developer sells: IGST Act s.7(5)(b), `IgstOnIntra`."""
    buyer = inside_a_state().buyer
    told = inv01(paper(line(100_000, igst=18_000), buyer=buyer, place_code="29"))
    assert told["TranDtls"]["IgstOnIntra"] == "Y"


def test_utgst_stands_where_sgst_does() -> None:
    """Inside Ladakh (38), a Union territory: UTGST Act s.7; all forms carry it as SGST."""
    ladakh = "38AAACL1234K1ZL"
    seller = replace(SELLER, gstin="38AABCR1718E1ZM", state_code="38", postal_code="194101")
    buyer = replace(inside_a_state().buyer, gstin=ladakh, state_code="38", postal_code="194101")
    told = inv01(inside_a_state(seller=seller, buyer=buyer, place_code="38"))
    assert (told["ItemList"][0]["SgstAmt"], told["ValDtls"]["SgstVal"]) == (90, 90)


@pytest.mark.parametrize(
    ("quantity", "price", "taxable", "expected"),
    [
        ("3", "100", 30_000, ("3", "100")),
        ("2.5", "0.4", 100, ("2.5", "0.4")),
        ("1000", "0.001", 100, ("1000", "0.001")),
        ("1000", "0.0015", 150, ("1", "1.50")),  # a price of four places has no room
        ("3", "33.33", 10_000, ("1", "100.00")),  # 3 × 33.33 is 99.99
        ("0", "100", 0, ("1", "0.00")),
        ("12.3456", "1", 1235, ("1", "12.35")),  # nor has a quantity of four
    ],
)
def test_quantity_and_price_are_told_where_they_make_the_amount(
    quantity: str, price: str, taxable: int, expected: tuple[str, str]
) -> None:
    one = line(taxable, quantity=Decimal(quantity), unit_price=Decimal(price))
    [told] = inv01(paper_without_tax(one))["ItemList"]
    assert (told["Qty"], told["UnitPrice"]) == tuple(map(Decimal, expected))
    assert told["Qty"] * told["UnitPrice"] == told["TotAmt"]


def paper_without_tax(*lines: Any) -> TaxDocument:
    return paper(*lines, supply=SupplyKind.SEZ, treatment=Treatment.ZERO_RATED_LUT)


def test_the_period_of_a_subscription() -> None:
    """From the first day of the earliest line to the last of the latest."""
    lines = (
        line(1_000, period_start=date(2026, 4, 1), period_end=date(2026, 4, 30)),
        line(1_000, position=2, period_start=date(2026, 3, 15), period_end=date(2026, 3, 31)),
        line(1_000, position=3),
    )
    told = inv01(paper_without_tax(*lines))
    assert told["RefDtls"]["DocPerdDtls"] == {"InvStDt": "15/03/2026", "InvEndDt": "30/04/2026"}


def test_the_total_in_another_currency_has_its_places() -> None:
    """JPY has none, KWD three: ISO 4217."""
    yen = inv01(export(currency="JPY", currency_total=7_500))
    dinar = inv01(export(currency="KWD", currency_total=15_345))
    assert yen["ValDtls"]["TotInvValFc"] == 7_500
    assert dinar["ValDtls"]["TotInvValFc"] == Decimal("15.35")  # half up
    rupees = inv01(export(currency="INR", currency_total=None))
    assert "TotInvValFc" not in rupees["ValDtls"]
    assert rupees["ExpDtls"] == {"CntCode": "SE"}


@pytest.mark.parametrize(
    "kind",
    [
        DocumentKind.BILL_OF_SUPPLY,
        DocumentKind.RECEIPT_VOUCHER,
        DocumentKind.REFUND_VOUCHER,
        DocumentKind.REVISED_INVOICE,
    ],
)
def test_other_documents_have_no_irn(kind: DocumentKind) -> None:
    with pytest.raises(NotAnEInvoice, match="rule 48"):
        inv01(between_states(kind=kind))


@pytest.mark.parametrize("nature", [Nature.EXEMPT, Nature.NIL_RATED, Nature.NON_GST])
def test_nor_has_what_bears_no_tax_at_all(nature: Nature) -> None:
    with pytest.raises(NotAnEInvoice, match="taxable"):
        inv01(with_line(paper_without_tax(line(1_000)), nature=nature))


def test_amounts_are_written_as_they_are() -> None:
    """No binary fraction: 30 paise are 0.30, and a lakh crore keeps its paise."""
    large = paper_without_tax(line(99_999_999_999_999))
    assert '"TotInvVal":999999999999.99' in inv01_text(large)
    rounded = replace(paper_without_tax(line(1_000)), round_off=30, total=1_030)
    assert '"RndOffAmt":0.30,"TotInvVal":10.30' in inv01_text(rounded)


def test_goods_to_one_who_only_exports_are_a_deemed_export() -> None:
    """CGST Act s.147; Notification 48/2017-CT: DEXP, with its tax as any sale."""
    sold = with_line(between_states(), tax_code="847130")
    told = inv01(replace(sold, buyer=replace(sold.buyer, deemed_export=True)))
    assert told["TranDtls"]["SupTyp"] == "DEXP"
    assert told["ValDtls"]["IgstVal"] == inv01(sold)["ValDtls"]["IgstVal"] > 0
