"""Preview the end of a pause: the same decision, and nothing is stored."""

from dataclasses import replace

from khata.core.foreseen import Foreseen
from khata.core.ids import new_id
from khata.core.pausing import resumed
from khata.core.period_bill import bill_period
from khata.core.periods import day_of, start_of_day
from khata.core.subscription import Status
from khata.db.stores.due import DueWork
from khata.db.stores.reductions import Reductions
from khata.db.transaction import Database
from khata.usecases.billing.renew_first import renew_first
from khata.usecases.subscriptions.resume_subscription import NotPaused, ResumeSubscription


def preview_resume(command: ResumeSubscription, *, db: Database) -> Foreseen:
    """Return the invoice that resuming today would bring, or the day of the next one.

    A pause that has not come brings none. Raises: what resume_subscription would refuse.
    """
    with db.transaction(command.tenant) as uow, uow.undone():
        work, tenant = DueWork(uow.connection), uow.tenants.get()
        standing = uow.subscriptions.get(command.id)
        subscription, _ = renew_first(uow, standing, at=command.at)
        today = day_of(command.at, subscription.timezone)
        taken = work.read(command.id, until=start_of_day(today, subscription.timezone))
        if subscription.status is Status.CANCELED or subscription.pause_on is None:
            raise NotPaused(f"This subscription is {subscription.status}, and no pause is set")
        if subscription.status is not Status.PAUSED:
            return Foreseen(today)
        documents_of = day_of(command.at, tenant.timezone)
        due, refused = work.with_terms([taken], on=documents_of)
        if refused:
            raise refused[0].refusal
        lowered = Reductions(uow.connection, [taken], locking=False).joined(due[0])
        ids = iter(lambda: new_id(command.at), None)
        after = resumed(lowered, today, at=command.at, ids=ids).after
        if after.next_billing_at is None or after.next_billing_at > command.at:
            return Foreseen(today)
        then = replace(lowered, subscription=after)
        bill = bill_period(
            then, today, at=command.at, today=documents_of, policies=tenant.policies, ids=ids
        )
        return Foreseen(today, invoice=bill.invoice)
