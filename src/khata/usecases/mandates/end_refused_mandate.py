"""End a mandate that a bank refuses to know, in the caller's transaction."""

from datetime import datetime
from uuid import UUID

from khata.core.mandate import ToldBy
from khata.core.told_mandate import MandateStatus
from khata.db.transaction import UnitOfWork
from khata.usecases.mandates.move_mandate import MoveMandate, move_mandate


def end_refused_mandate(uow: UnitOfWork, method_id: UUID, code: str | None, at: datetime) -> None:
    """Revoke the mandate of a payment method, where it carries one; `code` is why."""
    mandate = uow.mandates.of_method(method_id)
    if mandate is not None:
        cause = f"debit refused: {code}"
        move_mandate(uow, mandate, MoveMandate(MandateStatus.REVOKED, ToldBy.GATEWAY, cause, at))
