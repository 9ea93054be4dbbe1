"""Preview an end: the same decision, and nothing is stored."""

from khata.core.foreseen import Foreseen
from khata.db.transaction import Database
from khata.usecases.billing.renew_first import renew_first
from khata.usecases.subscriptions.cancel_subscription import CancelSubscription, decide_end


def preview_cancel(command: CancelSubscription, *, db: Database) -> Foreseen:
    """Return what the end would bring today, or the day to come on which that is decided.

    Raises: what cancel_subscription itself would refuse.
    """
    with db.transaction(command.tenant) as uow, uow.undone():
        standing = uow.subscriptions.get(command.id)
        subscription, _ = renew_first(uow, standing, at=command.at)
        ends_on, renewal = decide_end(uow, subscription, command, lock=False)
    if renewal is None:
        return Foreseen(ends_on, decided_later=command.policy is not None)
    return Foreseen(ends_on, tuple(renewal.notes), renewal.invoice)
