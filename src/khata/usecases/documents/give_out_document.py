"""Give out an invoice as PDF: the file that was kept, or one that is rendered and kept now."""

import hashlib
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from khata.core.document import InvoiceDocument
from khata.core.document_version import version_of
from khata.core.ids import new_id
from khata.db.reads.documents import invoice_document
from khata.db.stores.documents import KeptDocument
from khata.ports.files import file_key
from khata.usecases.documents.mend_document import MendDocument, mend_document
from khata.usecases.due_work.tools import Tools


@dataclass(frozen=True, slots=True)
class GiveOutDocument:
    """`has` are the SHA-256 of files that the asker has: those are not read again."""

    tenant: UUID
    invoice_id: UUID
    at: datetime
    has: AbstractSet[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class GivenOut:
    """A document; `content` is None where the asker has it already."""

    number: str
    sha256: str
    content: bytes | None


def give_out_document(command: GiveOutDocument, *, tools: Tools) -> GivenOut:
    """Return the invoice as it was given out before, and the first time render and keep it.

    Of two at once the first that is kept wins, and both give out its bytes. A file that is
    damaged is mended where that gives the same bytes.
    Raises: NotFound, DocumentLost; FilesAway, and then nothing is given out that is not kept.
    """
    with tools.db.transaction(command.tenant) as uow:
        document = invoice_document(uow.connection, command.invoice_id, base_url=tools.base_url)
        kept = uow.documents.of(command.invoice_id, version_of(document))
    if kept is None:
        return _made(command, document, tools)
    if kept.sha256 in command.has:
        return GivenOut(document.number, kept.sha256, None)
    return _read(command, document, kept, tools)


def _made(command: GiveOutDocument, document: InvoiceDocument, tools: Tools) -> GivenOut:
    """Render and keep it. The file is there before its row is: a crash leaves no row without."""
    content = tools.pdf.render(document)
    made = _named(command, version_of(document), content)
    tools.files.put(made.key, content)
    with tools.db.transaction(command.tenant) as uow:
        first = uow.documents.keep(made, command.at)
    if first.sha256 != made.sha256:  # another release was a moment faster
        return _read(command, document, first, tools)
    return GivenOut(document.number, made.sha256, content)


def _named(command: GiveOutDocument, version: str, content: bytes) -> KeptDocument:
    sha256 = hashlib.sha256(content).hexdigest()
    key = file_key(command.tenant, "invoices", str(command.invoice_id), f"{sha256}.pdf")
    id = new_id(command.at)
    return KeptDocument(id, command.invoice_id, version, key, sha256, len(content))


def _read(
    command: GiveOutDocument, document: InvoiceDocument, kept: KeptDocument, tools: Tools
) -> GivenOut:
    content = tools.files.get(kept.key)
    if content is None or hashlib.sha256(content).hexdigest() != kept.sha256:
        mend = MendDocument(
            command.tenant, kept, document, command.at, is_there=content is not None
        )
        content = mend_document(mend, tools=tools)
        if content is None:  # a person has let it be replaced
            return _made(command, document, tools)
    return GivenOut(document.number, kept.sha256, content)
