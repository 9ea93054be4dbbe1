"""Give out a voucher as PDF: the file that was kept, or one that is rendered and kept now."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.db.reads.voucher_documents import voucher_document
from khata.db.stores.documents import KeptAs
from khata.usecases.documents.keep_document import GivenOut, KeepDocument, keep_document
from khata.usecases.due_work.tools import Tools


@dataclass(frozen=True, slots=True)
class GiveOutVoucher:
    """`has` are the SHA-256 of files that the asker has: those are not read again."""

    tenant: UUID
    voucher_id: UUID
    at: datetime
    has: AbstractSet[str] = field(default_factory=frozenset)


def give_out_voucher(command: GiveOutVoucher, *, tools: Tools) -> GivenOut:
    """Return the voucher as it was given out before; it never changes, so there is one.

    It is kept beside the invoice that the money belongs to, under its own name.
    Raises: NotFound, DocumentLost; FilesAway, and then nothing is given out that is not kept.
    """
    with tools.db.transaction(command.tenant) as uow:
        invoice, document = voucher_document(uow.connection, command.voucher_id)
    kept_as = KeptAs(invoice, public_id("vch", command.voucher_id))
    keep = KeepDocument(
        command.tenant, kept_as, document, command.at, folder="vouchers", has=command.has
    )
    return keep_document(keep, tools=tools)
