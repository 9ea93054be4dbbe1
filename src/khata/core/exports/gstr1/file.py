"""The whole of GSTR-1: one registration, one period, one file for the portal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from khata.core.exports.gstr1.amended import Amended, FiledPeriod, amendments_of
from khata.core.exports.gstr1.entries import Entry, entries_of
from khata.core.exports.gstr1.hsn import CodeRate, CodeTotal, by_code, hsn
from khata.core.exports.gstr1.issued import doc_issue
from khata.core.exports.gstr1.listed import listed, table
from khata.core.exports.gstr1.netted import (
    advances,
    b2cs,
    b2csa,
    by_nil_row,
    by_place,
    nil,
)
from khata.core.exports.gstr1.sections import Section
from khata.core.exports.json_text import Tree, json_text, pruned, rupees
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.tax_document import NumbersUsed, TaxDocument

TOOL = "GST3.2.4"  # the offline tool whose files these are like; it changes with each release


@dataclass(frozen=True, slots=True)
class Filer:
    """The registration a return is filed for. Turnover in paise, where it is told at all.

    A seller in an SEZ sells between states always, also inside its own. Source: IGST s.7(5)(b).
    """

    gstin: str
    turnover: int | None = None  # of the financial year before
    turnover_so_far: int | None = None  # of this year, from April
    sez: bool = False


@dataclass(frozen=True, slots=True)
class Gstr1:
    """A return, still as values: what its tables, checks and drill-down are all read from."""

    filer: Filer
    period: ReturnPeriod
    documents: tuple[TaxDocument, ...]
    numbers: tuple[NumbersUsed, ...]
    entries: tuple[Entry, ...]
    amended: tuple[Amended, ...]
    codes: dict[CodeRate, CodeTotal]

    def tree(self) -> dict[str, Tree]:
        """Return the file's tree, in the tool's order of tables, without what is empty."""
        written = pruned({**self._head(), **self._tables()})
        assert isinstance(written, dict)
        return written

    def text(self) -> str:
        """Return the file, ready for the portal."""
        return json_text(self.tree())

    def file_name(self, *, on: date) -> str:
        """Return the name the tool gives it: by the day it was made, without zeros in front."""
        return f"returns_{on.day}{on.month}{on.year}_R1_{self.filer.gstin}_offline.json"

    def _head(self) -> dict[str, Tree]:
        filer = self.filer
        so_far = filer.turnover_so_far
        return {
            "gstin": filer.gstin,
            "fp": self.period.fp,
            "gt": None if filer.turnover is None else rupees(filer.turnover),
            "cur_gt": None if so_far is None else rupees(so_far),
            "version": TOOL,
            "hash": "hash",
        }

    def _tables(self) -> dict[str, Tree]:
        return {
            "b2b": self._listed(Section.B2B),
            "b2ba": self._again(Section.B2B),
            "b2cl": self._listed(Section.B2CL),
            "b2cla": self._again(Section.B2CL),
            "b2cs": b2cs(by_place(self.entries, Section.B2CS)),
            "b2csa": [
                one for past in self.amended for one in b2csa(past.b2cs, omon=past.period.fp)
            ],
            "nil": nil(by_nil_row(self.entries)),
            "exp": self._listed(Section.EXP),
            "expa": self._again(Section.EXP),
            "cdnra": self._again(Section.CDNR),
            "at": advances(by_place(self.entries, Section.AT), cess_always=True),
            "ata": [
                one
                for past in self.amended
                for one in advances(past.at, cess_always=True, omon=past.period.fp)
            ],
            "cdnr": self._listed(Section.CDNR),
            "cdnur": self._listed(Section.CDNUR),
            "cdnura": self._again(Section.CDNUR),
            "doc_issue": doc_issue(self.numbers),
            "hsn": hsn(self.codes),
            # The tool renames its table atadj, and so it comes last.
            "txpd": advances(by_place(self.entries, Section.TXPD), cess_always=False),
            "txpda": [
                one
                for past in self.amended
                for one in advances(past.txpd, cess_always=False, omon=past.period.fp)
            ],
        }

    def _listed(self, section: Section) -> Tree:
        return table(section, listed(self.entries, section))

    def _again(self, section: Section) -> Tree:
        rows = [one for past in self.amended for one in past.listed if one.section is section]
        return table(section, rows)


def gstr1(
    filer: Filer,
    period: ReturnPeriod,
    documents: Sequence[TaxDocument],
    *,
    numbers: Sequence[NumbersUsed] = (),
    filed: Sequence[FiledPeriod] = (),
) -> Gstr1:
    """Make the return of one registration and one period.

    `documents` are all that are declared in it, cancelled ones included; `numbers` are the runs
    they have used; `filed` are earlier periods of which something may have changed since.
    Source: CGST Act s.37; CGST Rules, rule 59; the files of the offline tool, V3.2.4.
    """
    return Gstr1(
        filer,
        period,
        tuple(documents),
        tuple(numbers),
        entries_of(documents, period=period),
        tuple(amendments_of(told) for told in filed),
        by_code(documents, period=period),
    )
