"""A renewal whose invoice the customer's own funds pay before any gateway is asked."""

from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from khata.core.funds import Funds
from khata.core.renewal import Renewal
from khata.core.settling import settle, told_settled

Purses = MutableMapping[tuple[UUID, str], Funds]


def renewal_paid_from(
    renewal: Renewal, purses: Purses, *, at: datetime, ids: Iterator[UUID]
) -> Renewal:
    """Let the customer's purse pay what it can; what is left of it stays for the next invoice."""
    invoice = renewal.invoice
    if invoice is None:
        return renewal
    owner = (invoice.customer_id, invoice.currency)
    funds = purses.get(owner)
    settled = None if funds is None else settle(invoice, funds, at=at, ids=ids)
    if settled is None:
        return renewal
    purses[owner] = settled.left
    events = told_settled(renewal.events, settled)
    return replace(renewal, invoice=settled.invoice, events=events, settled=settled)
