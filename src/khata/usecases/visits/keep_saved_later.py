"""Keep what was saved at a gateway's page where the gateway tells of it only after the payment."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.payment_method import SavedMethod
from khata.core.visiting import Visit
from khata.db.retrying import retrying
from khata.db.stores.visits import Visits
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.visits.keep_saved import keep_saved


@dataclass(frozen=True, slots=True)
class KeepSavedLater:
    tenant: UUID
    visit_id: UUID
    saved: SavedMethod
    at: datetime


def keep_saved_later(command: KeepSavedLater, *, db: Database) -> Visit:
    """Keep what a visit that is done has saved, unless it was told with the payment already.

    However often it is told, it is kept once; and not where the payer was only there to pay.
    Raises: NotFound.
    """

    def keep(uow: UnitOfWork) -> Visit:
        visits = Visits(uow.connection)
        visit = visits.lock(command.visit_id)
        if not visit.waits_for_saved or not command.saved.usable:
            return visit
        kept = keep_saved(uow, visit, command.saved, at=command.at)
        after = replace(visit, payment_method_id=kept)
        visits.change(after)
        return after

    return retrying(db, command.tenant, keep)
