"""The kinds of documents that the law of GST knows."""

from enum import StrEnum


class DocumentKind(StrEnum):
    """What was given out. Source: CGST Act s.31, s.34; CGST Rules 46, 49, 50, 51, 53."""

    INVOICE = "invoice"  # a tax invoice, or one for export or an SEZ
    BILL_OF_SUPPLY = "bill_of_supply"
    CREDIT_NOTE = "credit_note"
    DEBIT_NOTE = "debit_note"  # it raises what an invoice asked for
    REVISED_INVOICE = "revised_invoice"
    RECEIPT_VOUCHER = "receipt_voucher"  # an advance was received
    REFUND_VOUCHER = "refund_voucher"  # … and given back, nothing being supplied
    PAYMENT_REQUEST = "payment_request"  # asks for an advance; the law knows no such document

    @property
    def is_note(self) -> bool:
        return self in (DocumentKind.CREDIT_NOTE, DocumentKind.DEBIT_NOTE)

    @property
    def sign(self) -> int:
        """Return 1 where the document adds to what is owed to the state, -1 where it takes off."""
        lowers = (DocumentKind.CREDIT_NOTE, DocumentKind.REFUND_VOUCHER)
        return -1 if self in lowers else 1
