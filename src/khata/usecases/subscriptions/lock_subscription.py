"""Lock a subscription for a command, or tell that somebody else is at it."""

from uuid import UUID

from khata.core.refusal import Kind, Refusal
from khata.core.subscription import Subscription
from khata.db.transaction import UnitOfWork


class ChangeUnderWay(Refusal):
    """Another change of this subscription, or its renewal, is being made at this moment."""

    kind = Kind.CONFLICT


def lock_subscription(uow: UnitOfWork, id: UUID) -> Subscription:
    """Return a subscription that stays as it is until the commit; of two, one is told to ask again.

    Raises: NotFound, ChangeUnderWay.
    """
    locked = uow.subscriptions.lock_at_once(id)
    if locked is None:
        uow.subscriptions.get(id)  # NotFound, where there is none
        raise ChangeUnderWay(
            "This subscription is being changed or renewed at this moment; look at it and ask again"
        )
    return locked
