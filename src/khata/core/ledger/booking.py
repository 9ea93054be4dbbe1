"""Booking: from a business fact to its entry. The accountant's page of the code."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from khata.core.ledger.accounts import TAX_PAYABLE, Account
from khata.core.ledger.posting import Entry, Posting, posting
from khata.core.tax.gst import TaxRow


def invoice_issued(
    *,
    id: UUID,
    invoice_id: UUID,
    on: date,
    currency: str,
    net: int,
    taxes: Sequence[TaxRow],
    round_off: int,
) -> Entry | None:
    """Book an invoice: the customer owes the total; we owe the service and the state its tax.

    An invoice of nothing books nothing.
    """
    postings: list[Posting] = []
    if net > 0:
        postings.append(Posting(Account.RECEIVABLE, Account.DEFERRED_REVENUE, net, currency))
    for row in taxes:
        if row.amount > 0:
            postings.append(
                Posting(Account.RECEIVABLE, TAX_PAYABLE[row.name], row.amount, currency)
            )
    postings += posting(Account.RECEIVABLE, Account.ROUND_OFF, round_off, currency)
    if not postings:
        return None
    return Entry(id, "invoice_issued", invoice_id, on, tuple(postings))


def payment_received(
    *, id: UUID, attempt_id: UUID, on: date, currency: str, amount: int, fee: int, owed: bool
) -> Entry:
    """Book money that a gateway took: it settles the invoice and the gateway keeps its fee.

    What is not owed (the invoice was void, or paid twice) is owed back to the customer.
    """
    settles = Account.RECEIVABLE if owed else Account.CUSTOMER_CREDIT
    postings = (Posting(Account.GATEWAY_CLEARING, settles, amount, currency),)
    return Entry(
        id,
        "payment_received",
        attempt_id,
        on,
        postings + posting(Account.GATEWAY_FEES, Account.GATEWAY_CLEARING, fee, currency),
    )


def paid_directly(*, id: UUID, invoice_id: UUID, on: date, currency: str, amount: int) -> Entry:
    """Book a bank transfer, cheque or cash that the tenant was told of."""
    settled = Posting(Account.BANK, Account.RECEIVABLE, amount, currency)
    return Entry(id, "paid_directly", invoice_id, on, (settled,))


def refund_made(*, id: UUID, refund_id: UUID, on: date, currency: str, amount: int) -> Entry:
    """Book money given back through the gateway; its fee stays with the gateway."""
    returned = Posting(Account.CUSTOMER_CREDIT, Account.GATEWAY_CLEARING, amount, currency)
    return Entry(id, "refund_made", refund_id, on, (returned,))


def written_off(
    *, id: UUID, invoice_id: UUID, on: date, currency: str, amount: int, unearned: int
) -> Entry:
    """Book an invoice given up: what was not delivered yet is no longer ours to deliver.

    The rest is the loss, tax included: GST gives no relief for bad debts. `unearned` is the part
    of `amount` that stands in deferred revenue. A recovery mirrors this entry.
    """
    postings = posting(Account.DEFERRED_REVENUE, Account.RECEIVABLE, unearned, currency)
    lost = posting(Account.BAD_DEBT, Account.RECEIVABLE, amount - unearned, currency)
    return Entry(id, "invoice_written_off", invoice_id, on, postings + lost)


def revenue_recognized(
    *, id: UUID, source_id: UUID, on: date, amounts: Sequence[tuple[str, int]]
) -> Entry | None:
    """Book what a month earned, by currency: deferred becomes revenue."""
    postings = tuple(
        earned
        for currency, amount in amounts
        for earned in posting(Account.DEFERRED_REVENUE, Account.REVENUE, amount, currency)
    )
    return Entry(id, "revenue_recognized", source_id, on, postings) if postings else None


def recognition_reversed(
    *, id: UUID, invoice_id: UUID, on: date, currency: str, amount: int
) -> Entry | None:
    """Book that what was earned of a voided invoice was not: revenue goes back to deferred."""
    postings = posting(Account.REVENUE, Account.DEFERRED_REVENUE, amount, currency)
    return Entry(id, "recognition_reversed", invoice_id, on, postings) if postings else None
