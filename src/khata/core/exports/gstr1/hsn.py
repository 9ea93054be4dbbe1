"""Table 12: what was sold by tax code and rate, told apart by who bought."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from uuid import UUID

from khata.core.exports.amounts import Amounts, of_line
from khata.core.exports.gstr1.entries import in_order, rate_of
from khata.core.exports.gstr1.sections import Section, in_registered_half, section_of
from khata.core.exports.json_text import Tree, rupees
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.return_rules import hsn_in_halves
from khata.core.exports.tax_document import TaxDocument, TaxLine

_NO_UNIT = "NA"
_LONGEST_DESCRIPTION = 30


@dataclass(frozen=True, slots=True)
class CodeRate:
    """What table 12 adds up by."""

    half: str  # hsn_b2b, hsn_b2c, or data where there are no halves
    code: str
    unit: str
    rate: Decimal


@dataclass(slots=True)
class CodeTotal:
    """One row: its description, quantity and amounts, and the documents it is made of."""

    description: str
    quantity: Decimal = Decimal(0)
    amounts: Amounts = field(default_factory=Amounts)
    documents: dict[UUID, TaxDocument] = field(default_factory=dict)


def by_code(documents: Sequence[TaxDocument], *, period: ReturnPeriod) -> dict[CodeRate, CodeTotal]:
    """Add up the lines of all supplies and notes, not of advances.

    Services have no unit and no quantity. Credit notes take off.
    Source: form GSTR-1, table 12; GSTN advisory on its phase III.
    """
    totals: dict[CodeRate, CodeTotal] = {}
    for document in in_order(documents):
        for line in document.lines:
            section = section_of(document, line.nature, period=period)
            if section is None or section is Section.AT:
                continue
            unit = _NO_UNIT if line.is_service else line.unit
            key = CodeRate(_half(document, line, period), line.tax_code, unit, rate_of(line))
            total = totals.setdefault(key, CodeTotal(description_of(line)))
            sign = document.kind.sign
            total.amounts += of_line(line).times(sign)
            if not line.is_service:
                total.quantity += sign * line.quantity
            total.documents[document.id] = document
    return totals


def hsn(totals: dict[CodeRate, CodeTotal]) -> Tree:
    """Write table 12. Rows are counted from 1 in each half."""
    halves: dict[str, list[Tree]] = {"hsn_b2b": [], "hsn_b2c": [], "data": []}
    for key, total in totals.items():
        rows = halves[key.half]
        rows.append(
            {
                "num": len(rows) + 1,
                "hsn_sc": key.code,
                "desc": total.description,
                "uqc": key.unit,
                "qty": total.quantity,
                "rt": key.rate,
                "txval": rupees(total.amounts.taxable),
                "iamt": rupees(total.amounts.igst),
                "samt": rupees(total.amounts.sgst),
                "camt": rupees(total.amounts.cgst),
                "csamt": rupees(total.amounts.cess),
            }
        )
    return dict(halves)


def description_of(line: TaxLine) -> str:
    """Return the official description of the code, or the line's own, where the code is not ours.

    Source: the master of codes in the offline tool, V3.2.4; its pattern of descriptions.
    """
    official = _official().get(line.tax_code)
    if official is not None:
        return official
    return re.sub(r"[^ A-Za-z0-9_@./&-]", "", line.description)[:_LONGEST_DESCRIPTION].strip()


def _half(document: TaxDocument, line: TaxLine, period: ReturnPeriod) -> str:
    if not hsn_in_halves(period):
        return "data"
    return "hsn_b2b" if in_registered_half(document, line.nature) else "hsn_b2c"


@lru_cache(maxsize=1)
def _official() -> dict[str, str]:
    text = (files("khata.core.exports.gstr1") / "codes.toml").read_text(encoding="utf-8")
    return {row["code"]: row["description"] for row in tomllib.loads(text)["code"]}
