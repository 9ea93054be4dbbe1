"""Booking: from a business fact to its entry. The accountant's page of the code."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from khata.core.ledger.accounts import Account, tax_payable
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
                Posting(Account.RECEIVABLE, tax_payable(row.name), row.amount, currency)
            )
    postings += posting(Account.RECEIVABLE, Account.ROUND_OFF, round_off, currency)
    if not postings:
        return None
    return Entry(id, "invoice_issued", invoice_id, on, tuple(postings))


def credit_note_issued(
    *,
    id: UUID,
    note_id: UUID,
    on: date,
    currency: str,
    net: int,
    taxes: Sequence[TaxRow],
    round_off: int,
    owed_back: int,
    outside: int,
) -> Entry | None:
    """Book a credit note: less is owed to us, less is deferred, and the state gets less tax.

    What the invoice no longer owes we owe to the customer; `outside` was given back directly.
    """
    postings = list(posting(Account.DEFERRED_REVENUE, Account.RECEIVABLE, net, currency))
    for row in taxes:
        postings += posting(tax_payable(row.name), Account.RECEIVABLE, row.amount, currency)
    postings += posting(Account.ROUND_OFF, Account.RECEIVABLE, round_off, currency)
    postings += posting(Account.RECEIVABLE, Account.CUSTOMER_CREDIT, owed_back, currency)
    postings += posting(Account.RECEIVABLE, Account.BANK, outside, currency)
    return Entry(id, "credit_note_issued", note_id, on, tuple(postings)) if postings else None


def payment_received(
    *,
    id: UUID,
    attempt_id: UUID,
    on: date,
    currency: str,
    amount: int,
    fee: int,
    owed: bool,
    surplus: int = 0,
) -> Entry:
    """Book money that a gateway took: it settles the invoice and the gateway keeps its fee.

    What is not owed (the invoice was void, or paid twice) is owed back to the customer, and so is
    `surplus`, where less was owed than was taken.
    """
    back = surplus if owed else amount
    postings = posting(Account.GATEWAY_CLEARING, Account.RECEIVABLE, amount - back, currency)
    postings += posting(Account.GATEWAY_CLEARING, Account.CUSTOMER_CREDIT, back, currency)
    return Entry(
        id,
        "payment_received",
        attempt_id,
        on,
        postings + posting(Account.GATEWAY_FEES, Account.GATEWAY_CLEARING, fee, currency),
    )


def refund_made(*, id: UUID, refund_id: UUID, on: date, currency: str, amount: int) -> Entry:
    """Book money given back through the gateway; its fee stays with the gateway."""
    returned = Posting(Account.CUSTOMER_CREDIT, Account.GATEWAY_CLEARING, amount, currency)
    return Entry(id, "refund_made", refund_id, on, (returned,))


def refund_failed_after_all(
    *, id: UUID, refund_id: UUID, on: date, currency: str, amount: int
) -> Entry:
    """Book that money given back came back: we hold it again, and owe it to the customer again."""
    returned = Posting(Account.GATEWAY_CLEARING, Account.CUSTOMER_CREDIT, amount, currency)
    return Entry(id, "refund_failed_after_all", refund_id, on, (returned,))


def funds_spent(
    *,
    id: UUID,
    invoice_id: UUID,
    on: date,
    currency: str,
    credit: int,
    prepaid: int,
    granted: int,
) -> Entry | None:
    """Book what a customer's own funds pay of an invoice: we owe that much less, and are owed less.

    The rest is owed as before. What goes back later is booked by `funds_returned`.
    """
    postings = (
        posting(Account.CUSTOMER_CREDIT, Account.RECEIVABLE, credit, currency)
        + posting(Account.WALLET_PAID, Account.RECEIVABLE, prepaid, currency)
        + posting(Account.WALLET_GRANTED, Account.RECEIVABLE, granted, currency)
    )
    return Entry(id, "funds_spent", invoice_id, on, postings) if postings else None


def funds_returned(
    *,
    id: UUID,
    source_id: UUID,
    on: date,
    currency: str,
    owed_by: Account,
    credit: int,
    prepaid: int,
    granted: int,
) -> Entry | None:
    """Book money that goes back to the funds it came from.

    `owed_by` is what is debited: the receivable that a void invoice leaves, or what a credit
    note says that we owe.
    """
    postings = (
        posting(owed_by, Account.WALLET_PAID, prepaid, currency)
        + posting(owed_by, Account.WALLET_GRANTED, granted, currency)
        + (
            posting(owed_by, Account.CUSTOMER_CREDIT, credit, currency)
            if owed_by is not Account.CUSTOMER_CREDIT
            else ()
        )
    )
    return Entry(id, "funds_returned", source_id, on, postings) if postings else None


def payment_carried(*, id: UUID, invoice_id: UUID, on: date, currency: str, amount: int) -> Entry:
    """Book what was paid of an invoice that was revised: it pays the one in its place."""
    carried = Posting(Account.RECEIVABLE, Account.CUSTOMER_CREDIT, amount, currency)
    return Entry(id, "payment_carried", invoice_id, on, (carried,))


def top_up_asked(*, id: UUID, invoice_id: UUID, on: date, currency: str, amount: int) -> Entry:
    """Book the invoice of a top-up: owed, but nothing is sold and nothing taxed."""
    asked = Posting(Account.RECEIVABLE, Account.WALLET_PENDING, amount, currency)
    return Entry(id, "invoice_issued", invoice_id, on, (asked,))


def wallet_filled(*, id: UUID, grant_id: UUID, on: date, currency: str, amount: int) -> Entry:
    """Book a top-up that is paid: we owe the customer what it will be spent on."""
    filled = Posting(Account.WALLET_PENDING, Account.WALLET_PAID, amount, currency)
    return Entry(id, "wallet_filled", grant_id, on, (filled,))


def credit_granted(*, id: UUID, grant_id: UUID, on: date, currency: str, amount: int) -> Entry:
    """Book credit that nobody paid for: it costs us what it will pay of invoices."""
    granted = Posting(Account.PROMOTIONS, Account.WALLET_GRANTED, amount, currency)
    return Entry(id, "credit_granted", grant_id, on, (granted,))


def wallet_expired(
    *, id: UUID, grant_id: UUID, on: date, currency: str, amount: int, is_paid: bool
) -> Entry:
    """Book what was not spent in time: prepaid money is earned, a grant has cost nothing."""
    if is_paid:
        lost = Posting(Account.WALLET_PAID, Account.BREAKAGE, amount, currency)
    else:
        lost = Posting(Account.WALLET_GRANTED, Account.PROMOTIONS, amount, currency)
    return Entry(id, "wallet_expired", grant_id, on, (lost,))


def written_off(
    *,
    id: UUID,
    invoice_id: UUID,
    on: date,
    currency: str,
    amount: int,
    unearned: int,
    paid: int = 0,
) -> Entry:
    """Book an invoice given up: what was not delivered yet is no longer ours to deliver.

    The rest is the loss, tax included: GST gives no relief for bad debts. `unearned` is the part
    of the invoice that stands in deferred revenue. Where a part was `paid`, that can be more than
    is given up: then the rest of it was paid for, and it is ours though nobody will deliver it. A
    recovery mirrors this entry.
    """
    kept = min(max(unearned - amount, 0), paid)
    taken_out = unearned - kept
    postings = posting(Account.DEFERRED_REVENUE, Account.RECEIVABLE, taken_out, currency)
    lost = posting(Account.BAD_DEBT, Account.RECEIVABLE, amount - taken_out, currency)
    earned = posting(Account.DEFERRED_REVENUE, Account.REVENUE, kept, currency)
    return Entry(id, "invoice_written_off", invoice_id, on, postings + lost + earned)


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
