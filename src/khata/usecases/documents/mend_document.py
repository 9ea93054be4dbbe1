"""Mend a document whose file is gone or was changed: only the same bytes are as good."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from khata.core.note_document import Document
from khata.core.refusal import Kind, Refusal
from khata.db.stores.documents import KeptDocument
from khata.db.stores.parked import ParkedWork
from khata.usecases.due_work.tools import Tools

_log = structlog.get_logger(__name__)


class DocumentLost(Refusal):
    """The file that was given out is lost, and rendering it anew gives another."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class MendDocument:
    """`is_there`: there is a file, but not the one that was kept."""

    tenant: UUID
    kept: KeptDocument
    document: Document
    at: datetime
    is_there: bool


def mend_document(command: MendDocument, *, tools: Tools) -> bytes | None:
    """Render the document and keep it again, if it comes out the same; else it is parked.

    Returns None where a person has let another take its place: then there is room for that.
    Raises: DocumentLost, FilesAway.
    """
    kept, number = command.kept, command.document.number
    content = tools.pdf.render(command.document)
    if hashlib.sha256(content).hexdigest() == kept.sha256:
        tools.files.put(kept.key, content)
        _log.warning("document_mended", key=kept.key, was_there=command.is_there)
        return content
    if kept.may_be_replaced:
        with tools.db.transaction(command.tenant) as uow:
            uow.documents.make_room(kept.id, command.at)
        _log.warning("document_replaced", key=kept.key, sha256=kept.sha256)
        return None
    seen = "is not the one that was kept" if command.is_there else "is gone"
    reason = (
        f"The file of {number} that was given out {seen}, and this release sets it otherwise."
        f" Bring {kept.key} (SHA-256 {kept.sha256}) back from a copy of the file store;"
        " releasing this without it lets another file take its place."
    )
    _log.error("document_lost", key=kept.key, sha256=kept.sha256, was_there=command.is_there)
    with tools.db.transaction(command.tenant) as uow:
        uow.parked.add(
            [ParkedWork("document", kept.id, DocumentLost.code, reason, None)], command.at
        )
    raise DocumentLost(
        f"The PDF of {number} that was given out before cannot be found. The seller has been told."
    )
