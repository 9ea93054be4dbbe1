"""The sales register: every document of a period, once by rate and once whole."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from khata.core.exports.amounts import Amounts, of_line
from khata.core.exports.gstr1.entries import in_order, rate_of
from khata.core.exports.gstr1.sections import Section, section_of
from khata.core.exports.json_text import rupees
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.sheets import Cell, Sheet, total_row
from khata.core.exports.tax_document import Nature, TaxDocument, TaxLine
from khata.core.money import decimal_text

_PARTICULARS = (
    "Document",
    "Number",
    "Date",
    "Status",
    "Customer",
    "GSTIN",
    "Country",
    "Place of supply",
    "Supply",
    "Treatment",
    "Reverse charge",
)
_BY_RATE = ("GSTR-1 table", "Nature", "HSN/SAC", "Rate", "Taxable value")
_TAXES = ("IGST", "CGST", "SGST/UTGST", "Cess")
_MONEY = ("Taxable value", *_TAXES)
_WHOLE = (
    "Round-off",
    "Total",
    "Against number",
    "Against date",
    "Reason",
    "Due date",
    "Currency",
    "Total in currency",
    "Exchange rate",
    "LUT",
    "IRN",
    "Acknowledgement",
    "Acknowledged on",
)


def by_rate(documents: Sequence[TaxDocument], *, period: ReturnPeriod) -> Sheet:
    """Return one row a document and rate. What lowers is negative; what is cancelled is 0."""
    rows = tuple(row for one in in_order(documents) for row in _rate_rows(one, period))
    header = (*_PARTICULARS, *_BY_RATE, *_TAXES)
    return _with_total(Sheet("Sales by rate", header, rows), _MONEY)


def by_document(documents: Sequence[TaxDocument]) -> Sheet:
    """Return one row a document, with all that an accountant looks a document up by."""
    rows = tuple(_document_row(one) for one in in_order(documents))
    header = (*_PARTICULARS, "Taxable value", *_TAXES, *_WHOLE)
    return _with_total(Sheet("Documents", header, rows), (*_MONEY, "Round-off", "Total"))


def sales_register(
    documents: Sequence[TaxDocument], *, period: ReturnPeriod
) -> tuple[Sheet, Sheet]:
    """Return both sheets of the register."""
    return by_rate(documents, period=period), by_document(documents)


def register_name(gstin: str, period: ReturnPeriod, ending: str) -> str:
    """Return what the register's file is called."""
    return f"sales-register-{gstin}-{period.year}-{period.month:02}.{ending}"


def _rate_rows(document: TaxDocument, period: ReturnPeriod) -> Iterator[tuple[Cell, ...]]:
    groups: dict[tuple[Nature, Decimal, str], list[TaxLine]] = {}
    for line in document.lines:
        groups.setdefault((line.nature, rate_of(line), line.tax_code), []).append(line)
    for (nature, rate, code), lines in groups.items():
        section = section_of(document, nature, period=period)
        amounts = Amounts()
        for line in lines:
            amounts += of_line(line)
        yield (
            *_particulars(document),
            _table(section),
            nature.value,
            code,
            rate,
            *_money(amounts.times(_sign(document))),
        )


def _document_row(document: TaxDocument) -> tuple[Cell, ...]:
    sign = _sign(document)
    amounts = Amounts()
    for line in document.lines:
        amounts += of_line(line)
    original = document.original
    return (
        *_particulars(document),
        *_money(amounts.times(sign)),
        rupees(sign * document.round_off),
        rupees(sign * document.total),
        None if original is None else original.number,
        None if original is None else original.issued_on,
        document.reason,
        document.due_on,
        document.currency,
        _in_currency(document, sign),
        document.exchange_rate,
        document.lut,
        document.irn,
        document.ack_number,
        document.ack_on,
    )


def _particulars(document: TaxDocument) -> tuple[Cell, ...]:
    buyer = document.buyer
    return (
        document.kind.value,
        document.number,
        document.issued_on,
        "cancelled" if document.cancelled else "issued",
        buyer.trade_name or buyer.legal_name,
        buyer.gstin,
        buyer.country,
        spelled_place(document),
        document.supply.value,
        document.treatment.value,
        "Y" if document.reverse_charge else "N",
    )


def spelled_place(document: TaxDocument) -> str | None:
    """Spell a place as documents and templates do: 29-Karnataka."""
    if document.place_code is None:
        return None
    return f"{document.place_code}-{document.place_name}"


def _money(amounts: Amounts) -> tuple[Decimal, ...]:
    return (
        rupees(amounts.taxable),
        rupees(amounts.igst),
        rupees(amounts.cgst),
        rupees(amounts.sgst),
        rupees(amounts.cess),
    )


def _in_currency(document: TaxDocument, sign: int) -> Decimal | None:
    if document.currency_total is None:
        return None
    return Decimal(decimal_text(sign * document.currency_total, document.currency))


def _table(section: Section | None) -> str | None:
    return None if section is None else section.value


def _sign(document: TaxDocument) -> int:
    return 0 if document.cancelled else document.kind.sign


def _with_total(sheet: Sheet, columns: Sequence[str]) -> Sheet:
    if not sheet.rows:
        return sheet
    return Sheet(sheet.name, sheet.header, (*sheet.rows, total_row(sheet, columns)))
