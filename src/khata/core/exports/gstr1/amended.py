"""Amendments: a filed period as it was told and as it is, and what must be told again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from khata.core.exports.amounts import Amounts
from khata.core.exports.gstr1.entries import Entry, entries_of
from khata.core.exports.gstr1.listed import Listed, group_of, listed, row
from khata.core.exports.gstr1.netted import Net, PlaceRate, by_place, key_of, nil_row
from khata.core.exports.gstr1.sections import Section
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.tax_document import Nature, TaxDocument

LISTED = (Section.B2B, Section.B2CL, Section.EXP, Section.CDNR, Section.CDNUR)
NETTED = (Section.B2CS, Section.AT, Section.TXPD)


@dataclass(frozen=True, slots=True)
class FiledPeriod:
    """All documents of a period that has been filed: as its return told them, and as they are.

    Both hold the same documents, found by their ids. One that the return left out altogether is
    no amendment: it is declared in the period it is found in.
    """

    period: ReturnPeriod
    filed: tuple[TaxDocument, ...]
    now: tuple[TaxDocument, ...]


@dataclass(frozen=True, slots=True)
class NotAmendable:
    """A change that no table of the return can tell; a note and a new document can."""

    document: TaxDocument
    rule: str


@dataclass(frozen=True, slots=True)
class Amended:
    """What one filed period adds to the next return."""

    period: ReturnPeriod
    listed: tuple[Listed, ...]
    b2cs: dict[PlaceRate, Net]
    at: dict[PlaceRate, Net]
    txpd: dict[PlaceRate, Net]
    refused: tuple[NotAmendable, ...]
    now: tuple[Entry, ...]  # the entries of both versions, of what is amended
    was: tuple[Entry, ...]


def amendments_of(told: FiledPeriod) -> Amended:
    """Compare both versions of a period, table by table, as the return shows them.

    Listed documents are amended one by one, under their old number and day. What is netted is
    told again as whole rows, for the places and rates that changed. A change that no table can
    tell is named, and left as it was filed.
    Source: form GSTR-1, tables 9A, 9C, 10 and 11(II); CGST Act s.37(3).
    """
    filed = {one.id: one for one in told.filed}
    now = {one.id: one for one in told.now if one.id in filed}
    was_entries = entries_of(told.filed, period=told.period)
    refused = _not_amendable(filed, now, was_entries, told.period)
    now |= {one.document.id: filed[one.document.id] for one in refused}
    now_entries = entries_of(tuple(now.values()), period=told.period)
    rows = _listed(was_entries, now_entries)
    nets = {section: _nets(was_entries, now_entries, section) for section in NETTED}
    amended = {one.document.id for one in rows}

    def amends(entry: Entry) -> bool:
        if entry.section in LISTED:
            return entry.document.id in amended
        return entry.section in nets and key_of(entry) in nets[entry.section]

    return Amended(
        told.period,
        rows,
        nets[Section.B2CS],
        nets[Section.AT],
        nets[Section.TXPD],
        refused,
        tuple(entry for entry in now_entries if amends(entry)),
        tuple(entry for entry in was_entries if amends(entry)),
    )


def _listed(was: Sequence[Entry], now: Sequence[Entry]) -> tuple[Listed, ...]:
    changed = []
    for section in LISTED:
        filed = {one.document.id: one for one in listed(was, section)}
        for one in listed(now, section):
            before = filed[one.document.id]  # a document never changes its table here
            if _shown(one) != _shown(before):
                changed.append(Listed(section, one.document, one.items, before.document))
    return tuple(changed)


def _shown(one: Listed) -> object:
    return group_of(one), row(one)


def _nets(was: Sequence[Entry], now: Sequence[Entry], section: Section) -> dict[PlaceRate, Net]:
    """Return the rows that changed, as they are now; one that is no more is a row of zeros."""
    before, after = by_place(was, section), by_place(now, section)
    changed = {}
    for key in (*after, *(key for key in before if key not in after)):
        net = after.get(key, Net())
        if net.amounts != before.get(key, Net()).amounts:
            changed[key] = net
    return changed


def _not_amendable(
    filed: Mapping[UUID, TaxDocument],
    now: Mapping[UUID, TaxDocument],
    was: Sequence[Entry],
    period: ReturnPeriod,
) -> tuple[NotAmendable, ...]:
    before = _by_document(was)
    after = _by_document(entries_of(tuple(now.values()), period=period))
    found = []
    for id, document in filed.items():
        changed = now.get(id)
        rule = _barrier(document, changed, before.get(id, []), after.get(id, []))
        if rule is not None:
            found.append(NotAmendable(changed or document, rule))
    return tuple(found)


def _barrier(
    filed: TaxDocument, now: TaxDocument | None, was: Sequence[Entry], after: Sequence[Entry]
) -> str | None:
    """Return the rule that keeps this change out of the amendment tables, or None."""
    if filed.cancelled:
        return None
    if now is None or now.cancelled:
        return "it has been cancelled since it was declared: a note or a refund voucher undoes it"
    if _sections(was) != _sections(after):
        return "it would move to another table, which form GSTR-1 does not let an amendment do"
    if Section.B2CL in _sections(was) and filed.place_code != now.place_code:
        return "table 9A cannot change the place of supply of a large consumer's invoice"
    if _nil(was) != _nil(after):
        return "table 8 (nil rated, exempt, outside GST) has no amendment"
    return None


def _by_document(entries: Sequence[Entry]) -> dict[UUID, list[Entry]]:
    found: dict[UUID, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.document.id, []).append(entry)
    return found


def _sections(entries: Sequence[Entry]) -> set[Section]:
    """Return the tables of a document's lines; what it takes up of advances is told apart."""
    return {entry.section for entry in entries} - {Section.AT, Section.TXPD}


def _nil(entries: Sequence[Entry]) -> dict[tuple[str, Nature], Amounts]:
    sums: dict[tuple[str, Nature], Amounts] = {}
    for entry in entries:
        if entry.section is Section.NIL:
            key = (nil_row(entry), entry.nature)
            sums[key] = sums.get(key, Amounts()) + entry.signed
    return sums
