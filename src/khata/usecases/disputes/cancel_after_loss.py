"""Cancel what a lost dispute was about, where the tenant's policy says so."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from khata.core.endings import DISPUTE_LOST
from khata.core.ids import new_id
from khata.core.periods import day_of
from khata.core.policies import OnDisputeLost
from khata.core.refusal import Refusal
from khata.core.renewal import Renewal
from khata.core.subscription import Status, Subscription
from khata.core.termination import end
from khata.db.stores.revising import stands_for
from khata.db.transaction import UnitOfWork
from khata.usecases.billing.decide_end_now import decide_end_now
from khata.usecases.billing.store_end import store_end
from khata.usecases.payments.lock_owed import lock_owed

_RUNNING = (Status.ACTIVE, Status.PAST_DUE, Status.UNPAID, Status.PAUSED, Status.TRIALING)


def cancel_after_loss(uow: UnitOfWork, invoice_id: UUID, *, at: datetime) -> None:
    """End at once the subscriptions that the disputed invoice bills; by default nothing follows.

    What cannot be billed today, whatever refuses it, does not hinder the end.
    """
    if uow.tenants.get().policies.on_dispute_lost is not OnDisputeLost.CANCEL:
        return
    for subscription in lock_owed(uow, stands_for(uow.connection, invoice_id)).subscriptions:
        if subscription.status in _RUNNING:
            renewal = _ended(uow, subscription, at)
            assert renewal.move is not None
            store_end(uow, replace(renewal, move=replace(renewal.move, actor="dispute")), at)


def _ended(uow: UnitOfWork, subscription: Subscription, at: datetime) -> Renewal:
    ending = replace(
        subscription,
        cancel_on=day_of(at, subscription.timezone),
        cancel_reason=DISPUTE_LOST,
        canceled_at=at,
        cancel_policy=None,
    )
    try:
        return decide_end_now(uow, ending, at=at)
    except Refusal:
        return end(ending, at=at, ids=iter(lambda: new_id(at), None))
