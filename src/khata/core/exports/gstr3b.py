"""GSTR-3B: the month in totals, as the portal fills it in from GSTR-1, to compare and to pay by."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from khata.core.exports.amounts import NOTHING, Amounts, total_of
from khata.core.exports.gstr1.entries import Entry
from khata.core.exports.gstr1.file import Gstr1
from khata.core.exports.gstr1.sections import Section
from khata.core.exports.json_text import Tree, json_text, rupees
from khata.core.exports.return_rules import portal_fills_interstate
from khata.core.exports.tax_document import Nature, TaxDocument
from khata.core.money import half_up
from khata.core.tax.gstin import is_uin
from khata.core.tax.place_of_supply import SupplyKind

TAXABLE = "osup_det"  # 3.1(a)
ZERO_RATED = "osup_zero"  # 3.1(b)
NIL_EXEMPT = "osup_nil_exmp"  # 3.1(c)
REVERSE_CHARGE = "isup_rev"  # 3.1(d), of purchases
NON_GST = "osup_nongst"  # 3.1(e)
ROWS = (TAXABLE, ZERO_RATED, NIL_EXEMPT, REVERSE_CHARGE, NON_GST)

UNREGISTERED, COMPOSITION, UIN = "unreg_details", "comp_details", "uin_details"
BUYERS = (UNREGISTERED, COMPOSITION, UIN)

_CREDITS = ("IMPG", "IMPS", "ISRC", "ISD", "OTH")
_REVERSALS = ("RUL", "OTH")


@dataclass(slots=True)
class Figure3b:
    """One figure of the form, and the documents it is made of."""

    amounts: Amounts = field(default_factory=Amounts)
    documents: dict[UUID, TaxDocument] = field(default_factory=dict)

    def add(self, document: TaxDocument, amounts: Amounts) -> None:
        self.amounts += amounts
        self.documents[document.id] = document


@dataclass(frozen=True, slots=True)
class Gstr3b:
    """The form's tables 3.1 and 3.2. Tables 4 and 5 are of purchases, which khata does not see."""

    gstr1: Gstr1
    supplies: dict[str, Figure3b]
    interstate: dict[str, dict[str, Figure3b]]  # by kind of buyer and place

    @property
    def exact(self) -> Amounts:
        """Return what is owed by head, to the paisa: what the books hold."""
        owed = (TAXABLE, ZERO_RATED, REVERSE_CHARGE)
        total = total_of(self.supplies[name].amounts for name in owed)
        return Amounts(0, total.igst, total.cgst, total.sgst, total.cess)

    @property
    def payable(self) -> Amounts:
        """Return what is paid by head, in whole rupees.

        Rounds: each head to the nearest rupee, 50 paise up. Source: CGST Act s.170.
        """
        exact = self.exact
        return Amounts(
            0,
            _rupee(exact.igst),
            _rupee(exact.cgst),
            _rupee(exact.sgst),
            _rupee(exact.cess),
        )

    @property
    def rounding(self) -> Amounts:
        """Return what s.170 adds to, or takes from, what the books hold."""
        return self.payable - self.exact

    def tree(self) -> dict[str, Tree]:
        """Return the form's file. What khata does not know is 0, and is the filer's to fill in."""
        tree: dict[str, Tree] = {
            "gstin": self.gstr1.filer.gstin,
            "ret_period": self.gstr1.period.fp,
            "sup_details": {name: _five(self.supplies[name].amounts) for name in ROWS},
            "eco_dtls": {"eco_sup": _five(NOTHING), "eco_reg_sup": {"txval": 0}},
            "itc_elg": {
                "itc_avl": [{"ty": name, **_four()} for name in _CREDITS],
                "itc_rev": [{"ty": name, **_four()} for name in _REVERSALS],
                "itc_net": _four(),
                "itc_inelg": [{"ty": name, **_four()} for name in _REVERSALS],
            },
            "inward_sup": {
                "isup_details": [{"ty": name, "inter": 0, "intra": 0} for name in ("GST", "NONGST")]
            },
            "intr_ltfee": {"intr_details": _four(), "ltfee_details": {}},
        }
        if not portal_fills_interstate(self.gstr1.period):
            tree["inter_sup"] = {
                buyer: [
                    {
                        "pos": place,
                        "txval": rupees(figure.amounts.taxable),
                        "iamt": rupees(figure.amounts.igst),
                    }
                    for place, figure in sorted(self.interstate[buyer].items())
                ]
                for buyer in BUYERS
            }
        return tree

    def text(self) -> str:
        return json_text(self.tree())


def gstr3b(
    gstr1: Gstr1,
    *,
    composition: Iterable[str] = (),
    inward_reverse_charge: Amounts = NOTHING,
) -> Gstr3b:
    """Add up a GSTR-1 as the portal does.

    `composition` are the GSTINs of buyers who pay tax under s.10, which only the portal knows of;
    `inward_reverse_charge` is the tax on purchases that the buyer owes, from the filer's own books.
    What is sold under reverse charge is the buyer's to pay and stands in no figure here.
    Source: CGST Rules, rule 61; form GSTR-3B, tables 3.1 and 3.2.
    """
    supplies = {name: Figure3b() for name in ROWS}
    interstate: dict[str, dict[str, Figure3b]] = {name: {} for name in BUYERS}
    under_composition = frozenset(composition)
    supplies[REVERSE_CHARGE].amounts = inward_reverse_charge
    for entry, sign in _all(gstr1):
        place = row_of(entry)
        if place is None:
            continue
        amounts = entry.signed.times(sign)
        if entry.section is Section.TXPD:
            amounts = amounts.times(-1)
        supplies[place].add(entry.document, amounts)
        buyer = _interstate_buyer(entry, under_composition)
        if place == TAXABLE and buyer is not None:
            places = interstate[buyer]
            code = entry.document.place_code or ""
            places.setdefault(code, Figure3b()).add(entry.document, amounts)
    return Gstr3b(gstr1, supplies, interstate)


def row_of(entry: Entry) -> str | None:
    """Return the row of table 3.1 that an entry adds to, or None under reverse charge."""
    document = entry.document
    if document.reverse_charge:
        return None
    if document.supply in (SupplyKind.EXPORT, SupplyKind.SEZ) and entry.section is not Section.NIL:
        return ZERO_RATED
    if entry.nature is Nature.NON_GST:
        return NON_GST
    return NIL_EXEMPT if entry.section is Section.NIL else TAXABLE


def _all(gstr1: Gstr1) -> Iterable[tuple[Entry, int]]:
    """Give every entry of the return; an amendment counts as what it is now less what it was."""
    yield from ((entry, 1) for entry in gstr1.entries)
    for past in gstr1.amended:
        yield from ((entry, 1) for entry in past.now)
        yield from ((entry, -1) for entry in past.was)


def _interstate_buyer(entry: Entry, composition: frozenset[str]) -> str | None:
    """Return the column of table 3.2; advances are in none, for they do not tell the buyer."""
    if entry.document.supply is not SupplyKind.INTER or entry.section in (Section.AT, Section.TXPD):
        return None
    gstin = entry.document.buyer.gstin
    if gstin is None:
        return UNREGISTERED
    if is_uin(gstin):
        return UIN
    return COMPOSITION if gstin in composition else None


def _five(amounts: Amounts) -> dict[str, Tree]:
    return {"txval": rupees(amounts.taxable), **_four(amounts)}


def _four(amounts: Amounts = NOTHING) -> dict[str, Tree]:
    return {
        "iamt": rupees(amounts.igst),
        "camt": rupees(amounts.cgst),
        "samt": rupees(amounts.sgst),
        "csamt": rupees(amounts.cess),
    }


def _rupee(paise: int) -> int:
    return 100 * half_up(paise, 100)
