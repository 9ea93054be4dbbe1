"""Amend a document of a filed month: a later return tells it anew, the document stays."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.exports.corrections import (
    NotAmendable,
    check_correction,
    corrected,
    read_correction,
)
from khata.core.exports.return_period import ReturnPeriod
from khata.core.filing import AlreadyFiled, month_after, month_text
from khata.core.ids import public_id
from khata.core.periods import day_of
from khata.core.refusal import NotFound
from khata.db.reads.tax_documents import documents_of
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class AmendDocument:
    """`period` is the return that tells it; None: the first that is not filed."""

    tenant: UUID
    id: UUID
    at: datetime
    document_id: UUID  # an invoice, a credit note, or a voucher of an advance
    gstin: str | None
    place_code: str | None
    reason: str
    period: ReturnPeriod | None = None


def amend_document(command: AmendDocument, *, db: Database) -> None:
    """Keep what was wrong in a document that a filed return has declared.

    Raises: NotFound, NotAmendable, NothingAmended, AmendmentTooLate, AlreadyFiled, InvalidGstin.
    """
    with db.transaction(command.tenant) as uow:
        document = documents_of(uow.connection, [command.document_id]).get(command.document_id)
        if document is None:
            id = public_id("inv", command.document_id)
            raise NotFound("document", id, param="document")
        uow.filings.lock(document.registration_id)
        filed = uow.filings.closing(document.registration_id, document.issued_on)
        if filed is None:
            raise NotAmendable(
                f"The return that declares {document.number} is not filed yet: credit it and "
                "invoice anew, or give an advance back",
                param="document",
            )
        returns = {one.period for one in uow.filings.of(document.registration_id)}
        period = command.period or month_after(max(returns))
        if period in returns or period <= filed.period:
            raise AlreadyFiled(
                f"The return of {month_text(period)} cannot tell it: name a later month that is "
                "not filed",
                param="period",
            )
        before = [one for _, one in uow.filings.corrections(document.registration_id)]
        [as_told] = corrected([document], before)
        correction = read_correction(
            as_told, period=period, gstin=command.gstin, place_code=command.place_code
        )
        today = day_of(command.at, uow.tenants.get().timezone)
        check_correction(as_told, correction, declared_in=filed.period, today=today)
        uow.filings.amend(
            command.id,
            correction,
            filed=filed,
            kind=document.kind,
            reason=command.reason,
            at=command.at,
        )
