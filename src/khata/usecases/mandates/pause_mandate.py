"""Pause a mandate: nothing is debited by it until it is resumed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.mandate import ToldBy
from khata.core.told_mandate import MandateStatus
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.mandates.find_mandate import find_mandate
from khata.usecases.mandates.move_mandate import MoveMandate, move_mandate


@dataclass(frozen=True, slots=True)
class PauseMandate:
    tenant: UUID
    id: UUID
    at: datetime
    told_by: ToldBy
    reason: str


def pause_mandate(command: PauseMandate, *, db: Database) -> None:
    """Move it at once; what falls due meanwhile is asked of the customer.

    Raises: NotFound, MandateCannotMove.
    """

    def act(uow: UnitOfWork) -> None:
        mandate = find_mandate(uow, command.id)
        move = MoveMandate(MandateStatus.PAUSED, command.told_by, command.reason, command.at)
        move_mandate(uow, mandate, move)

    retrying(db, command.tenant, act)
