"""A renderer that is watched: each document is timed and is a piece of its trace."""

from khata.core.note_document import Document
from khata.core.statement_document import StatementDocument
from khata.ports.pdf import PdfRenderer
from khata.watch import figures
from khata.watch.traces import piece


class WatchedRenderer:
    """Passes every document on; satisfies `khata.ports.pdf.PdfRenderer`."""

    def __init__(self, renderer: PdfRenderer) -> None:
        self._renderer = renderer

    def render(self, document: Document) -> bytes:
        with piece("pdf render"), figures.pdf_renders.timing():
            return self._renderer.render(document)

    def statement(self, document: StatementDocument) -> bytes:
        with piece("pdf render"), figures.pdf_renders.timing():
            return self._renderer.statement(document)
