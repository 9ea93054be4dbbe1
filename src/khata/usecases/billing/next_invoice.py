"""The next invoice of a subscription, as its renewal will make it: decide without store."""

from datetime import date, datetime
from uuid import UUID

from khata.core.ids import new_ids
from khata.core.invoice import Invoice
from khata.core.periods import day_of
from khata.core.refusal import Kind, Refusal
from khata.core.renewal import make_invoice
from khata.core.subscription import Subscription
from khata.db.stores.due import DueWork
from khata.db.transaction import UnitOfWork


class NothingToCome(Refusal):
    """The subscription will have no further invoice as it stands."""

    kind = Kind.CONFLICT


def next_invoice(uow: UnitOfWork, subscription_id: UUID, *, at: datetime) -> Invoice:
    """Return the invoice that the next paid period will bring, on its own day, unstored.

    Raises: NotFound, NothingToCome, and what the renewal itself would refuse.
    """
    work = DueWork(uow.connection)
    taken = work.read(subscription_id)
    tenant = uow.tenants.get()
    subscription = taken.subscription
    start = _next_start(subscription)
    if subscription.trial_end is not None and start < subscription.trial_end:
        start = subscription.trial_end
    assert subscription.next_billing_at is not None
    today = max(day_of(subscription.next_billing_at, tenant.timezone), start)
    due, refused = work.with_terms([taken], on=today)
    if refused:
        raise refused[0].refusal
    ids = iter(new_ids(at, len(taken.items) + 1))
    return make_invoice(due[0], start, today=today, policies=tenant.policies, ids=ids)


def _next_start(subscription: Subscription) -> date:
    due_at, ends = subscription.next_billing_at, subscription.cancel_on
    start = None if due_at is None else day_of(due_at, subscription.timezone)
    if start is None or (ends is not None and ends <= start):
        raise NothingToCome("This subscription has ended or ends before its next period")
    return start
