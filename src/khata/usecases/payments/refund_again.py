"""Refund again: a refund that the gateway refused is tried as a new one."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from khata.core.ids import new_id
from khata.core.payment import Refund, RefundStatus
from khata.db.stores.refunds import Refunds
from khata.db.transaction import UnitOfWork


def refund_again(uow: UnitOfWork, refund_id: UUID, *, at: datetime) -> Refund:
    """Return the refund that is to be sent: the same where nobody knows its end, or the next.

    The gateway gives the old answer to an id it has refused, so the next one has an id and a
    number of its own. What has gone back already does not go back again.
    """
    refunds = Refunds(uow.connection)
    refund = refunds.lock(refund_id)
    if refund.status is RefundStatus.SENDING:
        refunds.ask_again(refund.id, at)
        return replace(refund, ask_at=at, asks=0)
    if refund.status is RefundStatus.SUCCEEDED:
        return refund
    following = replace(
        refund,
        id=new_id(at),
        number=refund.number + 1,
        status=RefundStatus.SENDING,
        gateway_reference=None,
        ask_at=at,
        asks=0,
        created_at=at,
        finished_at=None,
    )
    refunds.add(following)
    return following
