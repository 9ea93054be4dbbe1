"""Write all documents of a month into one ZIP: the PDFs as they were given out."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import IO
from uuid import UUID
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from khata.core.ids import public_id
from khata.core.refusal import NotFound, Refusal
from khata.db.reads.month_documents import GivenOutDocument, month_documents
from khata.usecases.documents.give_out_document import GiveOutDocument, give_out_document
from khata.usecases.documents.give_out_note import GiveOutNote, give_out_note
from khata.usecases.documents.give_out_voucher import GiveOutVoucher, give_out_voucher
from khata.usecases.documents.keep_document import GivenOut
from khata.usecases.due_work.tools import Tools


class TooManyDocuments(Refusal):
    """There are more documents than one answer can hold; the command line takes any number."""


@dataclass(frozen=True, slots=True)
class ZipDocuments:
    """`registration_id` of None: the default; `limit` of None: any number of documents."""

    tenant: UUID
    at: datetime
    registration_id: UUID | None
    first: date
    last: date
    limit: int | None = None


def zip_documents(command: ZipDocuments, to: IO[bytes], *, tools: Tools) -> int:
    """Write the ZIP and return how many documents are in it.

    The same documents give the same bytes: files stand by kind and number, dated as they are, and
    nothing is packed, for a PDF is already.
    Raises: NotFound, TooManyDocuments, DocumentLost, FilesAway.
    """
    with tools.db.transaction(command.tenant) as uow:
        registration = command.registration_id or uow.sellers.default().id
        if uow.sellers.get(registration) is None:
            raise NotFound("registration", public_id("reg", registration), param="registration")
        found = month_documents(
            uow.connection, registration, first=command.first, last=command.last
        )
    if command.limit is not None and len(found) > command.limit:
        raise TooManyDocuments(
            f"There are {len(found)} documents, and one answer holds {command.limit}: use "
            "`khata export documents`",
            param="period",
        )
    with ZipFile(to, "w", ZIP_STORED) as archive:
        for document in found:
            given = _given(document, command, tools)
            assert given.content is not None  # nobody said that they have it
            archive.writestr(_named(document), given.content)
    return len(found)


def _given(document: GivenOutDocument, command: ZipDocuments, tools: Tools) -> GivenOut:
    if document.kept_as == "note":
        return give_out_note(GiveOutNote(command.tenant, document.id, command.at), tools=tools)
    if document.kept_as == "voucher":
        voucher = GiveOutVoucher(command.tenant, document.id, command.at)
        return give_out_voucher(voucher, tools=tools)
    give = GiveOutDocument(command.tenant, document.id, command.at)
    return give_out_document(give, tools=tools)


def _named(document: GivenOutDocument) -> ZipInfo:
    folder, name = document.kind.replace("_", "-"), document.number.replace("/", "-")
    day = document.issued_on
    entry = ZipInfo(f"{folder}/{name}.pdf", (day.year, day.month, day.day, 0, 0, 0))
    entry.create_system = 3  # the same wherever it is written
    entry.external_attr = 0o644 << 16
    return entry
