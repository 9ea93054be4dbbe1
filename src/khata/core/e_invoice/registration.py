"""What is sent to a portal about one document, what comes back, and whether the two agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from khata.core.e_invoice.indian_time import spelled
from khata.core.e_invoice.irn import irn, is_case_blind
from khata.core.exports.inv01 import DOCUMENT_TYPES, inv01
from khata.core.exports.tax_document import TaxDocument
from khata.core.exports.wire_json import written


class CancelReason(StrEnum):
    """Why an IRN is cancelled, in the portals' four words."""

    DUPLICATE = "duplicate"
    MISTAKE = "mistake"
    ORDER_CANCELLED = "order_cancelled"
    OTHER = "other"


CANCEL_CODES: Final[Mapping[CancelReason, str]] = {
    CancelReason.DUPLICATE: "1",
    CancelReason.MISTAKE: "2",
    CancelReason.ORDER_CANCELLED: "3",
    CancelReason.OTHER: "4",
}


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """By which a portal finds a document of a seller."""

    seller_gstin: str
    document_type: str  # INV, CRN, DBN
    number: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class RegistrationRequest:
    """One document to be registered: `body` is INV-01, checked. `total` is in paise."""

    key: DocumentKey
    irn: str  # as we work it out; the portal is the authority
    buyer_gstin: str  # URP abroad
    total: int
    body: str


@dataclass(frozen=True, slots=True)
class Registered:
    """What a portal holds of a document, as its signed copy says. `ack_at` is in UTC.

    `signed_qr` is the whole text that the QR code carries.
    """

    irn: str
    ack_number: str
    ack_at: datetime
    signed_invoice: str
    signed_qr: str
    key: DocumentKey
    buyer_gstin: str
    total: int
    cancelled: bool = False


def registration_request(document: TaxDocument, *, reported_on: date) -> RegistrationRequest:
    """Return what is sent to register a document on this day.

    Raises: NotAnEInvoice, EInvoiceOutOfBounds.
    """
    form = inv01(document)
    key = DocumentKey(
        form["SellerDtls"]["Gstin"],
        DOCUMENT_TYPES[document.kind],
        document.number,
        document.issued_on,
    )
    return RegistrationRequest(
        key=key,
        irn=irn(
            gstin=key.seller_gstin,
            document_type=key.document_type,
            number=key.number,
            issued_on=key.issued_on,
            case_blind=is_case_blind(reported_on),
        ),
        buyer_gstin=form["BuyerDtls"]["Gstin"],
        total=document.total,
        body=written(form),
    )


def differences(request: RegistrationRequest, found: Registered) -> list[str]:
    """Return in what the portal's copy differs from ours; only an empty list is the same document.

    A number that was used before for another buyer or another amount must never pass as ours.
    """
    ours, theirs = request.key, found.key
    pairs = (
        ("the seller's GSTIN", ours.seller_gstin, theirs.seller_gstin),
        ("the type", ours.document_type, theirs.document_type),
        ("the number", ours.number.upper(), theirs.number.upper()),
        ("the date", ours.issued_on, theirs.issued_on),
        ("the buyer's GSTIN", request.buyer_gstin, found.buyer_gstin),
        ("the total in paise", request.total, found.total),
    )
    return [
        f"{what} is {one} here and {other} at the portal"
        for what, one, other in pairs
        if one != other
    ]


def qr_text(registered: Registered) -> str:
    """Return what the QR code on the document carries: the signed text as it came, to the letter.

    Source: CGST Rule 46(r): the embedded IRN in the QR code; GSTN's QR code of signed JWS.
    """
    return registered.signed_qr


def printed_beside(registered: Registered) -> Mapping[str, str]:
    """Return the words that stand beside the code: IRN, acknowledgement and its time in India."""
    return {
        "IRN": registered.irn,
        "Ack No.": registered.ack_number,
        "Ack Date": spelled(registered.ack_at),
    }
