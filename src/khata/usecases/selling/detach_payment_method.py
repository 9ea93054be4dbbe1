"""Take a way to pay from a customer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.mandate import ToldBy
from khata.core.refusal import NotFound
from khata.core.told_mandate import MandateStatus
from khata.db.retrying import retrying
from khata.db.stores.forgettings import Forgettings
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.mandates.move_mandate import MoveMandate, move_mandate


@dataclass(frozen=True, slots=True)
class DetachPaymentMethod:
    tenant: UUID
    id: UUID
    at: datetime


def detach_payment_method(command: DetachPaymentMethod, *, db: Database) -> None:
    """End the method; nothing is collected by it any more, and a mandate
    that it carries is revoked; its gateway is asked to delete it. Twice is as good as once.

    Raises: NotFound.
    """
    retrying(db, command.tenant, lambda uow: _detach(uow, command))


def _detach(uow: UnitOfWork, command: DetachPaymentMethod) -> None:
    method = uow.payment_methods.get(command.id)
    if method is None:
        raise NotFound("payment method", public_id("pm", command.id))
    mandate = uow.mandates.of_method(command.id)
    if mandate is not None:
        cause = "payment method detached"
        move = MoveMandate(MandateStatus.REVOKED, ToldBy.SELLER, cause, command.at)
        move_mandate(uow, mandate, move)
        return
    uow.customers.lock(method.customer_id)
    if method.detached_at is None:
        uow.payment_methods.detach(command.id, command.at)
        Forgettings(uow.connection).want(command.id, command.at)
