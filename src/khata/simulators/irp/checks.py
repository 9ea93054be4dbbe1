"""What the pretend portal checks of a document before it gives it a number, by NIC's codes."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from khata.core.exports.inv01_schema import breaks_of_schema
from khata.core.tax.gstin import InvalidGstin, parse_gstin

Form = Mapping[str, Any]
Fault = tuple[str, str]  # code, message

REPORT_DAYS: Final = 30  # its own day is the first
_HEADS = ("IgstAmt", "CgstAmt", "SgstAmt", "CesAmt")


def faults_of(
    form: Any, *, gstin: str, today: date, sandbox: bool, thirty_days: bool
) -> list[Fault]:
    """Return why a document is refused: the schema's breaks alone, or else all other rules'.

    `sandbox` lets GSTINs pass whose last character is wrong, as NIC's own samples have.
    """
    if not isinstance(form, dict):
        return [("2140", "The payload is no object")]
    shape = breaks_of_schema(form)
    if shape:
        return [("2140", one.detail) for one in shape[:10]]
    return [
        *_whose(form, gstin, sandbox=sandbox),
        *_when(form, today, thirty_days=thirty_days),
        *_lines(form),
        *_heads(form),
        *_sums(form),
    ]


def day_of(form: Form) -> date:
    return read_day(form["DocDtls"]["Dt"])


def read_day(text: str) -> date:
    """Read a day such as 31/03/2026. Raises: ValueError."""
    return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007  # a day has no zone


def _whose(form: Form, gstin: str, *, sandbox: bool) -> Iterator[Fault]:
    seller, buyer = form["SellerDtls"]["Gstin"], form["BuyerDtls"]["Gstin"]
    kind = form["TranDtls"]["SupTyp"]
    if seller != gstin:
        yield "2143", "Invoice does not belong to the user's GSTIN"
    if seller == buyer:
        yield "2211", "Supplier and recipient GSTIN should not be the same"
    for one in (seller, buyer):
        if one != "URP" and not sandbox and not _well_formed(one):
            yield "3028", f"GSTIN - {one} is invalid"
    if buyer == "URP" and not kind.startswith("EXP"):
        yield "2142", "URP is for exports only"
    if buyer != "URP" and int(form["BuyerDtls"]["Stcd"]) != int(buyer[:2]):
        yield "2265", "Recipient GSTIN state code does not match the state code passed"
    if int(form["SellerDtls"]["Stcd"]) != int(seller[:2]):
        yield "2266", "Supplier GSTIN state code does not match the state code passed"


def _well_formed(gstin: str) -> bool:
    try:
        parse_gstin(gstin)
    except InvalidGstin:
        return False
    return True


def _when(form: Form, today: date, *, thirty_days: bool) -> Iterator[Fault]:
    try:
        day = day_of(form)
    except ValueError:
        yield "2140", "DocDtls.Dt is no day of the calendar"
        return
    if day > today:
        yield "2163", "The document date should not be future date"
    if thirty_days and today > day + timedelta(days=REPORT_DAYS - 1):
        yield "2142", "The document date is older than 30 days"


def _lines(form: Form) -> Iterator[Fault]:
    for item in form["ItemList"]:
        where = f"SlNo {item['SlNo']}"
        if item["HsnCd"].startswith("99") is not (item["IsServc"] == "Y"):
            yield "2176", f"Invalid HSN code {item['HsnCd']} in {where}"
        if item["TotAmt"] - item.get("Discount", 0) != item["AssAmt"]:
            yield "2193", f"Invalid assessable amount in {where}"
        if "Qty" in item and item["Qty"] * item["UnitPrice"] != item["TotAmt"]:
            yield "2192", f"Invalid total amount in {where}"


def _heads(form: Form) -> Iterator[Fault]:
    local = any(item.get("CgstAmt") or item.get("SgstAmt") for item in form["ItemList"])
    integrated = any(item.get("IgstAmt") for item in form["ItemList"])
    kind = form["TranDtls"]["SupTyp"]
    if kind != "B2B":
        if local or (integrated and kind.endswith("WOP")):
            yield "2174", f"For {kind} these heads of tax are not applicable"
        return
    same = int(form["SellerDtls"]["Stcd"]) == int(form["BuyerDtls"]["Pos"])
    if same and integrated and form["TranDtls"].get("IgstOnIntra") != "Y":
        yield "2172", "For intra-state transaction, IGST amounts are not applicable"
    if not same and local:
        yield "2174", "For inter-state transaction, CGST and SGST amounts are not applicable"
    for item in form["ItemList"]:
        halves = item.get("CgstAmt", 0), item.get("SgstAmt", 0)
        whole = item.get("IgstAmt", 0) + sum(halves)
        due = item["AssAmt"] * item["GstRt"] / 100
        if halves[0] != halves[1] or abs(whole - due) > 1:
            yield "2235", f"Invalid tax amounts in SlNo {item['SlNo']}"


def _sums(form: Form) -> Iterator[Fault]:
    values = form["ValDtls"]
    if values["AssVal"] != sum(item["AssAmt"] for item in form["ItemList"]):
        yield "2182", "Total assessable value does not match the sum of the items"
    charged = form["TranDtls"].get("RegRev") != "Y"
    taxes = Decimal(0)
    for item in form["ItemList"]:
        tax = sum(item.get(head, 0) for head in _HEADS) if charged else 0
        taxes += tax
        if abs(item["TotItemVal"] - item["AssAmt"] - tax - item.get("OthChrg", 0)) > 1:
            yield "2195", f"Invalid total item value in SlNo {item['SlNo']}"
    whole = values["AssVal"] + taxes + values.get("OthChrg", 0) + values.get("RndOffAmt", 0)
    if abs(values["TotInvVal"] - (whole - values.get("Discount", 0))) > 1:
        yield "2189", "Invalid total invoice value"
