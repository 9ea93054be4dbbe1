"""Record what came of a visit: the money, what was saved, and the visit, in one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from khata.core.payment import Outcome
from khata.core.payment_method import SavedMethod
from khata.core.visit import Purpose, VisitStatus
from khata.core.visiting import LONGEST_CONFIRMATION, Visit, heard, moved
from khata.db.retrying import retrying
from khata.db.stores.setup_links import SetupLinks
from khata.db.stores.visits import Visits
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateway_visits import VisitState
from khata.usecases.visits.book_visit import book_visit
from khata.usecases.visits.keep_saved import keep_saved
from khata.usecases.visits.reject_agreement import reject_agreement

# Another attempt is open, and beside it there can be none that is not yet known to have paid.
_BESIDE_ANOTHER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class RecordVisit:
    """`late` is how long money may still come to a page that was closed; None: never."""

    tenant: UUID
    visit_id: UUID
    state: VisitState
    at: datetime
    late: timedelta | None = None


def record_visit(command: RecordVisit, *, db: Database) -> Visit:
    """Move the visit forward and let follow what follows; no news changes nothing.

    The row is read again under lock, so the same word may come twice, at once and in any order:
    its money is booked once, and what was saved is kept once. Raises: NotFound.
    """
    return retrying(db, command.tenant, lambda uow: _recorded(uow, command))


def _recorded(uow: UnitOfWork, command: RecordVisit) -> Visit:
    visits, state = Visits(uow.connection), command.state
    visit = visits.lock(command.visit_id)
    if visit.status is VisitStatus.DONE:
        return visit
    if state.status is VisitStatus.DONE:
        return _done(uow, visit, command)
    if state.status is VisitStatus.OPEN:
        return _declined(visits, visit, state.decline_code)
    after = moved(
        visit, state.status, at=command.at, decline_code=state.decline_code, late=command.late
    )
    if after is None:
        after = heard(visit, at=command.at, late=command.late)
        if after != visit:
            visits.change(after)
        return after
    visits.change(after)
    if state.status is VisitStatus.FAILED:
        reject_agreement(uow, visit, cause=state.decline_code or "refused", at=command.at)
    return after


def _declined(visits: Visits, visit: Visit, decline_code: str | None) -> Visit:
    """Note why the payer's last try was refused; they may go on."""
    if decline_code is None or decline_code == visit.decline_code or not visit.is_open:
        return visit
    after = replace(visit, decline_code=decline_code)
    Visits.change(visits, after)
    return after


def _done(uow: UnitOfWork, visit: Visit, command: RecordVisit) -> Visit:
    state, at = command.state, command.at
    saved = state.saved if visit.purpose is not Purpose.PAY else None
    if visit.purpose is Purpose.SAVE and saved is not None and not saved.usable:
        return _waits_for_the_bank(uow, visit, saved, command)
    after = moved(visit, VisitStatus.DONE, at=at)
    assert after is not None, "only what is done cannot be done"
    # Before the invoice is locked, as everywhere: a new method locks all that it may pay.
    if saved is not None and saved.usable:
        after = replace(after, payment_method_id=keep_saved(uow, visit, saved, at=at))
    if visit.purpose is not Purpose.SAVE:
        paid = state.paid
        if paid is None or paid.outcome in (Outcome.UNKNOWN, Outcome.FAILED):
            return visit  # a page that says both "done" and "not paid" is asked about again
        if not book_visit(uow, visit, paid, after.payment_method_id, at=at):
            return _again(uow, visit, at)
        after = replace(after, attempt_id=visit.id)
    Visits(uow.connection).change(after)
    if after.payment_method_id is not None and visit.link_id is not None:
        SetupLinks(uow.connection).saved(visit.link_id, after.payment_method_id)
    return after


def _again(uow: UnitOfWork, visit: Visit, at: datetime) -> Visit:
    """Ask once more in an hour, also about one that is over: its money is not in the books yet."""
    then = replace(visit, ask_at=max(visit.ask_at or at, at + _BESIDE_ANOTHER))
    Visits(uow.connection).change(then)
    return then


def _waits_for_the_bank(
    uow: UnitOfWork, visit: Visit, saved: SavedMethod, command: RecordVisit
) -> Visit:
    """Leave it open while a bank has to confirm what was agreed to; not for ever."""
    waits = command.at < visit.created_at + LONGEST_CONFIRMATION
    if waits and not saved.has_ended:
        return visit
    after = moved(visit, VisitStatus.FAILED, at=command.at, decline_code="mandate_not_confirmed")
    if after is None:
        return visit
    Visits(uow.connection).change(after)
    cause = saved.why_not if saved.has_ended else None
    reject_agreement(uow, visit, cause=cause or "not confirmed in time", at=command.at)
    return after
