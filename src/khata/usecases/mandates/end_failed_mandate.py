"""End a mandate that a bank has refused to know: a debit failed because the permission is gone."""

from datetime import datetime
from uuid import UUID

from khata.core.dunning import DeclineClass
from khata.core.payment import Attempt, AttemptStatus
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.mandates.end_refused_mandate import end_refused_mandate


def end_failed_mandate(attempt: Attempt, *, tenant: UUID, at: datetime, db: Database) -> None:
    """Revoke the mandate of an attempt whose failure says that it is gone; any other stays.

    The bank's no may come before the gateway's own word about the mandate, or in place of it.
    """
    failed = attempt.status is AttemptStatus.FAILED
    method_id = attempt.payment_method_id
    if not failed or attempt.decline_class is not DeclineClass.MANDATE or method_id is None:
        return

    def end(uow: UnitOfWork) -> None:
        end_refused_mandate(uow, method_id, attempt.decline_code, at)

    retrying(db, tenant, end)
