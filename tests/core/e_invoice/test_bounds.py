"""What INV-01 does not take is refused by key and bound; texts are cut and cleaned to fit."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from khata.core.exports.inv01 import EInvoiceOutOfBounds, inv01
from khata.core.exports.inv01_rules import breaks_of_rules
from khata.core.exports.tax_document import TaxDocument
from tests.core.e_invoice.papers import (
    SELLER,
    between_states,
    credit_note,
    export,
    inside_a_state,
    line,
    paper,
    with_buyer,
    with_line,
    with_seller,
)

Change = Callable[[], TaxDocument]


def _of(note: TaxDocument, *, number: str) -> TaxDocument:
    assert note.original is not None
    return replace(note, original=replace(note.original, number=number))


def _taxed_export() -> TaxDocument:
    plain = export()
    return replace(plain, lines=(replace(plain.lines[0], igst=100),), total=plain.total + 100)


def _uneven() -> TaxDocument:
    plain = inside_a_state()
    return replace(plain, lines=(replace(plain.lines[0], cgst=8_999, sgst=9_001),))


@pytest.mark.parametrize(
    ("change", "path", "rule"),
    [
        (lambda: between_states(number="0INV/1"), "DocDtls.No", "pattern"),
        (lambda: between_states(number="-1"), "DocDtls.No", "pattern"),
        (lambda: between_states(number="INV/26-27/0000001"), "DocDtls.No", "maxLength"),
        (lambda: between_states(number="INV 1"), "DocDtls.No", "pattern"),
        (lambda: with_seller(between_states(), gstin=None), "SellerDtls.Gstin", "required"),
        (lambda: with_seller(between_states(), legal_name="AB"), "SellerDtls.LglNm", "minLength"),
        (lambda: with_seller(between_states(), line1=None), "SellerDtls.Addr1", "required"),
        (lambda: with_seller(between_states(), city=None), "SellerDtls.Loc", "required"),
        (lambda: with_seller(between_states(), postal_code="56000"), "SellerDtls.Pin", "minimum"),
        (lambda: with_seller(between_states(), postal_code="AB1"), "SellerDtls.Pin", "required"),
        (lambda: with_buyer(between_states(), legal_name=""), "BuyerDtls.LglNm", "required"),
        (lambda: with_buyer(between_states(), line1=" "), "BuyerDtls.Addr1", "required"),
        (lambda: with_buyer(between_states(), gstin=None), "BuyerDtls.Gstin", "required"),
        (lambda: with_buyer(between_states(), postal_code=None), "BuyerDtls.Pin", "required"),
        (lambda: between_states(place_code=None), "BuyerDtls.Pos", "required"),
        (lambda: with_line(between_states(), tax_code="99831"), "ItemList[0].HsnCd", "pattern"),
        (lambda: with_line(between_states(), tax_code="000000"), "ItemList[0].HsnCd", "pattern"),
        (lambda: with_line(between_states(), tax_code=""), "ItemList[0].HsnCd", "required"),
        (
            lambda: with_line(between_states(), rate=Decimal(1000)),
            "ItemList[0].GstRt",
            "maximum",
        ),
        (
            lambda: with_line(between_states(), rate=Decimal("0.1255")),
            "ItemList[0].GstRt",
            "multipleOf",
        ),
        (lambda: paper(line(-100, unit_price=Decimal(0))), "ItemList[0].UnitPrice", "minimum"),
        (
            lambda: paper(line(99_999_999_999_999 + 1)),
            "ItemList[0].UnitPrice",
            "maximum",
        ),
        (lambda: paper(line(100_000), round_off=10_000), "ValDtls.RndOffAmt", "maximum"),
        (lambda: paper(line(100_000), round_off=-10_000), "ValDtls.RndOffAmt", "minimum"),
        (lambda: paper(*[line(100)] * 1001), "ItemList", "maxItems"),
        (lambda: with_buyer(export(), country="Sweden"), "ExpDtls.CntCode", "maxLength"),
        (
            lambda: _of(credit_note(), number="1"),
            "RefDtls.PrecDocDtls[0].InvNo",
            "minLength",
        ),
        (
            lambda: _of(credit_note(), number="0A1"),
            "RefDtls.PrecDocDtls[0].InvNo",
            "pattern",
        ),
        (lambda: credit_note(original=None), "RefDtls.PrecDocDtls", "original_of_note"),
        (
            lambda: with_buyer(between_states(), state_code="29"),
            "BuyerDtls.Stcd",
            "state_of_gstin",
        ),
        (
            lambda: with_seller(between_states(), state_code="27"),
            "SellerDtls.Stcd",
            "state_of_gstin",
        ),
        (lambda: between_states(buyer=replace(SELLER), place_code="29"), "BuyerDtls.Gstin", "own"),
        (
            lambda: paper(line(100_000, cgst=9_000, sgst=9_000)),
            "ValDtls.CgstVal",
            "cgst_between_states",
        ),
        (
            _taxed_export,
            "ValDtls.IgstVal",
            "without_payment",
        ),
        (_uneven, "ValDtls.SgstVal", "equal_halves"),
    ],
)
def test_it_is_refused_by_its_key_and_rule(change: Change, path: str, rule: str) -> None:
    with pytest.raises(EInvoiceOutOfBounds) as refused:
        inv01(change())
    assert any(one.path == path and one.rule.startswith(rule) for one in refused.value.breaks), (
        refused.value.detail
    )
    assert path in refused.value.detail or rule in refused.value.detail
    assert refused.value.param is not None


@pytest.mark.parametrize(
    ("told", "key", "spelled"),
    [
        ('The "Best" \\ Shop', "LglNm", "The 'Best' / Shop"),
        ("चाय क्लाउड प्राइवेट लिमिटेड", "LglNm", "चाय क्लाउड प्राइवेट लिमिटेड"),
        ("  Two\n\tlines\u00a0of it ", "LglNm", "Two lines of it"),
        ("X" * 120, "LglNm", "X" * 100),
        ("Ünïcödé & Søn's – GmbH", "LglNm", "Ünïcödé & Søn's – GmbH"),
    ],
)
def test_names_are_cleaned(told: str, key: str, spelled: str) -> None:
    assert inv01(with_buyer(between_states(), legal_name=told))["BuyerDtls"][key] == spelled


def test_a_long_first_line_goes_on_in_the_second() -> None:
    told = inv01(with_buyer(between_states(), line1="a" * 98 + " bcd", line2="2nd floor"))
    buyer = told["BuyerDtls"]
    assert (buyer["Addr1"], buyer["Addr2"]) == ("a" * 98 + " b", "cd 2nd floor")


@pytest.mark.parametrize(
    ("field", "value", "key", "expected"),
    [
        ("line2", "B", "Addr2", None),  # less than three characters: left out, never sent empty
        ("trade_name", "", "TrdNm", None),
        ("phone", "12345", "Ph", None),
        ("phone", "+91 98765 43210", "Ph", "9876543210"),
        ("phone", "0800-123-456", "Ph", "0800123456"),
        ("phone", "+46 18 123 456 789 012", "Ph", None),
        ("email", "a@b.c", "Em", None),
        ("email", "asha@chai.example", "Em", "asha@chai.example"),
        ("email", "asha at chai", "Em", None),
        ("city", "Å", "Loc", "Å, Maharashtra"),
        ("postal_code", "400 001", "Pin", 400001),
    ],
)
def test_what_may_be_left_out_is_left_out_where_it_does_not_fit(
    field: str, value: str, key: str, expected: Any
) -> None:
    told = inv01(with_buyer(between_states(), **{field: value}))
    assert told["BuyerDtls"].get(key) == expected


def test_a_short_description_is_left_out_and_a_long_one_cut() -> None:
    short = inv01(with_line(between_states(), description="ab"))
    long = inv01(with_line(between_states(), description="x" * 301))
    assert "PrdDesc" not in short["ItemList"][0]
    assert long["ItemList"][0]["PrdDesc"] == "x" * 300


Form = dict[str, Any]


def _set(path: str, value: object) -> Callable[[Form], None]:
    def change(form: Form) -> None:
        *way, key = path.split(".")
        place: Any = form
        for step in way:
            place = place[int(step)] if step.isdigit() else place[step]
        place[key] = value

    return change


@pytest.mark.parametrize(
    ("change", "code", "what"),
    [
        (_set("ValDtls.AssVal", Decimal("999.99")), "2182", "AssVal = Σ AssAmt"),
        (_set("ValDtls.TotInvVal", Decimal("1181.01")), "2189", "total off by more than a rupee"),
        (_set("ValDtls.TotInvVal", Decimal("1178.99")), "2189", "and less by more than one"),
        (_set("ItemList.0.Discount", Decimal("0.01")), "2193", "AssAmt = TotAmt - Discount"),
        (_set("ItemList.0.TotItemVal", Decimal("1181.50")), "2189", "the line's own total"),
        (_set("ItemList.0.IsServc", "N"), "2176", "99 is a service"),
        (_set("BuyerDtls.Pos", "29"), "2172", "IGST inside a state"),
        (_set("BuyerDtls.Gstin", "29AABCR1718E1ZL"), "2211", "own GSTIN"),
        (_set("BuyerDtls.Stcd", "24"), "2265", "the buyer's state"),
        (_set("SellerDtls.Stcd", "24"), "2266", "the seller's state"),
        (_set("TranDtls.SupTyp", "SEZWOP"), "2174", "tax where none may be"),
        (_set("ValDtls.IgstVal", Decimal("180.01")), "2183", "IgstVal = Σ IgstAmt"),
        (_set("BuyerDtls.Gstin", "URP"), "2140", "URP at home"),
        (_set("TranDtls.SupTyp", "EXPWP"), "2140", "a GSTIN abroad"),
    ],
)
def test_rules_between_keys_have_the_portals_codes(
    change: Callable[[Form], None], code: str, what: str
) -> None:
    form = inv01(between_states())
    assert breaks_of_rules(form) == []
    change(form)
    assert code in {one.code for one in breaks_of_rules(form)}, what


@pytest.mark.parametrize("total", ["1179.00", "1180.99", "1181.00"])
def test_a_total_may_be_off_by_a_rupee(total: str) -> None:
    """NIC's tolerance."""
    form = inv01(between_states())
    form["ValDtls"]["TotInvVal"] = Decimal(total)
    assert breaks_of_rules(form) == []


def test_the_day_is_spelled_as_the_portal_does() -> None:
    assert inv01(between_states(issued_on=date(2026, 4, 9)))["DocDtls"]["Dt"] == "09/04/2026"
