"""Settling: a new invoice is paid by the customer's own funds before any gateway is asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.events import Event, InvoiceFinalized, InvoicePaid
from khata.core.funds import Funds, Settlement, by_kind, paid_by, pay_from
from khata.core.invoice import Invoice, InvoiceStatus
from khata.core.ledger.booking import funds_spent
from khata.core.ledger.posting import Entry


@dataclass(frozen=True, slots=True)
class Settled:
    """What funds paid of an invoice, how that is booked, and what is left of them."""

    invoice: Invoice
    settlements: tuple[Settlement, ...]
    entry: Entry
    left: Funds


def settle(invoice: Invoice, funds: Funds, *, at: datetime, ids: Iterator[UUID]) -> Settled | None:
    """Let funds pay what they can of an invoice that is not stored yet; None where they do not."""
    if invoice.status is InvoiceStatus.PAID or funds.is_empty:
        return None
    settlements, left = pay_from(funds, invoice.total - invoice.settled, at=at)
    if not settlements:
        return None
    credit, prepaid, granted = by_kind(settlements)
    entry = funds_spent(
        id=next(ids),
        invoice_id=invoice.id,
        on=invoice.issued_on,
        currency=invoice.currency,
        credit=credit,
        prepaid=prepaid,
        granted=granted,
    )
    assert entry is not None
    paid = replace(invoice, settled=invoice.settled + paid_by(settlements))
    return Settled(paid, settlements, entry, left)


def wallets_of(settled: Sequence[Settled]) -> list[UUID]:
    """Return the wallets that paid, in the order of their ids."""
    parts = (part for one in settled for part in one.settlements)
    return sorted({part.grant.wallet_id for part in parts if part.grant is not None})


def told_settled(events: Sequence[Event], settled: Settled) -> tuple[Event, ...]:
    """Return the events of an invoice as they are once funds have paid: what is left, or paid."""
    invoice, told = settled.invoice, list[Event]()
    for event in events:
        if not isinstance(event, InvoiceFinalized) or event.invoice_id != invoice.id:
            told.append(event)
            continue
        told.append(replace(event, amount_due=invoice.total - invoice.settled))
        if invoice.status is InvoiceStatus.PAID:
            told.append(
                InvoicePaid(
                    invoice.id,
                    invoice.customer_id,
                    invoice.subscription_id,
                    invoice.currency,
                    invoice.total,
                )
            )
    return tuple(told)
