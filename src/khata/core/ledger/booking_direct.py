"""Booking money that comes by hand, tax withheld of it, and what comes after a write-off."""

from datetime import date
from uuid import UUID

from khata.core.ledger.accounts import Account
from khata.core.ledger.posting import Entry, Posting, posting


def received_directly(
    *,
    id: UUID,
    attempt_id: UUID,
    on: date,
    currency: str,
    applied: int,
    surplus: int,
    withheld: int,
    kept: Account = Account.CUSTOMER_CREDIT,
) -> Entry:
    """Book a transfer, cheque or cash: what pays the invoice, and what we owe back of it.

    `applied` and `surplus` are what came to the bank; `withheld` the customer paid to the state.
    `kept` is where the surplus stays: the credit balance, or a wallet as an advance.
    """
    postings = (
        posting(Account.BANK, Account.RECEIVABLE, applied, currency)
        + posting(Account.BANK, kept, surplus, currency)
        + posting(Account.TDS_RECEIVABLE, Account.RECEIVABLE, withheld, currency)
    )
    return Entry(id, "received_directly", attempt_id, on, postings)


def tds_written_off(*, id: UUID, tds_id: UUID, on: date, currency: str, amount: int) -> Entry:
    """Book withheld tax for which no certificate came: without one the state gives no credit."""
    lost = Posting(Account.BAD_DEBT, Account.TDS_RECEIVABLE, amount, currency)
    return Entry(id, "tds_written_off", tds_id, on, (lost,))


def bad_debt_recovered(
    *, id: UUID, attempt_id: UUID, on: date, currency: str, of_loss: int, of_unearned: int
) -> Entry:
    """Book a part that comes of an invoice given up, which stays given up.

    It makes good the loss first. What goes beyond it was for days that nobody delivered any more:
    nothing is owed for it, so it is income.
    """
    postings = posting(Account.RECEIVABLE, Account.BAD_DEBT, of_loss, currency) + posting(
        Account.RECEIVABLE, Account.REVENUE, of_unearned, currency
    )
    return Entry(id, "bad_debt_recovered", attempt_id, on, postings)


def rest_recovered(lost: Entry, *, id: UUID, on: date, of_loss: int, of_unearned: int) -> Entry:
    """Book that the last part of an invoice given up has come: it is owed and deferred again.

    The mirror of the write-off, less what parts before it have made good: `of_loss` of the bad
    debt, and `of_unearned` that was taken as income and is deferred now, to be earned by days.
    """
    currency = lost.postings[0].currency
    loss = sum(p.amount for p in lost.postings if p.debit is Account.BAD_DEBT) - sum(
        p.amount for p in lost.postings if p.credit is Account.BAD_DEBT
    )
    unearned = sum(
        p.amount
        for p in lost.postings
        if p.debit is Account.DEFERRED_REVENUE and p.credit is Account.RECEIVABLE
    )
    kept = sum(p.amount for p in lost.postings if p.credit is Account.REVENUE)
    postings = (
        posting(Account.RECEIVABLE, Account.DEFERRED_REVENUE, unearned - of_unearned, currency)
        + posting(Account.RECEIVABLE, Account.BAD_DEBT, loss - of_loss, currency)
        + posting(Account.REVENUE, Account.DEFERRED_REVENUE, kept + of_unearned, currency)
    )
    return Entry(id, "write_off_recovered", lost.source_id, on, postings)
