"""Catch up with one subscription: bill what is due of it at once, a batch of one."""

from datetime import datetime
from uuid import UUID

from khata.db.stores.due import DueWork
from khata.db.transaction import UnitOfWork
from khata.usecases.billing.renew_due_subscriptions import decide, park
from khata.usecases.billing.renew_due_subscriptions import store as store_renewals

MOST_PERIODS = 400  # a year back, daily, is 366


def catch_up(
    uow: UnitOfWork, subscription_id: UUID, *, at: datetime, as_round: bool = False
) -> tuple[UUID, ...]:
    """Bill until nothing is due and return the invoices; the first refusal is raised.

    `as_round` does what the next round would: what falls due together is billed together, and
    what refuses is set aside.
    """
    work = DueWork(uow.connection)
    invoices = []
    for _ in range(MOST_PERIODS):
        taken = work.take([subscription_id], at, beside=as_round)
        if not taken:
            break
        renewals, refused = decide(uow, taken, at=at, issued_on=None)
        if refused and not as_round:
            raise refused[0].refusal
        store_renewals(uow, renewals, at)
        park(uow, refused, at)
        invoices += [renewal.invoice.id for renewal in renewals if renewal.invoice is not None]
    return tuple(invoices)
