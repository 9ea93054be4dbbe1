"""Withdraw a mandate: nothing is debited by it any more, and what was kept of it is deleted."""

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
class RevokeMandate:
    tenant: UUID
    id: UUID
    at: datetime
    told_by: ToldBy
    reason: str


def revoke_mandate(command: RevokeMandate, *, db: Database) -> None:
    """Move it at once; a debit that was planned has failed, and the customer is asked anew.

    Raises: NotFound, MandateCannotMove.
    """

    def act(uow: UnitOfWork) -> None:
        mandate = find_mandate(uow, command.id)
        move = MoveMandate(MandateStatus.REVOKED, command.told_by, command.reason, command.at)
        move_mandate(uow, mandate, move)

    retrying(db, command.tenant, act)
