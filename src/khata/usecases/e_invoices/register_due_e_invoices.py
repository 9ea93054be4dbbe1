"""Register the documents that are due at their portals: nothing else waits for that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from khata.core.e_invoice.applicability import EInvoiceTooLate, applicability, check_in_time
from khata.core.e_invoice.registration import registration_request
from khata.core.e_invoice.standing import EInvoice
from khata.core.e_invoice.states import EInvoiceState
from khata.core.periods import day_of
from khata.core.refusal import Refusal
from khata.db.reads.tax_documents import documents_of
from khata.db.retrying import retrying
from khata.db.stores.irp_connections import IrpConnections, standing_of
from khata.db.transaction import Database, UnitOfWork
from khata.ports.invoice_registries import InvoiceRegistries
from khata.usecases.e_invoices.ask_portal import Outcome, Sending, ask_portal
from khata.usecases.e_invoices.end_cancelling import end_cancelling
from khata.usecases.e_invoices.keep_outcome import keep_outcome, no_more_by_itself
from khata.usecases.e_invoices.warn_of_last_day import warn_of_last_day

PORTAL_ZONE: Final = "Asia/Kolkata"
_FOR_A_PERSON: Final = (EInvoiceState.FAILED, EInvoiceState.MANUAL)
_NO_CONNECTION = "There is no connection to a portal that lets it in; connect it anew"


@dataclass(frozen=True, slots=True)
class RegisterDueEInvoices:
    """`limit` bounds a share: a call takes a second or so, and a dead portal half a minute."""

    tenant: UUID
    at: datetime
    limit: int = 20


def register_due_e_invoices(
    command: RegisterDueEInvoices, *, db: Database, registries: InvoiceRegistries | None
) -> int:
    """Send what is due, keep each answer, and return how many were looked at.

    That each was sent is written before it is; a worker that dies in between leaves it to be
    asked about. Once a portal is away, the rest of its registration waits without being tried.
    """
    tenant, at = command.tenant, command.at

    def take(uow: UnitOfWork) -> tuple[list[Sending], list[EInvoice], int]:
        due = uow.e_invoices.take_due(at, limit=command.limit)
        cancelling = [one for one in due if one.state is EInvoiceState.GENERATED]
        others = [one for one in due if one.state is not EInvoiceState.GENERATED]
        return _prepared(uow, others, at), cancelling, len(due)

    sending, cancelling, looked_at = retrying(db, tenant, take)
    away: dict[UUID, Outcome] = {}
    for one in sending:
        registration = one.connection.registration_id
        outcome = away.get(registration) or ask_portal(one, registries)
        if outcome.is_away:
            away[registration] = outcome
        retrying(db, tenant, partial(keep_outcome, sent=one, outcome=outcome, at=at))
    for e_invoice in cancelling:
        end_cancelling(e_invoice, tenant=tenant, at=at, db=db, registries=registries)
    return looked_at


def _prepared(uow: UnitOfWork, due: Sequence[EInvoice], at: datetime) -> list[Sending]:
    """Decide about each by what holds now, and write down that those which apply are sent."""
    if not due:
        return []
    documents = documents_of(uow.connection, [one.document_id for one in due])
    store = IrpConnections(uow.connection)
    connections = store.of({one.registration_id for one in due})
    turnovers = store.turnovers()
    sending = []
    for one in due:
        connection = connections.get(one.registration_id)
        if connection is None:
            _wait(uow, one, _NO_CONNECTION, None)
            continue
        standing = standing_of(connection, turnovers)
        document = documents[one.document_id]
        decided = applicability(document, standing)
        warn_at = warn_of_last_day(uow, one, decided.last_day, at=at)
        if one.state in _FOR_A_PERSON:  # it was due to be warned of, and for nothing else
            uow.e_invoices.set_state(one.id, one.state, next_try_at=None)
            continue
        if connection.trouble is not None:
            _wait(uow, one, connection.trouble, warn_at)
            continue
        if not decided.applies and one.state is not EInvoiceState.SUBMITTED:
            _leave(uow, one, decided.reason, at)
            continue
        try:
            if not _was_sent(one):  # what may be there already is asked about, however late
                check_in_time(document, standing, today=day_of(at, PORTAL_ZONE))
            request = registration_request(document, reported_on=day_of(at, PORTAL_ZONE))
        except Refusal as no:
            state = EInvoiceState.FAILED
            if isinstance(no, EInvoiceTooLate):
                state = EInvoiceState.MANUAL
            no_more_by_itself(
                uow, one, state, code=no.code, reason=no.detail, at=at, last_day=decided.last_day
            )
            continue
        sending.append(Sending(one, connection, request, _was_sent(one)))
        uow.e_invoices.set_state(
            one.id, EInvoiceState.SUBMITTED, tries=one.tries + 1, last_day=decided.last_day
        )
    return sending


def _was_sent(one: EInvoice) -> bool:
    return one.state is EInvoiceState.SUBMITTED or one.error_code == "outcome_unknown"


def _wait(uow: UnitOfWork, one: EInvoice, why: str, warn_at: datetime | None) -> None:
    """Let it be until the registration is connected anew, but for a warning in between."""
    state = EInvoiceState.RETRYING if one.state is EInvoiceState.SUBMITTED else one.state
    code = "outcome_unknown" if _was_sent(one) else "no_connection"
    uow.e_invoices.set_state(one.id, state, next_try_at=warn_at, error_code=code, error=why)


def _leave(uow: UnitOfWork, one: EInvoice, why: str, at: datetime) -> None:
    """It needs no IRN after all: its mails need not wait."""
    uow.e_invoices.set_state(
        one.id, EInvoiceState.NOT_APPLICABLE, next_try_at=None, error_code=None, error=why
    )
    uow.e_invoices.let_mails_go(one, at)
