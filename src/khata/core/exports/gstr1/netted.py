"""The tables that add documents up: b2cs, nil, at, txpd, and their amendments."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from khata.core.exports.amounts import Amounts
from khata.core.exports.gstr1.entries import Entry
from khata.core.exports.gstr1.listed import taxes
from khata.core.exports.gstr1.sections import Section, to_registered_person
from khata.core.exports.json_text import Tree, rupees
from khata.core.exports.tax_document import Nature
from khata.core.tax.place_of_supply import SupplyKind


@dataclass(frozen=True, slots=True)
class PlaceRate:
    """What consumers' supplies and advances are netted by."""

    supply: SupplyKind  # intra or inter
    place: str
    rate: Decimal


@dataclass(slots=True)
class Net:
    """The sum of one row, and the entries it is made of."""

    amounts: Amounts = field(default_factory=Amounts)
    entries: list[Entry] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        self.amounts += entry.signed
        self.entries.append(entry)


NIL_ROWS = ("INTRB2B", "INTRAB2B", "INTRB2C", "INTRAB2C")


def by_place(entries: Iterable[Entry], section: Section) -> dict[PlaceRate, Net]:
    """Net a table by kind of supply, place and rate, in the order in which each comes first."""
    nets: dict[PlaceRate, Net] = {}
    for entry in entries:
        if entry.section is section:
            nets.setdefault(key_of(entry), Net()).add(entry)
    return nets


def key_of(entry: Entry) -> PlaceRate:
    intra = entry.document.supply is SupplyKind.INTRA
    supply = SupplyKind.INTRA if intra else SupplyKind.INTER
    return PlaceRate(supply, entry.document.place_code or "", entry.rate)


def by_nil_row(entries: Iterable[Entry]) -> dict[str, Net]:
    """Net table 8 by its four rows. INTR is between states and INTRA inside one."""
    nets = {name: Net() for name in NIL_ROWS}
    for entry in entries:
        if entry.section is Section.NIL:
            nets[nil_row(entry)].add(entry)
    return nets


def nil_row(entry: Entry) -> str:
    across = "INTRA" if entry.document.supply is SupplyKind.INTRA else "INTR"
    return across + ("B2B" if to_registered_person(entry.document) else "B2C")


def b2cs(nets: Mapping[PlaceRate, Net]) -> list[Tree]:
    """Write table 7; a row may be negative, where notes are above what was sold."""
    return [
        {
            "sply_ty": key.supply.value.upper(),
            "rt": key.rate,
            "typ": "OE",
            "pos": key.place,
            "txval": rupees(net.amounts.taxable),
            **taxes(net.amounts, key.supply),
            "csamt": rupees(net.amounts.cess),
        }
        for key, net in nets.items()
    ]


def b2csa(nets: Mapping[PlaceRate, Net], *, omon: str) -> list[Tree]:
    """Write table 10: the whole row as it should have been, by place."""
    places: dict[tuple[SupplyKind, str], list[Tree]] = {}
    for key, net in nets.items():
        places.setdefault((key.supply, key.place), []).append(
            {
                "rt": key.rate,
                "txval": rupees(net.amounts.taxable),
                **taxes(net.amounts, key.supply),
                "csamt": rupees(net.amounts.cess),
            }
        )
    return [
        {"omon": omon, "sply_ty": supply.value.upper(), "typ": "OE", "pos": place, "itms": items}
        for (supply, place), items in places.items()
    ]


def nil(nets: Mapping[str, Net]) -> Tree:
    """Write table 8, of its rows only those that have something."""
    rows: list[Tree] = []
    for name, net in nets.items():
        parts = {nature: _of(net, nature) for nature in Nature}
        if any(parts.values()):
            rows.append(
                {
                    "sply_ty": name,
                    "expt_amt": rupees(parts[Nature.EXEMPT]),
                    "nil_amt": rupees(parts[Nature.NIL_RATED]),
                    "ngsup_amt": rupees(parts[Nature.NON_GST]),
                }
            )
    return {"inv": rows}


def advances(
    nets: Mapping[PlaceRate, Net], *, cess_always: bool, omon: str | None = None
) -> list[Tree]:
    """Write table 11. An advance is told without its tax, and a row of nothing is left out.

    The tool names a cess of 0 for advances received, and none for advances adjusted.
    """
    places: dict[tuple[str, SupplyKind], list[Tree]] = {}
    for key, net in nets.items():
        if omon is None and not net.amounts:
            continue
        cess = rupees(net.amounts.cess) if cess_always or net.amounts.cess else None
        places.setdefault((key.place, key.supply), []).append(
            {
                "rt": key.rate,
                "ad_amt": rupees(net.amounts.taxable),
                **taxes(net.amounts, key.supply),
                "csamt": cess,
            }
        )
    return [
        {"omon": omon, "pos": place, "sply_ty": supply.value.upper(), "itms": items}
        for (place, supply), items in places.items()
    ]


def _of(net: Net, nature: Nature) -> int:
    return sum(entry.signed.taxable for entry in net.entries if entry.nature is nature)
