"""Give out an invoice as PDF: the file that was kept, or one that is rendered and kept now."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from khata.core.document_version import version_of
from khata.db.reads.documents import invoice_document
from khata.db.reads.european_sides import carries_factur_x, sides_of_invoice
from khata.db.stores.documents import KeptAs
from khata.usecases.documents.carry_factur_x import carry_factur_x
from khata.usecases.documents.keep_document import GivenOut, KeepDocument, keep_document
from khata.usecases.due_work.tools import Tools


@dataclass(frozen=True, slots=True)
class GiveOutDocument:
    """`has` are the SHA-256 of files that the asker has: those are not read again."""

    tenant: UUID
    invoice_id: UUID
    at: datetime
    has: AbstractSet[str] = field(default_factory=frozenset)


def give_out_document(command: GiveOutDocument, *, tools: Tools) -> GivenOut:
    """Return the invoice as it was given out before in this state, or as it is kept now.

    Raises: NotFound, DocumentLost; FilesAway, and then nothing is given out that is not kept.
    """
    with tools.db.transaction(command.tenant) as uow:
        document = invoice_document(uow.connection, command.invoice_id, base_url=tools.base_url)
        if carries_factur_x(uow.connection):
            sides = sides_of_invoice(uow.connection, command.invoice_id)
            document = carry_factur_x(document, sides)
    kept_as = KeptAs(command.invoice_id, version_of(document))
    keep = KeepDocument(
        command.tenant, kept_as, document, command.at, folder="invoices", has=command.has
    )
    return keep_document(keep, tools=tools)
