"""Decide an end at once: what is given back of days to come, and the last bill."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from khata.core.crediting import Unused
from khata.core.ids import new_id
from khata.core.periods import day_of
from khata.core.proration import ProrationPolicy
from khata.core.renewal import Renewal
from khata.core.subscription import Subscription, awaits_payment
from khata.core.termination import end, end_credited
from khata.core.usage_periods import Cut
from khata.db.stores.due import DueWork
from khata.db.stores.reductions import Reductions
from khata.db.transaction import UnitOfWork


def decide_end_now(
    uow: UnitOfWork, ending: Subscription, *, at: datetime, lock: bool = True
) -> Renewal:
    """Decide an end as its renewal would on the day that was set for it, which is today.

    Usage is billed until this instant. Raises: what pricing and tax refuse.
    """
    ids: Iterator[UUID] = iter(lambda: new_id(at), None)
    if awaits_payment(ending):
        return end(ending, at=at, ids=ids)
    work = DueWork(uow.connection)
    taken = work.read(ending.id, until=at)
    nothing_waits = taken.gave is None and not taken.waiting and not taken.usage
    if ending.cancel_policy is None and nothing_waits:
        return end(ending, at=at, ids=ids)
    documents_of = day_of(at, uow.tenants.get().timezone)
    due, refused = work.with_terms([taken], on=documents_of)
    if refused:
        raise refused[0].refusal
    today = day_of(at, ending.timezone)
    first = min([today, *(one.row.starts_on for one in taken.usage)])
    billed = uow.billed.of_subscriptions({ending.id: first}, lock=lock).get(ending.id, ())
    lowered = Reductions(uow.connection, [taken], locking=lock).joined(due[0])
    crediting = replace(lowered, subscription=ending, billed=billed)
    return end_credited(
        crediting,
        _unused(ending, today, at),
        at=at,
        today=documents_of,
        policies=uow.tenants.get().policies,
        ids=ids,
        cut=Cut(at, today + timedelta(days=1)),
    )


def _unused(ending: Subscription, today: date, at: datetime) -> Unused | None:
    if ending.cancel_policy is None:
        return None
    policy = ProrationPolicy(ending.cancel_policy)
    if policy is ProrationPolicy.BY_SECOND:
        return Unused(today, policy, ending.timezone, at)
    return Unused(today + timedelta(days=1), policy, ending.timezone)
