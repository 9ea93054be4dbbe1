"""Give out a credit note as PDF: the file that was kept, or one that is rendered and kept now."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from khata.core.document_version import version_of_note
from khata.core.ids import public_id
from khata.db.reads.european_sides import carries_factur_x, sides_of_note
from khata.db.reads.note_documents import note_document
from khata.db.stores.documents import KeptAs
from khata.usecases.documents.carry_factur_x import carry_factur_x
from khata.usecases.documents.keep_document import GivenOut, KeepDocument, keep_document
from khata.usecases.due_work.tools import Tools


@dataclass(frozen=True, slots=True)
class GiveOutNote:
    """`has` are the SHA-256 of files that the asker has: those are not read again."""

    tenant: UUID
    note_id: UUID
    at: datetime
    has: AbstractSet[str] = field(default_factory=frozenset)


def give_out_note(command: GiveOutNote, *, tools: Tools) -> GivenOut:
    """Return the credit note as it was given out before: a note never changes, so there is one
    file, one more with its IRN, and another with XML in it once the tenant has chosen that.

    Raises: NotFound, DocumentLost; FilesAway, and then nothing is given out that is not kept.
    """
    with tools.db.transaction(command.tenant) as uow:
        invoice, document = note_document(uow.connection, command.note_id)
        if carries_factur_x(uow.connection):
            sides = sides_of_note(uow.connection, command.note_id)
            document = carry_factur_x(document, sides)
    version = version_of_note(public_id("cn", command.note_id), document)
    kept_as = KeptAs(invoice, version, command.note_id)
    keep = KeepDocument(
        command.tenant, kept_as, document, command.at, folder="notes", has=command.has
    )
    return keep_document(keep, tools=tools)
