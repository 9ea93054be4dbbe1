"""Settle a visit: ask the gateway what came of it, and record that; the one way for all."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from khata.core.gateway_account import GatewayAccount
from khata.core.gateway_health import Trouble
from khata.core.payment import Outcome
from khata.core.visit import VisitStatus
from khata.core.visiting import CALL_ENDS_WITHIN, Visit, let_go
from khata.db.retrying import retrying
from khata.db.stores.attempts import Attempts
from khata.db.stores.visits import Visits
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateway import AnswerLost, CredentialsRefused, Gateway, NotReached
from khata.ports.gateway_visits import GatewayVisits, VisitState, visits_of
from khata.ports.gateways import Gateways
from khata.usecases.gateways.note_call import NoteCall, note_call
from khata.usecases.visits.account_of_visit import account_of_visit
from khata.usecases.visits.pages_of import pages_of
from khata.usecases.visits.record_visit import RecordVisit, record_visit
from khata.usecases.visits.request_visit import request_visit
from khata.usecases.visits.send_visit import send_visit

_log = structlog.get_logger(__name__)


class NoWord(Exception):
    """The gateway does not tell now whether the payer has paid."""


@dataclass(frozen=True, slots=True)
class SettleVisit:
    """`is_unwanted`: it is closed, so that the invoice can be collected in another way.

    `needs_word`: the gateway has to tell, also of one that is over: else NoWord is raised, for as
    long as the visit is waited for.
    """

    tenant: UUID
    visit_id: UUID
    at: datetime
    is_unwanted: bool = False
    needs_word: bool = False


def settle_visit(command: SettleVisit, *, db: Database, gateways: Gateways) -> Visit:
    """Return the visit as the gateway's answer leaves it; without an answer it stays as it is.

    A gateway that is silent for long after the visit's time is not waited for: the visit is over,
    holds up nothing, and is asked about on.

    The payer who comes back, a webhook, the sweep and whoever wants to collect otherwise all come
    here, in any order and at once. What the payer has agreed to is taken only while the invoice
    wants it; else, and after its time, the page is closed. Raises: NotFound, NoWord.
    """
    settled = _Settled(command, db, gateways)
    return settled.visit()


@dataclass(frozen=True, slots=True)
class _Settled:
    command: SettleVisit
    db: Database
    gateways: Gateways

    def visit(self) -> Visit:
        command = self.command
        with self.db.transaction(command.tenant) as uow:
            visit = Visits(uow.connection).get(command.visit_id)
            gateway = pages_of(uow, visit, self.gateways)
            account = account_of_visit(uow, visit)
            is_wanted = not command.is_unwanted and _is_wanted(uow, visit)
        pages = visits_of(gateway) if gateway is not None else None
        if visit.status is VisitStatus.DONE:
            return visit
        if gateway is None or pages is None:
            return self._untold(visit)
        try:
            state = self._asked(visit, pages, is_wanted=is_wanted)
        except NotReached as no:
            is_refused = isinstance(no, CredentialsRefused)
            self._note(account, Trouble.REFUSED if is_refused else Trouble.NOT_REACHED)
            return self._untold(visit)
        except AnswerLost:
            return self._untold(visit)
        except Exception:
            _log.exception("asking_about_visit_failed", visit=str(visit.id))
            return self._untold(visit)
        if account and account.health.trouble is not Trouble.FAULT:
            self._note(account, None)  # that it can be read says nothing of whether it charges
        if state is None:
            return self._untold(visit)
        after = self._recorded(visit, state, gateway)
        # A page that never closes, and where nothing was paid, is not waited for for ever either.
        is_stuck = after.is_open and not _has_paid(state)
        return self._untold(after) if is_stuck and not after.is_waited_for(command.at) else after

    def _untold(self, visit: Visit) -> Visit:
        command = self.command
        if not visit.is_waited_for(command.at):
            return retrying(self.db, command.tenant, lambda uow: _let_go(uow, visit.id, command.at))
        if command.needs_word:
            raise NoWord
        return visit

    def _note(self, account: GatewayAccount | None, trouble: Trouble | None) -> None:
        call = NoteCall(self.command.tenant, account, trouble, self.command.at)
        note_call(call, db=self.db)

    def _asked(self, visit: Visit, pages: GatewayVisits, *, is_wanted: bool) -> VisitState | None:
        """Return the gateway's word; None: what is known now is no word on it."""
        at = self.command.at
        request = request_visit(visit, tenant=self.command.tenant)
        reference = visit.reference
        if reference is None:
            if not self._may_have_arrived(visit, pages):
                call_has_ended = at >= visit.created_at + CALL_ENDS_WITHIN
                return VisitState(VisitStatus.FAILED) if call_has_ended else None
            # Sent again under its id, it is the same page, and its name is told.
            sent = send_visit(
                visit, tenant=self.command.tenant, at=at, db=self.db, gateways=self.gateways
            )
            reference = sent.reference
            if reference is None:
                return None
        if not visit.is_open:
            return pages.visit_state(request, reference=reference, at=at)
        if is_wanted and not visit.is_over_at(at):
            return pages.finish_visit(request, reference=reference, at=at)
        return pages.close_visit(request, reference=reference, at=at)

    def _may_have_arrived(self, visit: Visit, pages: GatewayVisits) -> bool:
        """Say whether the gateway knows a visit whose answer was lost, or cannot say."""
        request = request_visit(visit, tenant=self.command.tenant)
        try:
            return pages.visit_state(request, reference=None, at=self.command.at) is not None
        except AnswerLost:
            return True

    def _recorded(self, visit: Visit, state: VisitState, gateway: Gateway) -> Visit:
        record = RecordVisit(
            self.command.tenant,
            visit.id,
            state,
            self.command.at,
            late=gateway.capabilities.late_success,
        )
        return record_visit(record, db=self.db)


def _has_paid(state: VisitState) -> bool:
    """Say whether money came or may still come of it, by the gateway's word."""
    return state.paid is not None and state.paid.outcome in (Outcome.SUCCEEDED, Outcome.PENDING)


def _let_go(uow: UnitOfWork, id: UUID, at: datetime) -> Visit:
    visits = Visits(uow.connection)
    visit = visits.lock(id)
    after = let_go(visit, at=at)
    if after != visit:
        visits.change(after)
    return after


def _is_wanted(uow: UnitOfWork, visit: Visit) -> bool:
    """Say whether what was agreed to there is still to be taken."""
    if visit.invoice_id is None:
        return True
    if uow.invoices.get(visit.invoice_id).payable < visit.amount:
        return False
    attempts = Attempts(uow.connection).of_invoices([visit.invoice_id])[visit.invoice_id]
    return not any(attempt.is_open for attempt in attempts)
