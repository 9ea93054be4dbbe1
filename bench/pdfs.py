"""Invoices as PDF by the engine's renderer, beside typst compiling the same sheets bare."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

from khata.adapters.pdf import typst_renderer
from khata.adapters.pdf.typst_renderer import TypstRenderer
from khata.core.document import InvoiceDocument
from tests.golden.samples import DOMESTIC

TEMPLATE = Path(typst_renderer.__file__).with_name("invoice.typ")
ROUND = 25  # documents in a row by one side, then by the other


@dataclass(frozen=True, slots=True)
class PdfRates:
    """PDFs a second, on one thread."""

    engine: float
    bare: float

    @property
    def ratio(self) -> float:
        return self.engine / self.bare


def pdf_rates(count: int) -> PdfRates:
    """Make `count` invoices on each side, in turns; both make the same bytes."""
    documents = [replace(DOMESTIC, number=f"INV/26-27/{n:05}") for n in range(1, count + 1)]
    sheets = _Kept().sheets_of(documents)
    engine, bare = TypstRenderer().render, _bare()
    assert engine(documents[0]) == bare(sheets[0])
    spent = [0.0, 0.0]
    for begin in range(0, count, ROUND):
        spent[0] += _seconds(engine, documents[begin : begin + ROUND])
        spent[1] += _seconds(bare, sheets[begin : begin + ROUND])
    return PdfRates(count / spent[0], count / spent[1])


class _Kept(TypstRenderer):
    """Writes down what the renderer would give to typst."""

    def sheets_of(self, documents: Sequence[InvoiceDocument]) -> list[tuple[str, datetime]]:
        self._kept: list[tuple[str, datetime]] = []
        for document in documents:
            self.render(document)
        return self._kept

    def _set(self, sheet: dict[str, Any], at: datetime, template: str = "") -> bytes:
        self._kept.append((json.dumps(sheet, ensure_ascii=False), at))
        return b""


def _bare() -> Callable[[tuple[str, datetime]], bytes]:
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[TEMPLATE.with_name("fonts")],
    )
    compiler = typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=fonts)

    def compiled(sheet: tuple[str, datetime]) -> bytes:
        pdf = compiler.compile(
            format="pdf",
            sys_inputs={"sheet": sheet[0]},
            pdf_standards=["a-3a", "ua-1"],
            timestamp=sheet[1],
        )
        assert isinstance(pdf, bytes)
        return pdf

    return compiled


def _seconds(make: Callable[[Any], bytes], things: Sequence[Any]) -> float:
    begin = time.perf_counter()
    for thing in things:
        make(thing)
    return time.perf_counter() - begin
