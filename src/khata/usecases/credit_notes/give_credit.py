"""Give customers what credit notes say that they are owed, inside the notes' transaction."""

from collections.abc import Sequence
from datetime import datetime

from khata.core.credit_note import CreditNote
from khata.core.ledger.accounts import Account
from khata.db.transaction import UnitOfWork
from khata.usecases.wallets.return_funds import return_funds


def give_credit(uow: UnitOfWork, notes: Sequence[CreditNote], at: datetime) -> None:
    """Give `to_balance` of each note: to the wallets that paid the invoice, then as credit.

    What a wallet paid goes back to it, granted credit as granted: it never becomes money. The
    notes' invoices are locked, and what the notes book is the caller's to write.
    """
    for note in notes:
        if note.to_balance:
            give_back(uow, note, note.to_balance, "credit_note", at)


def give_back(uow: UnitOfWork, note: CreditNote, amount: int, cause: str, at: datetime) -> None:
    back = return_funds(
        uow,
        note.invoice,
        amount,
        cause=cause,
        source_id=note.id,
        owed_by=Account.CUSTOMER_CREDIT,
        at=at,
    )
    rest = amount - back.prepaid - back.granted
    if rest:
        invoice = note.invoice
        uow.credit.give(invoice.customer_id, invoice.currency, rest, cause, note.id, at)
