"""Keep what came of sending a document to a portal, and tell it."""

from datetime import datetime
from typing import Any

from khata.core.e_invoice.events import EInvoiceFailed, EInvoiceGenerated
from khata.core.e_invoice.registration import Registered
from khata.core.e_invoice.standing import EInvoice
from khata.core.e_invoice.states import EInvoiceState, moved, next_try_at, state_after
from khata.db.stores.irp_connections import IrpConnections
from khata.db.transaction import UnitOfWork
from khata.ports.invoice_registry import Refused
from khata.usecases.e_invoices.ask_portal import Outcome, Sending


def keep_outcome(uow: UnitOfWork, *, sent: Sending, outcome: Outcome, at: datetime) -> None:
    """Write the answer of a portal, or when it is asked again; what others settled stays so."""
    one = uow.e_invoices.lock(sent.e_invoice.id)
    if one.state is not EInvoiceState.SUBMITTED:
        return
    if isinstance(outcome.answer, Registered):
        generated(uow, one, outcome.answer, at)
    elif outcome.answer is not None:
        _refused(uow, one, outcome.answer, at)
    else:
        _again(uow, one, outcome.code, outcome.why, at)
        if outcome.code == "login_refused":
            registration, version = one.registration_id, sent.connection.version
            IrpConnections(uow.connection).note_trouble(registration, version, outcome.why)
            warn_at = one.warns_at(one.last_day)
            uow.e_invoices.set_state(one.id, EInvoiceState.RETRYING, next_try_at=warn_at)


def generated(
    uow: UnitOfWork, one: EInvoice, held: Registered, at: datetime, *, by_hand: bool = False
) -> None:
    """Keep an IRN, tell it, and let the mails go that have waited for it."""
    moved(one.state, EInvoiceState.GENERATED)
    uow.e_invoices.register(one.id, held, by_hand=by_hand)
    uow.e_invoices.let_mails_go(one, at)
    uow.e_invoices.take_back_of_void(one.id, at)
    told = EInvoiceGenerated(one.id, one.invoice_id, one.credit_note_id, held.irn)
    uow.events.add([told], at)


def no_more_by_itself(
    uow: UnitOfWork,
    one: EInvoice,
    state: EInvoiceState,
    *,
    code: str,
    reason: str,
    at: datetime,
    **facts: Any,
) -> None:
    """Leave it to a person, and tell why; it is due again only to be warned of."""
    moved(one.state, state)
    warn_at = one.warns_at(facts.get("last_day", one.last_day))
    uow.e_invoices.set_state(
        one.id,
        state,
        next_try_at=warn_at if warn_at is not None and warn_at > at else None,
        error_code=code,
        error=reason[:1000],
        **facts,
    )
    told = EInvoiceFailed(one.id, one.invoice_id, one.credit_note_id, code, reason[:1000])
    uow.events.add([told], at)


def _refused(uow: UnitOfWork, one: EInvoice, no: Refused, at: datetime) -> None:
    state = state_after(no.reaction)
    reason = "; ".join(f"{error.message} ({error.code})" for error in no.errors)
    if state is EInvoiceState.RETRYING:
        _again(uow, one, no.codes[0], reason, at)
        return
    no_more_by_itself(uow, one, state, code=no.codes[0], reason=reason, at=at)


def _again(uow: UnitOfWork, one: EInvoice, code: str, why: str, at: datetime) -> None:
    uow.e_invoices.set_state(
        one.id,
        moved(one.state, EInvoiceState.RETRYING),
        next_try_at=next_try_at(one.tries, at),
        error_code=code,
        error=why[:1000],
    )
