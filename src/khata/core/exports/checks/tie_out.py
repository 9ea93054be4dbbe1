"""The tie-out: the file, its own tables, the documents and the ledger agree to the paisa."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from khata.core.exports.amounts import NOTHING, Amounts, of_advance, of_line, total_of
from khata.core.exports.checks.finding import Booked, Books, Finding, Severity, blocks, spelled
from khata.core.exports.gstr1.amended import LISTED
from khata.core.exports.gstr1.file import Gstr1
from khata.core.exports.gstr1.listed import listed
from khata.core.exports.gstr1.sections import Section, section_of
from khata.core.exports.gstr3b import gstr3b
from khata.core.exports.json_text import Tree
from khata.core.exports.tax_document import DocumentKind, Nature, TaxDocument
from khata.core.tax.place_of_supply import Treatment

_REGISTERED, _CONSUMERS = "registered buyers", "consumers and exports"
_NAMES = ("taxable value", "IGST", "CGST", "SGST", "cess")


def check_file(told: Gstr1, tree: Mapping[str, Tree] | None = None) -> Iterator[Finding]:
    """Add up the file as it is written, and compare its tables with table 12 and the documents.

    Source: GSTN advisory on phase III of table 12: its value is compared with the other tables.
    """
    file: Mapping[str, Any] = told.tree() if tree is None else tree
    tables = _tables(file)
    codes = _codes(file)
    if "data" in codes:
        yield from _compare_codes(codes["data"], total_of(tables.values()), "all buyers")
    else:
        for half, name in ((_REGISTERED, "hsn_b2b"), (_CONSUMERS, "hsn_b2c")):
            yield from _compare_codes(codes.get(name, NOTHING), tables[half], half)
    supplied = total_of(_supplied(one, told) for one in told.documents)
    for name, have, want in _differences(total_of(tables.values()), supplied):
        yield blocks(
            "tables_differ_from_documents",
            f"The tables hold {name} of {spelled(have)}, the documents {spelled(want)}",
        )
    yield from _compare_values(file, told)
    yield from _compare_advances(file, told)


def check_books(told: Gstr1, books: Books) -> Iterator[Finding]:
    """Compare every document with what the ledger holds of it, and the heads with its accounts.

    A filed period is closed, so what an amendment changes has been booked in this one.
    """
    declared = {one.id: one for one in told.documents if _in_scope(one)}
    for document in declared.values():
        yield from _against_books(document, books.booked.get(document.id), told)
    amended = {entry.document.id for past in told.amended for entry in past.now}
    for stray in sorted(set(books.booked) - set(declared) - amended):
        if books.booked[stray] != Booked(0):
            yield Finding(
                "booked_not_declared",
                Severity.BLOCKS,
                f"The ledger holds {spelled(books.booked[stray].receivable)} of a document that "
                "the return does not declare",
                (stray,),
            )
    owed = gstr3b(told).exact
    for name, have, want in _differences(books.output_tax, owed, skip_value=True):
        yield blocks(
            "books_differ",
            f"The ledger's {name} account moved by {spelled(have)}, the return owes "
            f"{spelled(want)}",
        )


def _in_scope(document: TaxDocument) -> bool:
    return document.treatment is not Treatment.OUT_OF_SCOPE


def _against_books(document: TaxDocument, booked: Booked | None, told: Gstr1) -> Iterator[Finding]:
    want = to_be_booked(document, told)
    if booked is None:
        if want != Booked(0):
            yield blocks("not_booked", f"The ledger holds nothing of {document.number}", document)
        return
    for field, name in _FIELDS.items():
        have, wanted = getattr(booked, field), getattr(want, field)
        if have != wanted:
            yield blocks(
                "books_differ_from_document",
                f"{document.number}: the ledger holds {name} of {spelled(have)}, the document "
                f"{spelled(wanted)}",
                document,
            )


_FIELDS = {
    "value": "a value without tax",
    "igst": "IGST",
    "cgst": "CGST",
    "sgst": "SGST",
    "cess": "cess",
    "round_off": "a round-off",
    "advances": "advances taken up",
    "receivable": "a receivable",
}


def to_be_booked(document: TaxDocument, told: Gstr1) -> Booked:
    """Return what the ledger must hold of a document for the return to be right."""
    if document.cancelled:
        return Booked(0)
    sign = document.kind.sign
    tax = NOTHING if document.reverse_charge else total_of(map(of_line, document.lines))
    taken_up = total_of(_taken_up(document, told))
    tax = tax.times(sign) - taken_up
    return Booked(
        value=sign * document.taxable,
        igst=tax.igst,
        cgst=tax.cgst,
        sgst=tax.sgst,
        cess=tax.cess,
        round_off=sign * document.round_off,
        advances=taken_up.taxable,
        receivable=sign * document.total,
    )


def _taken_up(document: TaxDocument, told: Gstr1) -> Iterator[Amounts]:
    if section_of(document, Nature.TAXABLE, period=told.period) is None:
        return
    for advance in document.advances:
        yield of_advance(advance)


def _supplied(document: TaxDocument, told: Gstr1) -> Amounts:
    """Return what a document adds to tables 4 to 9, straight from its lines."""
    vouchers = (DocumentKind.RECEIPT_VOUCHER, DocumentKind.REFUND_VOUCHER)
    if not _in_scope(document) or document.kind in vouchers or document.cancelled:
        return NOTHING
    return total_of(map(of_line, document.lines)).times(document.kind.sign)


def _compare_values(file: Mapping[str, Any], told: Gstr1) -> Iterator[Finding]:
    """Compare the whole values of listed documents, which no table adds up."""
    for section in LISTED:
        rows = listed(told.entries, section)
        have = sum(_paise(one["val"]) for one in _listed_rows(file, section))
        want = sum(one.document.total for one in rows)
        if have != want:
            yield blocks(
                "values_differ_from_documents",
                f"Table {section} holds documents of {spelled(have)} in all, and they are of "
                f"{spelled(want)}",
            )


def _compare_advances(file: Mapping[str, Any], told: Gstr1) -> Iterator[Finding]:
    for section in (Section.AT, Section.TXPD):
        items = [item for place in file.get(section.value, []) for item in place["itms"]]
        have = total_of(_read({**item, "txval": item["ad_amt"]}) for item in items)
        want = total_of(one.signed for one in told.entries if one.section is section)
        for name, one, other in _differences(have, want):
            yield blocks(
                "advances_differ_from_documents",
                f"Table {section} has {name} of {spelled(one)}, the documents {spelled(other)}",
            )


def _listed_rows(file: Mapping[str, Any], section: Section) -> list[Mapping[str, Any]]:
    if section is Section.CDNUR:
        return list(file.get("cdnur", []))
    inner = "nt" if section is Section.CDNR else "inv"
    return [one for group in file.get(section.value, []) for one in group[inner]]


def _compare_codes(codes: Amounts, tables: Amounts, who: str) -> Iterator[Finding]:
    for name, have, want in _differences(codes, tables):
        yield blocks(
            "codes_differ_from_tables",
            f"Table 12 has {name} of {spelled(have)} for {who}, the other tables {spelled(want)}",
        )


def _differences(
    have: Amounts, want: Amounts, *, skip_value: bool = False
) -> Iterator[tuple[str, int, int]]:
    pairs = zip(_NAMES, _five(have), _five(want), strict=True)
    for name, one, other in list(pairs)[1 if skip_value else 0 :]:
        if one != other:
            yield name, one, other


def _five(amounts: Amounts) -> tuple[int, int, int, int, int]:
    return (amounts.taxable, amounts.igst, amounts.cgst, amounts.sgst, amounts.cess)


def _tables(file: Mapping[str, Any]) -> dict[str, Amounts]:
    """Add up tables 4 to 9 of a written file, notes with their sign, by who bought."""
    registered = [_items(one) for one in _listed_rows(file, Section.B2B)]
    registered += [_note(one) for one in _listed_rows(file, Section.CDNR)]
    consumers = [_items(one) for one in _listed_rows(file, Section.B2CL)]
    consumers += [_items(one) for one in _listed_rows(file, Section.EXP)]
    consumers += [_note(one) for one in _listed_rows(file, Section.CDNUR)]
    consumers += [_read(one) for one in file.get("b2cs", [])]
    for one in file.get("nil", {}).get("inv", []):
        value = sum(_paise(one.get(key)) for key in ("expt_amt", "nil_amt", "ngsup_amt"))
        (registered if one["sply_ty"].endswith("B2B") else consumers).append(Amounts(value))
    return {_REGISTERED: total_of(registered), _CONSUMERS: total_of(consumers)}


def _codes(file: Mapping[str, Any]) -> dict[str, Amounts]:
    return {half: total_of(map(_read, rows)) for half, rows in file.get("hsn", {}).items()}


def _note(note: Mapping[str, Any]) -> Amounts:
    return _items(note).times(-1 if note["ntty"] == "C" else 1)


def _items(document: Mapping[str, Any]) -> Amounts:
    return total_of(_read(item.get("itm_det", item)) for item in document["itms"])


def _read(row: Mapping[str, Any]) -> Amounts:
    return Amounts(*(_paise(row.get(key)) for key in ("txval", "iamt", "camt", "samt", "csamt")))


def _paise(rupees: Decimal | int | None) -> int:
    return 0 if rupees is None else int(Decimal(rupees).scaleb(2))
