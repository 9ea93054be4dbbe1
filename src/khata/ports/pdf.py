"""The wish for a PDF: a document goes in, a file comes out."""

from typing import Protocol

from khata.core.note_document import Document
from khata.core.statement_document import StatementDocument


class PdfRenderer(Protocol):
    """Sets a document in type. The same document always gives the same bytes."""

    def render(self, document: Document) -> bytes: ...

    def statement(self, document: StatementDocument) -> bytes: ...
