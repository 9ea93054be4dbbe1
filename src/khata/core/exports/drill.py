"""Drill-down: from each figure of a return to the documents it is made of."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from khata.core.exports.amounts import Amounts, total_of
from khata.core.exports.gstr1.amended import LISTED
from khata.core.exports.gstr1.file import Gstr1
from khata.core.exports.gstr1.issued import NATURES
from khata.core.exports.gstr1.listed import Listed, group_of, listed
from khata.core.exports.gstr1.netted import Net, PlaceRate, by_nil_row, by_place
from khata.core.exports.gstr1.sections import Section
from khata.core.exports.gstr3b import BUYERS, ROWS, Gstr3b
from khata.core.exports.tax_document import TaxDocument


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: the table it stands in, what its row is found by, and where it comes from."""

    table: str  # b2b, b2ba, …, hsn_b2b; or of GSTR-3B osup_det, unreg_details, …
    key: tuple[str, ...]  # such as buyer and number, or kind of supply, place and rate
    amounts: Amounts
    documents: tuple[UUID, ...]


def figures_of(told: Gstr1) -> tuple[Figure, ...]:
    """Return every figure of a GSTR-1, amendments and table 13 with it."""
    return tuple(_gstr1(told))


def figures_of_3b(told: Gstr3b) -> tuple[Figure, ...]:
    """Return the figures of tables 3.1 and 3.2 of a GSTR-3B."""
    rows = [
        Figure(name, (), told.supplies[name].amounts, tuple(told.supplies[name].documents))
        for name in ROWS
    ]
    places = [
        Figure(buyer, (place,), figure.amounts, tuple(figure.documents))
        for buyer in BUYERS
        for place, figure in sorted(told.interstate[buyer].items())
    ]
    return (*rows, *places)


def documents_of(figures: Iterable[Figure], table: str, *key: str) -> tuple[UUID, ...]:
    """Return the documents of a table, or of those rows whose key begins like this one."""
    found: dict[UUID, None] = {}
    for figure in figures:
        if figure.table == table and figure.key[: len(key)] == key:
            found |= dict.fromkeys(figure.documents)
    return tuple(found)


def _gstr1(told: Gstr1) -> Iterator[Figure]:
    for section in LISTED:
        for one in listed(told.entries, section):
            yield _listed(one, section.value)
    yield from _netted(by_place(told.entries, Section.B2CS), "b2cs")
    for name, net in by_nil_row(told.entries).items():
        if net.entries:
            yield Figure("nil", (name,), net.amounts, _ids(net))
    yield from _netted(by_place(told.entries, Section.AT), "at")
    yield from _netted(by_place(told.entries, Section.TXPD), "txpd")
    for code, total in told.codes.items():
        key = (code.code, code.unit, str(code.rate))
        yield Figure(code.half, key, total.amounts, tuple(total.documents))
    yield from _issued(told)
    for past in told.amended:
        for one in past.listed:
            yield _listed(one, f"{one.section.value}a")
        for name, nets in (("b2csa", past.b2cs), ("ata", past.at), ("txpda", past.txpd)):
            yield from _netted(nets, name, past.period.fp)


def _listed(one: Listed, table: str) -> Figure:
    key = (group_of(one), one.document.number)
    amounts = total_of(entry.amounts for entry in one.items)
    return Figure(table, key, amounts, (one.document.id,))


def _netted(nets: dict[PlaceRate, Net], table: str, *omon: str) -> Iterator[Figure]:
    for key, net in nets.items():
        spelled = (*omon, key.supply.value.upper(), key.place, str(key.rate))
        yield Figure(table, spelled, net.amounts, _ids(net))


def _issued(told: Gstr1) -> Iterator[Figure]:
    for number, name in sorted(set(NATURES.values())):
        of_nature = [one for one in told.documents if NATURES[one.kind][0] == number]
        if of_nature:
            yield Figure("doc_issue", (str(number), name), Amounts(), _ids_of(of_nature))


def _ids(net: Net) -> tuple[UUID, ...]:
    return _ids_of(entry.document for entry in net.entries)


def _ids_of(documents: Iterable[TaxDocument]) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(one.id for one in documents))
