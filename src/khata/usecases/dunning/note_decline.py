"""Note a decline: the campaign begins or goes on, and what comes next of it is planned."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.campaign import Campaign, Step, plan_steps
from khata.core.dunning_terms import Followed, grace_ends_at
from khata.core.payment import Payment
from khata.db.transaction import UnitOfWork
from khata.usecases.payments.lock_owed import Owed


@dataclass(frozen=True, slots=True)
class Declined:
    """What is noted: why, by which method, and what was decided.

    `retry_at` None: that was the last try. `is_last` says that the one at `retry_at` is.
    """

    decline_class: str
    decline_code: str
    attempt_id: UUID | None
    payment_method_id: UUID | None
    retry_at: datetime | None
    is_last: bool
    gateway: str | None  # who declined; None: there was nobody to call


def note_decline(
    uow: UnitOfWork,
    owed: Owed,
    payment: Payment,
    declined: Declined,
    followed: Followed,
    *,
    found: Campaign | None,
    zone: str,
    at: datetime,
) -> Campaign:
    """Write the decline into the campaign of the invoice, which is locked, and return that.

    `found` is the campaign as it stands; None: this is the first decline.
    The invoice has failed from its first decline on; the grace is counted from its due day.
    """
    begun = found or _begun(owed, payment, declined, followed, zone=zone, at=at)
    retry_at = declined.retry_at
    planned = plan_steps(
        followed.terms,
        at=at,
        retry_at=retry_at,
        is_last=declined.is_last,
        access_ends_at=begun.access_ends_at,
        is_warned=begun.stops_at is not None and begun.warns_at is None,
    )
    after = replace(
        begun,
        tries=begun.tries + 1,
        last_class=declined.decline_class,
        announces_at=planned.announces_at,
        warns_at=planned.warns_at or begun.warns_at,
        stops_at=planned.stops_at or begun.stops_at,
        is_last_try_over=retry_at is None,
        ended_at=None,
        outcome=None,
    )
    uow.dunning.keep_and_note(
        after,
        Step.DECLINED,
        at,
        number=after.tries,
        decline_class=declined.decline_class,
        decline_code=declined.decline_code,
        attempt_id=declined.attempt_id,
        next_at=retry_at,
    )
    return after


def _begun(
    owed: Owed,
    payment: Payment,
    declined: Declined,
    followed: Followed,
    *,
    zone: str,
    at: datetime,
) -> Campaign:
    return Campaign(
        invoice_id=payment.invoice_id,
        payment_id=payment.id,
        customer_id=payment.customer_id,
        currency=payment.currency,
        amount=owed.invoice.payable,
        began_at=at,
        decline_class=declined.decline_class,
        decline_code=declined.decline_code,
        gateway=declined.gateway,
        payment_method_id=declined.payment_method_id,
        policy_id=followed.policy_id,
        policy_version=followed.version,
        tries=0,
        last_class=declined.decline_class,
        access_ends_at=grace_ends_at(followed.terms, owed.invoice.due_on, zone),
    )
