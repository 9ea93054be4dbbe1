"""The tables that list documents one by one: b2b, b2cl, exp, cdnr, cdnur, and their amendments."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from khata.core.exports.amounts import Amounts
from khata.core.exports.gstr1.entries import Entry
from khata.core.exports.gstr1.sections import (
    Section,
    export_type,
    invoice_type,
    note_type,
)
from khata.core.exports.json_text import Tree, rupees
from khata.core.exports.tax_document import DocumentKind, TaxDocument
from khata.core.tax.place_of_supply import SupplyKind


@dataclass(frozen=True, slots=True)
class Listed:
    """One document in one of these tables, with its rates; `filed` is what it amends."""

    section: Section
    document: TaxDocument
    items: tuple[Entry, ...]
    filed: TaxDocument | None = None


def listed(entries: Iterable[Entry], section: Section) -> tuple[Listed, ...]:
    """Gather a table's entries by document, in their order."""
    by_document: dict[object, list[Entry]] = {}
    for entry in entries:
        if entry.section is section:
            by_document.setdefault(entry.document.id, []).append(entry)
    return tuple(Listed(section, some[0].document, tuple(some)) for some in by_document.values())


def table(section: Section, rows: Sequence[Listed]) -> list[Tree]:
    """Write one of the tables. The order of keys is that of the offline tool, V3.2.4."""
    return _TABLES[section](rows)


def row(one: Listed) -> dict[str, Tree]:
    """Write one document of a table, without the group it stands in."""
    return _ROWS[one.section](one)


def group_of(one: Listed) -> str:
    """Return what a table groups its documents by: the buyer, the place or the kind of export."""
    document = one.document
    if one.section in (Section.B2B, Section.CDNR):
        return document.buyer.gstin or ""
    if one.section is Section.EXP:
        return export_type(document)
    return document.place_code or ""


def day(on: date) -> str:
    return on.strftime("%d-%m-%Y")


def taxes(amounts: Amounts, supply: SupplyKind) -> dict[str, Tree]:
    """Write the heads a supply has: two inside a state, one between states, never three."""
    if supply is SupplyKind.INTRA:
        return {"camt": rupees(amounts.cgst), "samt": rupees(amounts.sgst)}
    return {"iamt": rupees(amounts.igst)}


def rate_number(rate: Decimal) -> int:
    """Return the tool's own number of an item: the rate times 100, plus 1; 18 % is 1801."""
    return int(rate * 100) + 1


def _b2b(one: Listed) -> dict[str, Tree]:
    document = one.document
    return {
        **_was(one, "oinum", "oidt"),
        "inum": document.number,
        "idt": day(document.issued_on),
        "val": rupees(document.total),
        "pos": document.place_code,
        "rchrg": _yes(document.reverse_charge),
        "inv_typ": invoice_type(document),
        "itms": [_item(entry) for entry in one.items],
    }


def _b2cl(one: Listed) -> dict[str, Tree]:
    document = one.document
    return {
        **_was(one, "oinum", "oidt"),
        "inum": document.number,
        "idt": day(document.issued_on),
        "val": rupees(document.total),
        "itms": [_item(entry, cess_always=False) for entry in one.items],
    }


def _exp(one: Listed) -> dict[str, Tree]:
    document = one.document
    return {
        **_was(one, "oinum", "oidt"),
        "inum": document.number,
        "idt": day(document.issued_on),
        "val": rupees(document.total),
        "itms": [
            {
                "txval": rupees(entry.amounts.taxable),
                "rt": entry.rate,
                "iamt": rupees(entry.amounts.igst),
                "csamt": rupees(entry.amounts.cess),
            }
            for entry in one.items
        ],
    }


def _cdnr(one: Listed) -> dict[str, Tree]:
    document = one.document
    return {
        **_note(one),
        "pos": document.place_code,
        "rchrg": _yes(document.reverse_charge),
        "inv_typ": invoice_type(document),
        "itms": [_item(entry) for entry in one.items],
    }


def _cdnur(one: Listed) -> dict[str, Tree]:
    document = one.document
    export = document.supply is SupplyKind.EXPORT
    return {
        **_note(one),
        "typ": note_type(document),
        "pos": None if export else document.place_code,
        "itms": [_item(entry) for entry in one.items],
    }


def _note(one: Listed) -> dict[str, Tree]:
    document = one.document
    return {
        **_was(one, "ont_num", "ont_dt"),
        "nt_num": document.number,
        "nt_dt": day(document.issued_on),
        "ntty": "C" if document.kind is DocumentKind.CREDIT_NOTE else "D",
        "val": rupees(document.total),
    }


def _was(one: Listed, number: str, on: str) -> dict[str, Tree]:
    if one.filed is None:
        return {}
    return {number: one.filed.number, on: day(one.filed.issued_on)}


def _item(entry: Entry, *, cess_always: bool = True) -> dict[str, Tree]:
    """Write one rate; the table of large consumers names no cess where there is none."""
    amounts = entry.amounts
    cess = rupees(amounts.cess) if cess_always or amounts.cess else None
    return {
        "num": rate_number(entry.rate),
        "itm_det": {
            "txval": rupees(amounts.taxable),
            "rt": entry.rate,
            **taxes(amounts, entry.document.supply),
            "csamt": cess,
        },
    }


def _yes(true: bool) -> str:
    return "Y" if true else "N"


def _grouped(outer: str, inner: str) -> Callable[[Sequence[Listed]], list[Tree]]:
    def write(rows: Sequence[Listed]) -> list[Tree]:
        groups: dict[str, list[Tree]] = {}
        for one in rows:
            groups.setdefault(group_of(one), []).append(row(one))
        return [{outer: name, inner: members} for name, members in groups.items()]

    return write


_ROWS: dict[Section, Callable[[Listed], dict[str, Tree]]] = {
    Section.B2B: _b2b,
    Section.B2CL: _b2cl,
    Section.EXP: _exp,
    Section.CDNR: _cdnr,
    Section.CDNUR: _cdnur,
}
_TABLES: dict[Section, Callable[[Sequence[Listed]], list[Tree]]] = {
    Section.B2B: _grouped("ctin", "inv"),
    Section.B2CL: _grouped("pos", "inv"),
    Section.EXP: _grouped("exp_typ", "inv"),
    Section.CDNR: _grouped("ctin", "nt"),
    Section.CDNUR: lambda rows: [row(one) for one in rows],
}
