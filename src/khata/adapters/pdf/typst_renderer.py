"""Documents as PDF/A-3 by typst: one compiler a thread, made once and fed values only."""

import json
import re
import threading
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import segno
import typst

from khata.adapters.pdf.coverage import covered
from khata.adapters.pdf.factur_x import with_factur_x
from khata.adapters.pdf.note_sheet import note_sheet_of
from khata.adapters.pdf.sheet import sheet_of, showable
from khata.adapters.pdf.statement_sheet import statement_sheet_of
from khata.adapters.pdf.voucher_sheet import voucher_sheet_of
from khata.core.note_document import CreditNoteDocument, Document
from khata.core.statement_document import StatementDocument
from khata.core.voucher_document import VoucherDocument

_HERE = Path(__file__).parent
_FONTS = _HERE / "fonts"


class TypstRenderer:
    """Sets documents in type; satisfies `khata.ports.pdf.PdfRenderer`. Threads may share it."""

    def __init__(self) -> None:
        self._covered = covered(_FONTS.glob("*.ttf"))
        self._fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[_FONTS]
        )
        self._own = threading.local()

    def render(self, document: Document) -> bytes:
        """Return the document as PDF/A-3a; the same document gives the same bytes.

        A logo that typst cannot read gives way to the seller's monogram.
        """
        pdf = self._page(document)
        if isinstance(document, VoucherDocument) or document.factur_x is None:
            return pdf
        return with_factur_x(pdf, document.factur_x, on=document.issued_on)

    def statement(self, document: StatementDocument) -> bytes:
        """Return a statement of account as PDF/A-3a; the same one gives the same bytes."""
        sheet = showable(statement_sheet_of(document), self._covered)
        midnight = datetime.combine(document.statement.last, time(), UTC)
        return self._set(sheet, midnight, "statement.typ")

    def _page(self, document: Document) -> bytes:
        sheet = showable(_sheet(document), self._covered)
        if sheet["link"]:
            sheet["qr"] = svg_code(sheet["link"])
        if not isinstance(document, VoucherDocument) and document.e_invoice:
            code = document.e_invoice.signed_qr
            sheet["signed_qr"] = svg_code(code) if code else None
        midnight = datetime.combine(document.issued_on, time(), UTC)
        if document.logo is not None:
            try:
                return self._set(sheet | _logo(document.logo), midnight)
            except typst.TypstError:
                pass  # a picture must not stop a document; any other fault comes again below
        return self._set(sheet, midnight)

    def _set(self, sheet: dict[str, Any], at: datetime, template: str = "invoice.typ") -> bytes:
        pdf = self._compiler(template).compile(
            format="pdf",
            sys_inputs={"sheet": json.dumps(sheet, ensure_ascii=False)},
            pdf_standards=["a-3a", "ua-1"],  # archivable, and readable by a screen reader
            timestamp=at,
        )
        assert isinstance(pdf, bytes)  # one file, where pictures would be one a page
        return pdf

    def _compiler(self, template: str) -> typst.Compiler:
        made: dict[str, typst.Compiler] = self._own.__dict__.setdefault("compilers", {})
        if template not in made:
            made[template] = typst.Compiler(_HERE / template, root=_HERE, font_paths=self._fonts)
        return made[template]


def _sheet(document: Document) -> dict[str, Any]:
    if isinstance(document, CreditNoteDocument):
        return note_sheet_of(document)
    if isinstance(document, VoucherDocument):
        return voucher_sheet_of(document)
    return sheet_of(document)


def _logo(picture: bytes) -> dict[str, Any]:
    if picture.startswith(b"\x89PNG"):
        return {"logo": list(picture), "logo_format": "png"}
    if picture.startswith(b"\xff\xd8\xff"):
        return {"logo": list(picture), "logo_format": "jpg"}
    return {"logo": picture.decode("utf-8", "replace"), "logo_format": "svg"}


def svg_code(text: str) -> str:
    """Draw a QR code of the text, as SVG."""
    # A mask of our choice instead of the best of eight: as readable, and five times as fast.
    rows = segno.make_qr(text, error="m", boost_error=False, mask=4).matrix
    size = len(rows)
    runs = "".join(
        f"M{run.start()} {y}h{run.end() - run.start()}v1H{run.start()}z"
        for y, row in enumerate(rows)
        for run in re.finditer(b"\x01+", row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">'
        f'<path shape-rendering="crispEdges" d="{runs}"/></svg>'
    )
