"""Cancel an IRN at its portal, and void its invoice or note with it."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from khata.core.e_invoice.events import EInvoiceCancelled
from khata.core.e_invoice.registration import CancelReason
from khata.core.e_invoice.standing import EInvoice
from khata.core.e_invoice.states import (
    EInvoiceState,
    TooLateToCancel,
    check_cancellable,
    moved,
)
from khata.core.filing import PeriodFiled
from khata.core.invoice import InvoiceStatus
from khata.core.note_voiding import NoteNotVoidable
from khata.core.voiding import NotVoidable
from khata.db.retrying import retrying
from khata.db.stores.e_invoices import LEASE
from khata.db.stores.irp_connections import IrpConnections
from khata.db.transaction import Database, UnitOfWork
from khata.ports.invoice_registries import InvoiceRegistries
from khata.ports.invoice_registry import Cancelled, OutcomeUnknown, Refused, RegistryUnavailable
from khata.usecases.credit_notes.void_note import void_note
from khata.usecases.invoices.void_invoice import void_locked
from khata.usecases.payments.lock_owed import Owed, lock_owed

_PAID: Final = (
    "paid_meanwhile",
    "Its IRN was cancelled, but money came for it meanwhile; credit it",
)


@dataclass(frozen=True, slots=True)
class Cancelling:
    """`done`, or why not; `is_over`: it is not tried again by itself."""

    done: bool
    code: str = ""
    why: str = ""
    is_over: bool = True


def end_cancelling(
    one: EInvoice,
    *,
    tenant: UUID,
    at: datetime,
    db: Database,
    registries: InvoiceRegistries | None,
) -> Cancelling:
    """Ask the portal of one that is to be cancelled, keep what it says, and return it.

    Asking twice cancels once. While the portal is away it is asked again, for as long as it
    cancels.
    """
    with db.transaction(tenant) as uow:
        connection = (
            IrpConnections(uow.connection).of([one.registration_id]).get(one.registration_id)
        )
    registry = registries.of(connection) if registries and connection else None
    assert one.irn is not None  # it is generated
    assert one.ack_at is not None
    try:
        is_note = one.credit_note_id is not None
        check_cancellable(one.number, generated_at=one.ack_at, at=at, is_note=is_note)
        if registry is None:
            raise RegistryUnavailable("there is no connection to its portal")
        reason = CancelReason(one.cancel_reason or CancelReason.OTHER)
        said = registry.cancel(one.irn, reason=reason, remark=one.cancel_remark or reason.value)
    except TooLateToCancel as late:
        ended = Cancelling(False, late.code, late.detail)
    except (RegistryUnavailable, OutcomeUnknown) as away:
        ended = Cancelling(False, "portal_away", str(away), is_over=False)
    else:
        ended = _read(said)
    retrying(db, tenant, partial(_keep, one=one, ended=ended, at=at))
    return ended


def _read(said: Cancelled | Refused) -> Cancelling:
    if isinstance(said, Cancelled):
        return Cancelling(True)
    reason = "; ".join(f"{error.message} ({error.code})" for error in said.errors)
    return Cancelling(False, said.codes[0], reason)


def _keep(uow: UnitOfWork, *, one: EInvoice, ended: Cancelling, at: datetime) -> None:
    owed = lock_owed(uow, one.invoice_id)
    now = uow.e_invoices.lock(one.id)
    if now.state is not EInvoiceState.GENERATED:
        return
    if not ended.done:
        uow.e_invoices.set_state(
            one.id,
            now.state,
            next_try_at=None if ended.is_over else at + LEASE,
            cancel_reason=None if ended.is_over else now.cancel_reason,
            error_code=ended.code,
            error=ended.why[:1000],
        )
        return
    code, error = _void(uow, one, owed, at) or (None, None)
    uow.e_invoices.set_state(
        one.id,
        moved(now.state, EInvoiceState.CANCELLED),
        cancelled_at=at,
        next_try_at=None,
        error_code=code,
        error=error,
    )
    told = EInvoiceCancelled(one.id, one.invoice_id, one.credit_note_id, one.irn or "")
    uow.events.add([told], at)


def _void(uow: UnitOfWork, one: EInvoice, owed: Owed, at: datetime) -> tuple[str, str] | None:
    """Void what the IRN was of; return a code and a sentence where that can be no more."""
    if one.credit_note_id is not None:
        try:
            void_note(uow, one.credit_note_id, owed.invoice, at=at)
        except (NoteNotVoidable, PeriodFiled) as no:
            return no.code, f"Its IRN was cancelled, but: {no.detail}"
        return None
    if owed.invoice.status is InvoiceStatus.OPEN:
        try:
            void_locked(uow, owed, at=at)
        except NotVoidable:
            return _PAID
    elif owed.invoice.status is not InvoiceStatus.VOID:
        return _PAID
    return None
