"""Settle named invoices at once: what follows from them, and their payment, without the queue."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.usecases.due_work.react_to_events import ReactToEvents, react_to_events
from khata.usecases.due_work.tools import Tools
from khata.usecases.payments.collect_due_payments import (
    CollectDuePayments,
    collect_due_payments,
)


@dataclass(frozen=True, slots=True)
class SettleInvoices:
    tenant: UUID
    at: datetime
    invoice_ids: tuple[UUID, ...]


def settle_invoices(command: SettleInvoices, *, tools: Tools) -> None:
    """React to these invoices and try to collect them, as the engine would a moment later.

    A person who has just subscribed wants to know now. Whatever is not finished here (or was
    taken by the engine in the meantime) is due all the same.
    """
    tenant, at, only = command.tenant, command.at, command.invoice_ids
    if not only:
        return
    react = ReactToEvents(
        tenant, at, only, renders_ahead=not tools.keeps_mail, streams=tools.streams_events
    )
    react_to_events(react, db=tools.db)
    collect = CollectDuePayments(tenant, at, only=only)
    collect_due_payments(collect, db=tools.db, gateways=tools.gateways)
