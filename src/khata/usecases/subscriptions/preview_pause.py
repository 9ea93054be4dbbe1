"""Preview a pause: the same decision, and nothing is stored."""

from khata.core.foreseen import Foreseen
from khata.db.transaction import Database
from khata.usecases.billing.renew_first import renew_first
from khata.usecases.subscriptions.pause_subscription import PauseSubscription, decide_pause


def preview_pause(command: PauseSubscription, *, db: Database) -> Foreseen:
    """Return what the pause would bring today, or the day to come on which that is decided.

    Raises: what pause_subscription itself would refuse.
    """
    with db.transaction(command.tenant) as uow, uow.undone():
        standing = uow.subscriptions.get(command.id)
        subscription, _ = renew_first(uow, standing, at=command.at)
        planned, renewal = decide_pause(uow, subscription, command, lock=False)
    assert planned.pause_on is not None
    if renewal is None:
        return Foreseen(planned.pause_on, decided_later=command.policy is not None)
    waiting = sum(charge.amount for charge in renewal.waiting)
    return Foreseen(planned.pause_on, tuple(renewal.notes), None, waiting)
