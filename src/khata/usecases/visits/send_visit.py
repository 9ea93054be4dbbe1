"""Send a visit to its gateway, outside any transaction, and note where the payer goes."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog

from khata.core.gateway_health import Trouble
from khata.core.visit import VisitStatus
from khata.core.visiting import ANSWER_LOST, Visit, moved
from khata.db.retrying import retrying
from khata.db.stores.visits import Visits
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateway import AnswerLost, CredentialsRefused, NotReached
from khata.ports.gateway_visits import OpenedVisit, visits_of
from khata.ports.gateways import Gateways
from khata.usecases.gateways.note_call import NoteCall, note_call
from khata.usecases.visits.account_of_visit import account_of_visit
from khata.usecases.visits.pages_of import pages_of
from khata.usecases.visits.request_visit import request_visit

_log = structlog.get_logger(__name__)


def send_visit(
    visit: Visit, *, tenant: UUID, at: datetime, db: Database, gateways: Gateways
) -> Visit:
    """Open the page and return the visit as it is then; the same visit may be sent again.

    What certainly never arrived has failed. Without an answer it stays open and leads nowhere:
    it is asked about later, or sent again when the payer tries again.
    """
    with db.transaction(tenant) as uow:
        gateway = pages_of(uow, visit, gateways)
        account = account_of_visit(uow, visit)
    pages = visits_of(gateway) if gateway is not None else None
    request = request_visit(visit, tenant=tenant)
    try:
        if pages is None:
            raise NotReached("what was sealed of the account does not open any more")
        opened = pages.open_visit(request, at=at)
    except NotReached as no:
        is_refused = isinstance(no, CredentialsRefused)
        trouble = Trouble.REFUSED if is_refused else Trouble.NOT_REACHED
        note_call(NoteCall(tenant, account, trouble, at), db=db)
        if visit.reference is None:
            return retrying(db, tenant, lambda uow: _never_left(uow, visit, at))
        return visit
    except Exception as fault:
        _log.warning("visit_not_answered", visit=str(visit.id), fault=type(fault).__name__)
        if isinstance(fault, AnswerLost):
            note_call(NoteCall(tenant, account, Trouble.FAULT, at), db=db)
        return retrying(db, tenant, lambda uow: _lost(uow, visit))
    note_call(NoteCall(tenant, account, None, at), db=db)
    return retrying(db, tenant, lambda uow: _noted(uow, visit, opened))


def _noted(uow: UnitOfWork, seen: Visit, opened: OpenedVisit) -> Visit:
    visits = Visits(uow.connection)
    visit = visits.lock(seen.id)
    noted = replace(
        visit,
        reference=opened.reference,
        url=opened.url,
        upi_link=opened.upi_link,
        holder=opened.holder or visit.holder,
        decline_code=None if visit.decline_code == ANSWER_LOST else visit.decline_code,
    )
    visits.change(noted)
    return noted


def _lost(uow: UnitOfWork, seen: Visit) -> Visit:
    """Note that it may have arrived, unless another call was answered."""
    visits = Visits(uow.connection)
    visit = visits.lock(seen.id)
    if visit.reference is not None or not visit.is_open:
        return visit
    lost = replace(visit, decline_code=ANSWER_LOST)
    visits.change(lost)
    return lost


def _never_left(uow: UnitOfWork, seen: Visit, at: datetime) -> Visit:
    """End a visit that the gateway has never heard of, unless it has by now."""
    visits = Visits(uow.connection)
    visit = visits.lock(seen.id)
    if visit.reference is not None or visit.created_at != at or visit.decline_code is not None:
        return visit  # an earlier call may have arrived
    ended = moved(visit, VisitStatus.FAILED, at=at, decline_code="gateway_not_reached")
    if ended is None:
        return visit
    visits.change(ended)
    return ended
