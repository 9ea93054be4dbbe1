"""GSTR-1 as the sheets of the offline tool's Excel template, for who works in Excel."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from khata.core.exports.gstr1.entries import Entry
from khata.core.exports.gstr1.file import Gstr1
from khata.core.exports.gstr1.hsn import CodeRate, CodeTotal
from khata.core.exports.gstr1.issued import NATURES
from khata.core.exports.gstr1.listed import Listed, listed
from khata.core.exports.gstr1.netted import Net, by_nil_row, by_place
from khata.core.exports.gstr1.sections import (
    Section,
    export_type,
    invoice_type,
    note_type,
)
from khata.core.exports.json_text import rupees
from khata.core.exports.sales_register import spelled_place
from khata.core.exports.sheets import Cell, Sheet
from khata.core.exports.tax_document import DocumentKind, Nature
from khata.core.tax.place_of_supply import SupplyKind
from khata.core.tax.states import state_by_code

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_INVOICE_TYPES = {
    "R": "Regular B2B",
    "SEWP": "SEZ supplies with payment",
    "SEWOP": "SEZ supplies without payment",
}
_NIL_ROWS = {
    "INTRB2B": "Inter-State supplies to registered persons",
    "INTRAB2B": "Intra-State supplies to registered persons",
    "INTRB2C": "Inter-State supplies to unregistered persons",
    "INTRAB2C": "Intra-State supplies to unregistered persons",
}
_PARTIAL = "Applicable % of Tax Rate"
_OPERATOR = "E-Commerce GSTIN"
_LAST = ("Rate", "Taxable Value", "Cess Amount")
_CODES = (
    "HSN",
    "Description",
    "UQC",
    "Total Quantity",
    "Total Value",
    "Rate",
    "Taxable Value",
    "Integrated Tax Amount",
    "Central Tax Amount",
    "State/UT Tax Amount",
    "Cess Amount",
)


def template_sheets(told: Gstr1) -> tuple[Sheet, ...]:
    """Return the template's sheets: one row a document and rate, days as text, as it wants them.

    Amendments are in the JSON file alone. Source: GSTR1_Excel_Workbook_Template V2.2; its
    importer takes days only as text, such as 14-Jul-2017.
    """
    return (
        _b2b(told),
        _b2cl(told),
        _b2cs(told),
        _cdnr(told),
        _cdnur(told),
        _exp(told),
        _advances(told, Section.AT, "at", "Advance Received - 11A(1), 11A(2)", "Received"),
        _advances(told, Section.TXPD, "atadj", "Advance Adjusted - 11B(1), 11B(2)", "Adjusted"),
        _exemp(told),
        *_hsn(told),
        _docs(told),
    )


def _b2b(told: Gstr1) -> Sheet:
    header = (
        *("GSTIN/UIN of Recipient", "Receiver Name", "Invoice Number", "Invoice date"),
        *("Invoice Value", "Place Of Supply", "Reverse Charge", _PARTIAL, "Invoice Type"),
        *(_OPERATOR, *_LAST),
    )
    rows = tuple(
        (
            *_buyer(one),
            one.document.number,
            day_text(one.document.issued_on),
            rupees(one.document.total),
            spelled_place(one.document),
            _yes(one),
            None,
            _INVOICE_TYPES[invoice_type(one.document)],
            None,
            *_amounts(entry),
        )
        for one, entry in _rates(told, Section.B2B)
    )
    return _sheet("b2b,sez,de", "B2B, SEZ, DE Invoices - 4A, 4B, 6B, 6C", header, rows)


def _b2cl(told: Gstr1) -> Sheet:
    header = (
        *("Invoice Number", "Invoice date", "Invoice Value", "Place Of Supply", _PARTIAL),
        *(*_LAST, _OPERATOR),
    )
    rows = tuple(
        (
            one.document.number,
            day_text(one.document.issued_on),
            rupees(one.document.total),
            spelled_place(one.document),
            None,
            *_amounts(entry),
            None,
        )
        for one, entry in _rates(told, Section.B2CL)
    )
    return _sheet("b2cl", "B2C(Large) Invoices - 5A, 5B", header, rows)


def _b2cs(told: Gstr1) -> Sheet:
    header = ("Type", "Place Of Supply", _PARTIAL, *_LAST, _OPERATOR)
    rows = tuple(
        (
            "OE",
            _place(key.place),
            None,
            key.rate,
            rupees(net.amounts.taxable),
            rupees(net.amounts.cess),
            None,
        )
        for key, net in by_place(told.entries, Section.B2CS).items()
    )
    return _sheet("b2cs", "B2C(Small) Details - 7", header, rows)


def _cdnr(told: Gstr1) -> Sheet:
    header = (
        *("GSTIN/UIN of Recipient", "Receiver Name", "Note Number", "Note Date", "Note Type"),
        *("Place Of Supply", "Reverse Charge", "Note Supply Type", "Note Value", _PARTIAL),
        *_LAST,
    )
    rows = tuple(
        (
            *_buyer(one),
            one.document.number,
            day_text(one.document.issued_on),
            _note(one),
            spelled_place(one.document),
            _yes(one),
            _INVOICE_TYPES[invoice_type(one.document)],
            rupees(one.document.total),
            None,
            *_amounts(entry),
        )
        for one, entry in _rates(told, Section.CDNR)
    )
    return _sheet("cdnr", "Credit/Debit Notes (Registered) - 9B", header, rows)


def _cdnur(told: Gstr1) -> Sheet:
    header = (
        *("UR Type", "Note Number", "Note Date", "Note Type", "Place Of Supply", "Note Value"),
        *(_PARTIAL, *_LAST),
    )
    rows = tuple(
        (
            note_type(one.document),
            one.document.number,
            day_text(one.document.issued_on),
            _note(one),
            None if one.document.supply is SupplyKind.EXPORT else spelled_place(one.document),
            rupees(one.document.total),
            None,
            *_amounts(entry),
        )
        for one, entry in _rates(told, Section.CDNUR)
    )
    return _sheet("cdnur", "Credit/Debit Notes (Unregistered) - 9B", header, rows)


def _exp(told: Gstr1) -> Sheet:
    header = (
        *("Export Type", "Invoice Number", "Invoice date", "Invoice Value", "Port Code"),
        *("Shipping Bill Number", "Shipping Bill Date", *_LAST),
    )
    rows = tuple(
        (
            export_type(one.document),
            one.document.number,
            day_text(one.document.issued_on),
            rupees(one.document.total),
            None,
            None,
            None,
            *_amounts(entry),
        )
        for one, entry in _rates(told, Section.EXP)
    )
    return _sheet("exp", "Exports Invoices - 6A", header, rows)


def _advances(told: Gstr1, section: Section, name: str, title: str, what: str) -> Sheet:
    header = ("Place Of Supply", _PARTIAL, "Rate", f"Gross Advance {what}", "Cess Amount")
    rows = tuple(
        (
            _place(key.place),
            None,
            key.rate,
            rupees(net.amounts.taxable),
            rupees(net.amounts.cess),
        )
        for key, net in by_place(told.entries, section).items()
        if net.amounts
    )
    return _sheet(name, title, header, rows)


def _exemp(told: Gstr1) -> Sheet:
    header = (
        *("Description", "Nil Rated Supplies"),
        *("Exempted(other than nil rated/non GST supply)", "Non-GST Supplies"),
    )
    rows = tuple(
        (
            _NIL_ROWS[name],
            _nil_value(net, Nature.NIL_RATED),
            _nil_value(net, Nature.EXEMPT),
            _nil_value(net, Nature.NON_GST),
        )
        for name, net in by_nil_row(told.entries).items()
    )
    title = "Nil rated, exempted and non-GST outward supplies - 8"
    return _sheet("exemp", title, header, rows)


def _nil_value(net: Net, nature: Nature) -> Decimal:
    return rupees(sum(one.signed.taxable for one in net.entries if one.nature is nature))


def _hsn(told: Gstr1) -> Iterator[Sheet]:
    names = {"hsn_b2b": "hsn(b2b)", "hsn_b2c": "hsn(b2c)"}
    if any(key.half == "data" for key in told.codes):
        names = {"data": "hsn"}
    for half, name in names.items():
        rows = tuple(_code_row(key, total) for key, total in told.codes.items() if key.half == half)
        yield _sheet(name, "HSN Summary - 12", _CODES, rows)


def _code_row(key: CodeRate, total: CodeTotal) -> tuple[Cell, ...]:
    amounts = total.amounts
    return (
        key.code,
        total.description,
        key.unit,
        total.quantity,
        rupees(amounts.taxable + amounts.tax),
        key.rate,
        rupees(amounts.taxable),
        rupees(amounts.igst),
        rupees(amounts.cgst),
        rupees(amounts.sgst),
        rupees(amounts.cess),
    )


def _docs(told: Gstr1) -> Sheet:
    header = ("Nature of Document", "Sr. No. From", "Sr. No. To", "Total Number", "Cancelled")
    rows = tuple(
        (NATURES[one.kind][1], one.first, one.last, one.count, one.cancelled)
        for one in told.numbers
    )
    return _sheet("docs", "Documents Issued - 13", header, rows)


def _rates(told: Gstr1, section: Section) -> Iterator[tuple[Listed, Entry]]:
    for one in listed(told.entries, section):
        for entry in one.items:
            yield one, entry


def _amounts(entry: Entry) -> tuple[Decimal, Decimal, Decimal]:
    return entry.rate, rupees(entry.amounts.taxable), rupees(entry.amounts.cess)


def _buyer(one: Listed) -> tuple[str | None, str]:
    buyer = one.document.buyer
    return buyer.gstin, buyer.trade_name or buyer.legal_name


def _note(one: Listed) -> str:
    return "C" if one.document.kind is DocumentKind.CREDIT_NOTE else "D"


def _yes(one: Listed) -> str:
    return "Y" if one.document.reverse_charge else "N"


def _place(code: str) -> str:
    state = state_by_code(code)
    return code if state is None else f"{code}-{state.name}"


def day_text(day: date) -> str:
    """Spell a day as the template's importer wants it, as text: 14-Jul-2017."""
    return f"{day.day:02}-{_MONTHS[day.month - 1]}-{day.year}"


def _sheet(
    name: str, title: str, header: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...]
) -> Sheet:
    """Make a sheet with its header in the fourth line, where the template has it."""
    return Sheet(name, header, rows, above=((f"Summary For {title}",), (), ()))
