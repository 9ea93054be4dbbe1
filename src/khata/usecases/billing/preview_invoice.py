"""Preview the next invoice of a subscription: decide without store."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.core.ids import new_ids
from khata.core.invoice import Invoice
from khata.core.periods import day_of
from khata.core.refusal import Kind, Refusal
from khata.core.renewal import make_invoice
from khata.db.stores.due import DueWork
from khata.db.transaction import Database


class NothingToCome(Refusal):
    """The subscription will have no further invoice as it stands."""

    kind = Kind.CONFLICT


@dataclass(frozen=True, slots=True)
class PreviewInvoice:
    tenant: UUID
    subscription_id: UUID
    at: datetime


def preview_invoice(command: PreviewInvoice, *, db: Database) -> Invoice:
    """Return the invoice that the next renewal would make, on its own day; nothing is stored.

    Raises: NotFound, NothingToCome, and what the renewal itself would refuse.
    """
    with db.transaction(command.tenant) as uow:
        work = DueWork(uow.connection)
        taken = work.read(command.subscription_id)
        tenant = uow.tenants.get()
        subscription = taken.subscription
        start = _next_start(taken.subscription.next_billing_at, subscription.timezone)
        ends = subscription.cancel_on
        if start is None or (ends is not None and ends <= start):
            raise NothingToCome("This subscription has ended or ends before its next period")
        if subscription.trial_end is not None and start < subscription.trial_end:
            start = subscription.trial_end
        assert subscription.next_billing_at is not None
        today = max(day_of(subscription.next_billing_at, tenant.timezone), start)
        due, refused = work.with_terms([taken], on=today)
        if refused:
            raise refused[0].refusal
        ids = iter(new_ids(command.at, len(taken.items) + 1))
        policies = tenant.policies
        return make_invoice(due[0], start, today=today, policies=policies, ids=ids)


def _next_start(next_billing_at: datetime | None, zone: str) -> date | None:
    return None if next_billing_at is None else day_of(next_billing_at, zone)
