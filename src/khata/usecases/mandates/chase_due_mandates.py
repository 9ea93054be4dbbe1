"""Chase mandates that are due: tell ahead of time that one ends, and end it when it is over."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from khata.core.mandate import ENDED, Mandate, ToldBy, days_left, next_look
from khata.core.mandate_events import MandateEnding
from khata.core.mandate_rules import rail_rules
from khata.core.told_mandate import MandateStatus
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.mandates.let_idle_go import is_to_go
from khata.usecases.mandates.move_mandate import MoveMandate, move_mandate
from khata.usecases.visits.offer_agreement import offer_agreement


@dataclass(frozen=True, slots=True)
class ChaseDueMandates:
    tenant: UUID
    at: datetime
    limit: int = 500


def chase_due_mandates(command: ChaseDueMandates, *, db: Database) -> int:
    """Do what is due of mandates, one by one, and return how many there were.

    The customer hears of the end 30, 14 and 7 days ahead, if something goes on that is collected
    by itself: before a debit fails for it, not after.
    """
    done = 0
    while done < command.limit:
        over = retrying(db, command.tenant, lambda uow: _told(uow, command.at))
        if over is None:
            break
        for id, move in over:
            # Its payments are locked before it, so it is let go and taken again in that order.
            retrying(db, command.tenant, partial(_end, id=id, move=move))
        done += 1
    return done


def _told(uow: UnitOfWork, at: datetime) -> list[tuple[UUID, MoveMandate]] | None:
    """Tell of the end of the one that is due the longest; return it where that has come, or where
    nothing is collected by it any more.

    None: nothing is due that others do not hold.
    """
    mandate = uow.mandates.take_due(at)
    if mandate is None:
        return None
    if is_to_go(uow, mandate, at=at):
        idle = "nothing is collected by it any more"
        return [(mandate.id, MoveMandate(MandateStatus.REVOKED, ToldBy.SCHEDULE, idle, at))]
    if mandate.look_at != uow.mandates.looks_at(mandate.id):
        return []  # something is still needed of it: it is looked at later
    left = days_left(mandate.terms, today=rail_rules().day(at))
    if left is None or left < 0:
        over = "its last day is over"
        return [(mandate.id, MoveMandate(MandateStatus.EXPIRED, ToldBy.SCHEDULE, over, at))]
    if mandate.status in (MandateStatus.ACTIVE, MandateStatus.PAUSED):
        _tell(uow, mandate, left, at)
    again = next_look(mandate.terms, mandate.status, after=at, rules=rail_rules())
    uow.mandates.look_again(mandate.id, again)
    return []


def _tell(uow: UnitOfWork, mandate: Mandate, left: int, at: datetime) -> None:
    end = mandate.terms.end
    assert end is not None, "what has days left has an end"
    if uow.mandates.is_needed(mandate.customer_id):
        offer_agreement(uow, mandate, at=at)
        uow.events.add([MandateEnding(mandate.id, mandate.customer_id, end, left)], at)


def _end(uow: UnitOfWork, *, id: UUID, move: MoveMandate) -> None:
    mandate = uow.mandates.get(id)
    if mandate is None or mandate.status in ENDED:
        return
    move_mandate(uow, mandate, move)
