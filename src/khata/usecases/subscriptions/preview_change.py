"""Preview a change of plans: the same decision, and nothing is stored."""

from khata.db.transaction import Database
from khata.usecases.billing.renew_first import renew_first
from khata.usecases.subscriptions.plan_items import ChangeItems, Planned, plan_items


def preview_change(command: ChangeItems, *, db: Database) -> Planned:
    """Return what the change would come to, on the day that it would be made.

    Raises: what change_items itself would refuse.
    """
    with db.transaction(command.tenant) as uow, uow.undone():
        renew_first(uow, uow.subscriptions.get(command.id), at=command.at)
        return plan_items(uow, command, lock=False)
