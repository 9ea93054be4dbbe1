"""Reject an agreement: the gateway says that the payer's bank did not take it."""

from datetime import datetime

from khata.core.ids import new_id
from khata.core.mandate import MANDATE_MOVES, ToldBy, moved
from khata.core.mandate_events import event_of
from khata.core.mandate_rules import rail_rules
from khata.core.told_mandate import MandateStatus
from khata.core.visiting import Visit
from khata.db.transaction import UnitOfWork


def reject_agreement(uow: UnitOfWork, visit: Visit, *, cause: str, at: datetime) -> None:
    """Move the mandate of a visit to `rejected`, where it still waits; without one, nothing."""
    mandate = uow.mandates.lock(visit.mandate_id) if visit.mandate_id else None
    if mandate is None or MandateStatus.REJECTED not in MANDATE_MOVES[mandate.status]:
        return
    after, move = moved(
        mandate,
        MandateStatus.REJECTED,
        id=new_id(at),
        told_by=ToldBy.GATEWAY,
        cause=cause,
        at=at,
        rules=rail_rules(),
    )
    uow.mandates.change(after, [move])
    event = event_of(after, cause=cause)
    uow.events.add([event] if event else [], at)
