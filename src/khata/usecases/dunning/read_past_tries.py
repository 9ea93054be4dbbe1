"""Read the past tries of payment methods, which are held: nobody else tries them meanwhile."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from khata.core.network_caps import PastTries
from khata.db.stores.payment_methods import Payable
from khata.db.transaction import UnitOfWork


def read_past_tries(
    uow: UnitOfWork, ways: Collection[Payable], *, at: datetime
) -> dict[UUID, PastTries]:
    """Return the tries of the last thirty days of each method, none where there were none.

    The methods are locked first, in one order and after their payments, until the commit: of two
    collectors who want the last try that a cap leaves, the second sees the first one's.
    """
    ids = sorted({way.id for way in ways})
    if not ids:
        return {}
    uow.dunning.hold_methods(ids)
    return {id: PastTries(None, ()) for id in ids} | uow.dunning.past_tries(ids, at)
