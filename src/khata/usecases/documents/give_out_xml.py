"""Give out an invoice or a credit note as XML by EN 16931, as it stands now."""

from dataclasses import dataclass
from uuid import UUID

from khata.core.exports.en16931.file import european_file
from khata.core.exports.en16931.profiles import Format
from khata.core.note_document import Document
from khata.db.reads.documents import invoice_document
from khata.db.reads.european_sides import sides_of_invoice, sides_of_note
from khata.db.reads.note_documents import note_document
from khata.usecases.due_work.tools import Tools


@dataclass(frozen=True, slots=True)
class GiveOutXml:
    """`is_note`: the id is a credit note's."""

    tenant: UUID
    id: UUID
    format: Format
    is_note: bool = False


@dataclass(frozen=True, slots=True)
class XmlGivenOut:
    number: str
    content: bytes


def give_out_xml(command: GiveOutXml, *, tools: Tools) -> XmlGivenOut:
    """Return the document in the format that is asked for.

    Raises: NotFound, NoEuropeanVat, InvoiceIsVoid, EuropeanRuleBroken.
    """
    with tools.db.transaction(command.tenant) as uow:
        document: Document
        if command.is_note:
            _, document = note_document(uow.connection, command.id)
            sides = sides_of_note(uow.connection, command.id)
        else:
            document = invoice_document(uow.connection, command.id, base_url=tools.base_url)
            sides = sides_of_invoice(uow.connection, command.id)
    return XmlGivenOut(document.number, european_file(document, sides, command.format))
