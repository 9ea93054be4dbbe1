"""What the portals check beyond the schema: sums, heads of tax, parties. Codes are NIC's own."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from khata.core.exports.inv01_schema import Break

_TOLERANCE: Final = Decimal(1)  # rupee, of the total
_LINE_HEADS = (("IgstAmt", "IgstVal"), ("CgstAmt", "CgstVal"), ("SgstAmt", "SgstVal"))
_ZERO_RATED = ("SEZWP", "SEZWOP", "EXPWP", "EXPWOP")

Form = Mapping[str, Any]


def breaks_of_rules(form: Form) -> list[Break]:
    """Return every break of the rules between the keys of a form that fits the schema.

    Source: NIC's validation rules for IRN generation, by the numbers of their errors.
    """
    return [*_of_parties(form), *_of_lines(form), *_of_heads(form), *_of_sums(form)]


def _of_parties(form: Form) -> Iterator[Break]:
    seller, buyer = form["SellerDtls"], form["BuyerDtls"]
    kind = form["TranDtls"]["SupTyp"]
    abroad = kind.startswith("EXP")
    if seller["Gstin"] == buyer["Gstin"]:
        yield Break(
            "BuyerDtls.Gstin", "own_gstin", "Nobody sells to the registration it sells from", "2211"
        )
    if seller["Stcd"].zfill(2) != seller["Gstin"][:2]:
        yield Break(
            "SellerDtls.Stcd",
            "state_of_gstin",
            f"The seller's GSTIN is of state {seller['Gstin'][:2]}, not {seller['Stcd']}",
            "2266",
        )
    if abroad != (buyer["Gstin"] == "URP"):
        yield Break(
            "BuyerDtls.Gstin",
            "export_to_urp",
            f"URP stands for a buyer abroad, and {kind} is {'' if abroad else 'not '}for one",
        )
    elif abroad and (buyer["Pos"], buyer["Stcd"]) != ("96", "96"):
        yield Break("BuyerDtls.Pos", "export_is_96", "The place of an export is 96")
    elif not abroad and buyer["Stcd"].zfill(2) != buyer["Gstin"][:2]:
        yield Break(
            "BuyerDtls.Stcd",
            "state_of_gstin",
            f"The buyer's GSTIN is of state {buyer['Gstin'][:2]}, not {buyer['Stcd']}",
            "2265",
        )
    if not abroad and "Pin" not in buyer:
        yield Break("BuyerDtls.Pin", "required", "The PIN code of a buyer in India is missing")
    if form["DocDtls"]["Typ"] != "INV" and "PrecDocDtls" not in form.get("RefDtls", {}):
        yield Break(
            "RefDtls.PrecDocDtls", "original_of_note", "The original invoice of a note is missing"
        )


def _of_lines(form: Form) -> Iterator[Break]:
    untaxed = form["TranDtls"].get("RegRev") == "Y"
    for place, item in enumerate(form["ItemList"]):
        path = f"ItemList[{place}]"
        if (item["IsServc"] == "Y") != item["HsnCd"].startswith("99"):
            yield Break(
                f"{path}.IsServc", "service_by_code", f"{item['HsnCd']} says otherwise", "2176"
            )
        net = item["TotAmt"] - item.get("Discount", 0)
        if item["AssAmt"] != net:
            yield Break(
                f"{path}.AssAmt",
                "gross_less_discount",
                f"{path}.AssAmt is {item['AssAmt']}, and TotAmt less Discount is {net}",
                "2193",
            )
        tax = 0 if untaxed else sum(item.get(head, 0) for head, _ in _LINE_HEADS)
        cess = 0 if untaxed else item.get("CesAmt", 0)
        whole = item["AssAmt"] + tax + cess + item.get("OthChrg", 0)
        if abs(item["TotItemVal"] - whole) > _TOLERANCE:
            yield Break(
                f"{path}.TotItemVal",
                "line_total",
                f"{path}.TotItemVal is {item['TotItemVal']}, and its parts make {whole}",
                "2189",
            )


def _of_heads(form: Form) -> Iterator[Break]:
    kind, values = form["TranDtls"]["SupTyp"], form["ValDtls"]
    local = values.get("CgstVal", 0) or values.get("SgstVal", 0)
    integrated = values.get("IgstVal", 0)
    home = form["SellerDtls"]["Stcd"].zfill(2) == form["BuyerDtls"]["Pos"].zfill(2)
    if kind in _ZERO_RATED:
        if local:
            yield Break("ValDtls.CgstVal", "igst_only", f"{kind} bears IGST or nothing", "2174")
        if kind.endswith("WOP") and integrated:
            yield Break("ValDtls.IgstVal", "without_payment", f"{kind} bears no tax", "2174")
        return
    if home and integrated and form["TranDtls"].get("IgstOnIntra") != "Y":
        yield Break(
            "ValDtls.IgstVal",
            "igst_inside_a_state",
            "Seller and place of supply are one state: CGST and SGST, no IGST",
            "2172",
        )
    if not home and local:
        yield Break(
            "ValDtls.CgstVal",
            "cgst_between_states",
            "Seller and place of supply are two states: IGST, no CGST or SGST",
            "2174",
        )
    if values.get("CgstVal", 0) != values.get("SgstVal", 0):
        yield Break("ValDtls.SgstVal", "equal_halves", "CGST and SGST are to be equal", "2235")


def _of_sums(form: Form) -> Iterator[Break]:
    items, values = form["ItemList"], form["ValDtls"]
    pairs = (("AssAmt", "AssVal", "2182"), *((a, b, "2183") for a, b in _LINE_HEADS))
    for amount, value, code in (*pairs, ("CesAmt", "CesVal", "2183")):
        added = sum(item.get(amount, 0) for item in items)
        if values.get(value, 0) != added:
            yield Break(
                f"ValDtls.{value}",
                "sum_of_lines",
                f"ValDtls.{value} is {values.get(value, 0)}, and the lines make {added}",
                code,
            )
    heads = ("CgstVal", "SgstVal", "IgstVal", "CesVal", "StCesVal")
    tax = 0
    if form["TranDtls"].get("RegRev") != "Y":
        tax = sum(values.get(head, 0) for head in heads)
    whole = (
        values["AssVal"]
        + tax
        + values.get("OthChrg", 0)
        - values.get("Discount", 0)
        + values.get("RndOffAmt", 0)
    )
    if abs(values["TotInvVal"] - whole) > _TOLERANCE:
        yield Break(
            "ValDtls.TotInvVal",
            "total_within_a_rupee",
            f"ValDtls.TotInvVal is {values['TotInvVal']}, and its parts make {whole}",
            "2189",
        )
