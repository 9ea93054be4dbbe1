"""Keep what a payer saved at a gateway's page, inside the caller's transaction."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from khata.core.ids import new_id
from khata.core.payment_method import SavedMethod
from khata.core.visiting import Visit
from khata.db.stores.visits import Visits
from khata.db.transaction import UnitOfWork
from khata.usecases.mandates.keep_told_mandate import keep_told_mandate
from khata.usecases.selling.add_payment_method import AddPaymentMethod, keep_method
from khata.usecases.selling.find_payment_method import FoundMethod
from khata.usecases.visits.prefer_method import prefer_method


def keep_saved(uow: UnitOfWork, visit: Visit, saved: SavedMethod, *, at: datetime) -> UUID:
    """Keep the method as the customer's default; one with its token is kept already at times."""
    known = Visits(uow.connection).method_with(
        visit.customer_id, visit.gateway_account_id, saved.token
    )
    if known is not None and not _is_of_another(uow, visit, known):
        kept = uow.payment_methods.get(known)
        is_new = visit.mandate_id is not None and uow.mandates.of_method(known) is None
        if kept is not None and is_new:
            told = replace(kept, saved=saved)
            keep_told_mandate(uow, told, at=at, agreed=visit.mandate_id, consent=visit.consent)
        prefer_method(uow, known, at=at)
        return known
    method = AddPaymentMethod(
        uow.tenant,
        new_id(at),
        at,
        visit.customer_id,
        visit.gateway,
        saved.token,
        default=True,
        account=visit.gateway_account_id,
        holder=saved.holder,
        agreed=visit.mandate_id,
        consent=visit.consent,
    )
    keep_method(uow, method, FoundMethod(visit.gateway_account_id, saved))
    return method.id


def _is_of_another(uow: UnitOfWork, visit: Visit, known: UUID) -> bool:
    """Say whether a method that is kept carries another mandate than the visit was for."""
    carried = uow.mandates.of_method(known)
    return carried is not None and visit.mandate_id not in (None, carried.id)
