"""Resume a mandate that was paused: what waits for it is tried again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.mandate import MandateCannotMove, ToldBy
from khata.core.told_mandate import MandateStatus
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.mandates.find_mandate import find_mandate
from khata.usecases.mandates.move_mandate import MoveMandate, move_mandate


@dataclass(frozen=True, slots=True)
class ResumeMandate:
    tenant: UUID
    id: UUID
    at: datetime
    told_by: ToldBy
    reason: str


def resume_mandate(command: ResumeMandate, *, db: Database) -> None:
    """Move it back at once; only one that is paused can be resumed.

    Raises: NotFound, MandateCannotMove.
    """

    def act(uow: UnitOfWork) -> None:
        mandate = find_mandate(uow, command.id)
        if mandate.status is not MandateStatus.PAUSED:
            raise MandateCannotMove(f"This mandate is {mandate.status}; there is no pause to end")
        move = MoveMandate(MandateStatus.ACTIVE, command.told_by, command.reason, command.at)
        move_mandate(uow, mandate, move)

    retrying(db, command.tenant, act)
