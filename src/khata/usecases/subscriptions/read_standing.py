"""Read how a locked subscription stands: its terms, and what was billed of the days to come."""

from dataclasses import replace
from datetime import date

from khata.core.due import Due
from khata.core.subscription import Subscription
from khata.db.stores.due import DueWork
from khata.db.stores.reductions import Reductions
from khata.db.transaction import UnitOfWork


def read_standing(
    uow: UnitOfWork, subscription: Subscription, day: date, today: date, *, lock: bool = True
) -> Due:
    """Return how it stands, with its terms, and what was billed of days from `day` on."""
    work = DueWork(uow.connection)
    taken = work.read(subscription.id)
    due, refused = work.with_terms([taken], on=today)
    if refused:
        raise refused[0].refusal
    lowered = Reductions(uow.connection, [taken], locking=False).joined(due[0])
    billed = uow.billed.of_subscriptions({subscription.id: day}, lock=lock).get(subscription.id, ())
    return replace(lowered, subscription=subscription, billed=billed)
