"""Keep a document: the file that was given out before, or one that is rendered and kept now."""

import hashlib
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from khata.core.ids import new_id
from khata.core.note_document import Document
from khata.db.stores.documents import KeptAs, KeptDocument
from khata.ports.files import file_key
from khata.usecases.documents.mend_document import MendDocument, mend_document
from khata.usecases.due_work.tools import Tools


@dataclass(frozen=True, slots=True)
class KeepDocument:
    """`folder` is where its file lies; `has` are files, by SHA-256, that the asker has."""

    tenant: UUID
    kept_as: KeptAs
    document: Document
    at: datetime
    folder: str
    has: AbstractSet[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class GivenOut:
    """A document; `content` is None where the asker has it already."""

    number: str
    sha256: str
    content: bytes | None


def keep_document(command: KeepDocument, *, tools: Tools) -> GivenOut:
    """Return the document as it was given out before, and the first time render and keep it.

    Of two at once the first that is kept wins, and both give out its bytes. A file that is
    damaged is mended where that gives the same bytes.
    Raises: DocumentLost; FilesAway, and then nothing is given out that is not kept.
    """
    with tools.db.transaction(command.tenant) as uow:
        kept = uow.documents.of(command.kept_as)
    if kept is None:
        return _made(command, tools)
    if kept.sha256 in command.has:
        return GivenOut(command.document.number, kept.sha256, None)
    return _read(command, kept, tools)


def _made(command: KeepDocument, tools: Tools) -> GivenOut:
    """Render and keep it. The file is there before its row is: a crash leaves no row without."""
    content = tools.pdf.render(command.document)
    made = _named(command, content)
    tools.files.put(made.key, content)
    with tools.db.transaction(command.tenant) as uow:
        first = uow.documents.keep(made, command.at)
    if first.sha256 != made.sha256:  # another release was a moment faster
        return _read(command, first, tools)
    return GivenOut(command.document.number, made.sha256, content)


def _named(command: KeepDocument, content: bytes) -> KeptDocument:
    sha256 = hashlib.sha256(content).hexdigest()
    shown = command.kept_as.credit_note_id or command.kept_as.invoice_id
    key = file_key(command.tenant, command.folder, str(shown), f"{sha256}.pdf")
    return KeptDocument(new_id(command.at), command.kept_as, key, sha256, len(content))


def _read(command: KeepDocument, kept: KeptDocument, tools: Tools) -> GivenOut:
    content = tools.files.get(kept.key)
    if content is None or hashlib.sha256(content).hexdigest() != kept.sha256:
        mend = MendDocument(
            command.tenant, kept, command.document, command.at, is_there=content is not None
        )
        content = mend_document(mend, tools=tools)
        if content is None:  # a person has let it be replaced
            return _made(command, tools)
    return GivenOut(command.document.number, kept.sha256, content)
