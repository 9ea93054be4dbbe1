"""A booked entry becomes a voucher: sales and notes by their document, the rest by postings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from khata.core.exports.tally.ledgers import UNKNOWN_PARTY, ledger_of
from khata.core.exports.tally.voucher import (
    Bill,
    BillType,
    Voucher,
    VoucherEntry,
    VoucherType,
)
from khata.core.exports.tax_document import DocumentKind, TaxDocument
from khata.core.ledger.accounts import Account
from khata.core.ledger.posting import Posting

_TYPE: Final = {
    "payment_received": VoucherType.RECEIPT,
    "received_directly": VoucherType.RECEIPT,
    "paid_directly": VoucherType.RECEIPT,
    "refund_made": VoucherType.PAYMENT,
    "refund_failed_after_all": VoucherType.RECEIPT,
}
_TYPE_OF_DOCUMENT: Final = {
    DocumentKind.INVOICE: VoucherType.SALES,
    DocumentKind.BILL_OF_SUPPLY: VoucherType.SALES,
    DocumentKind.REVISED_INVOICE: VoucherType.SALES,
    DocumentKind.CREDIT_NOTE: VoucherType.CREDIT_NOTE,
    DocumentKind.DEBIT_NOTE: VoucherType.DEBIT_NOTE,
}


@dataclass(frozen=True, slots=True)
class BookedEntry:
    """An entry with whose it is: the party's ledger in Tally, and the document it is about.

    `document` is set where the entry books one; `bill` is the number of the invoice that it
    settles or lowers.
    """

    id: UUID
    kind: str
    booked_on: date
    postings: tuple[Posting, ...]
    party: str | None = None
    bill: str | None = None
    document: TaxDocument | None = None


def vouchers_of(entries: Sequence[BookedEntry], *, deferred: bool = False) -> list[Voucher]:
    """Return a voucher for each entry, in order; what moves nothing in Tally has none.

    An invoice or note that is voided among these entries is one cancelled voucher: its number
    stays used.
    The vouchers move what the entries move, to the paisa: `receivable` and `customer_credit`
    together are the parties' ledgers.
    """
    voided = {
        entry.document.id
        for entry in entries
        if entry.kind in _VOIDED and entry.document is not None
    }
    issued = {
        entry.document.id
        for entry in entries
        if entry.kind in _ISSUED and entry.document is not None
    }
    undone = voided & issued
    found = []
    for entry in entries:
        document = entry.document
        if document is not None and document.id in undone and entry.kind in _UNDOING:
            if entry.kind in _ISSUED:
                found.append(_cancelled(entry, document))
            continue
        voucher = _voucher(entry, deferred)
        if voucher is not None:
            found.append(voucher)
    return found


_ISSUED: Final = frozenset({"invoice_issued", "credit_note_issued"})
_VOIDED: Final = frozenset({"invoice_voided", "credit_note_voided"})
_UNDOING: Final = _ISSUED | _VOIDED


def _cancelled(entry: BookedEntry, document: TaxDocument) -> Voucher:
    return Voucher(
        document.id,
        _TYPE_OF_DOCUMENT[document.kind],
        entry.booked_on,
        document.number,
        f"{document.number} was cancelled",
        (),
        party=entry.party,
        document=document,
        cancelled=True,
    )


def _voucher(entry: BookedEntry, deferred: bool) -> Voucher | None:
    document = entry.document
    books_document = entry.kind in ("invoice_issued", "credit_note_issued", "debit_note_issued")
    sums = _sums(entry, deferred)
    if not sums:
        return None
    is_sale = books_document and document is not None and _sells(entry)
    type = (
        _TYPE_OF_DOCUMENT[document.kind]
        if is_sale and document is not None
        else _TYPE.get(entry.kind, VoucherType.JOURNAL)
    )
    number = document.number if document is not None and books_document else entry.id.hex[-12:]
    return Voucher(
        document.id if is_sale and document is not None else entry.id,
        type,
        entry.booked_on,
        number.upper(),
        _narration(entry),
        _entries(entry, sums, new_bill=is_sale and type is not VoucherType.CREDIT_NOTE),
        party=entry.party,
        document=document if is_sale else None,
    )


def _sells(entry: BookedEntry) -> bool:
    """Say whether something was sold: the request for a wallet's top-up is no sale."""
    moved = {posting.debit for posting in entry.postings}
    moved |= {posting.credit for posting in entry.postings}
    return Account.WALLET_PENDING not in moved


def _sums(entry: BookedEntry, deferred: bool) -> dict[str, int]:
    """Return what each ledger is debited by, without those that stay as they were."""
    sums: dict[str, int] = {}
    for posting in entry.postings:
        for account, amount in (
            (posting.debit, posting.amount),
            (posting.credit, -posting.amount),
        ):
            ledger = ledger_of(account, entry.party, deferred=deferred)
            sums[ledger] = sums.get(ledger, 0) + amount
    return {ledger: amount for ledger, amount in sums.items() if amount}


def _entries(
    entry: BookedEntry, sums: dict[str, int], *, new_bill: bool
) -> tuple[VoucherEntry, ...]:
    party = entry.party or UNKNOWN_PARTY
    lines = entry.document.lines if entry.document else ()
    code = lines[0].tax_code if lines else None
    words = lines[0].description if lines else None
    made = [
        VoucherEntry(
            ledger,
            amount,
            _bills(entry, amount, new_bill) if ledger == party else (),
            is_party=ledger == party,
            tax_code=code if ledger in _SOLD else None,
            tax_code_words=words if ledger in _SOLD else None,
        )
        for ledger, amount in sums.items()
    ]
    return tuple(sorted(made, key=lambda one: not one.is_party))  # the party leads


_SOLD: Final = frozenset({"Sales", "Deferred Revenue"})


def _bills(entry: BookedEntry, amount: int, new_bill: bool) -> tuple[Bill, ...]:
    """Return what a party's amount does: it opens the bill, settles it, or is kept on account."""
    if entry.bill is None:
        return (Bill("", BillType.ON_ACCOUNT, amount),)
    if new_bill:
        return (Bill(entry.bill, BillType.NEW, amount),)
    settled = sum(_of_receivable(posting) for posting in entry.postings)
    kept = amount - settled
    made = []
    if settled:
        made.append(Bill(entry.bill, BillType.AGAINST, settled))
    if kept:
        made.append(Bill("", BillType.ON_ACCOUNT, kept))
    return tuple(made)


def _of_receivable(posting: Posting) -> int:
    if posting.debit is Account.RECEIVABLE:
        return posting.amount
    return -posting.amount if posting.credit is Account.RECEIVABLE else 0


def _narration(entry: BookedEntry) -> str:
    what = entry.kind.replace("_", " ").capitalize()
    return f"{what}: {entry.bill}" if entry.bill else what
