"""Raise an invoice by a debit note: its lines asked for too little."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.credit_note import BilledInvoice
from khata.core.debit_note import NotDebitable, Raised, debit_note
from khata.core.document_kind import DocumentKind
from khata.core.ids import new_id, public_id
from khata.core.issuing import booked, told
from khata.core.periods import day_of
from khata.core.refusal import NotFound
from khata.core.registration import DEFAULT_SERIES
from khata.db.stores.originals import issued_as
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.e_invoices.refuse_note import refuse_note
from khata.usecases.invoices.settle_at_once import settle_at_once
from khata.usecases.payments.lock_owed import lock_owed


@dataclass(frozen=True, slots=True)
class RaiseInvoice:
    """`lines` are ids of the invoice's lines with what is added to each, before tax."""

    tenant: UUID
    id: UUID
    at: datetime
    invoice_id: UUID
    reason: str
    lines: Sequence[tuple[UUID, int]]


def raise_invoice(command: RaiseInvoice, *, db: Database) -> None:
    """Issue a debit note: tax at the original's rates and place; owed as an invoice is.

    Raises: NotFound, NotDebitable, SeriesFull, NoEInvoicePossible.
    Source: CGST Act s.34(3): no time limit.
    """
    with db.transaction(command.tenant) as uow:
        original = _original(uow, command.invoice_id)
        registration = uow.sellers.get(original.registration_id)
        assert registration is not None
        issued = issued_as(uow.connection, original.id)
        if issued.kind is DocumentKind.DEBIT_NOTE:
            raise NotDebitable(
                f"{original.number} is a debit note itself; raise the invoice that it goes back to",
                param="invoice",
            )
        tenant = uow.tenants.get()
        note = debit_note(
            original,
            issued,
            _raised(uow, original, command),
            id=command.id,
            reason=command.reason,
            series={**DEFAULT_SERIES, **registration.series}["debit_note"],
            country=registration.country,
            today=day_of(command.at, tenant.timezone),
            policies=tenant.policies,
            ids=iter(lambda: new_id(command.at), None),
        )
        entry = booked(note, new_id(command.at))
        uow.books.post([] if entry is None else [entry], command.at)
        note, events = settle_at_once(uow, note, told(note), at=command.at)
        uow.events.add(events, command.at)
        uow.invoices.store([note], command.at)
        refuse_note(uow, note.id, note.registration_id)


def _original(uow: UnitOfWork, id: UUID) -> BilledInvoice:
    """Return the invoice, locked. Raises: NotFound, NotDebitable."""
    stored = lock_owed(uow, id, param="invoice").invoice
    found = uow.billed.invoice(id)
    if found is None:
        raise NotDebitable(f"Invoice {stored.number} is {stored.status}", param="invoice")
    if found.subscription_id is None and uow.wallets.top_up_of(id) is not None:
        raise NotDebitable(f"Nothing was sold by {stored.number}, a top-up", param="invoice")
    return found


def _raised(uow: UnitOfWork, original: BilledInvoice, command: RaiseInvoice) -> list[Raised]:
    places = uow.invoices.positions_of(original.id)
    billed = {line.position: line for line in original.lines}
    raised = []
    for n, (line_id, amount) in enumerate(command.lines):
        place = places.get(line_id)
        if place is None:
            raise NotFound("invoice line", public_id("il", line_id), param=f"lines.{n}.line")
        raised.append(Raised(billed[place], amount))
    return raised
