"""Read the past tries of payment methods, held where one more could break a network's cap."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from khata.core.network_caps import PastTries
from khata.db.stores.payment_methods import Payable
from khata.db.transaction import UnitOfWork

_FEW: Final = 3  # so far from every cap that several collectors at once do not reach it


def read_past_tries(
    uow: UnitOfWork, ways: Collection[Payable], *, at: datetime
) -> dict[UUID, PastTries]:
    """Return the tries of the last thirty days by method; one is wanted for each of `ways`.

    A method without any is absent, unless several tries of it are wanted at once. One that has
    been tried more than a few times is locked first: last of all locks but the customer's.
    """
    wanted = Counter(way.id for way in ways)
    past = uow.dunning.past_tries(list(wanted), at)
    near = [
        id
        for id, count in wanted.items()
        if count > 1 or (id in past and len(past[id].tries) >= _FEW)
    ]
    if near:
        uow.dunning.hold_methods(near)
        past |= {id: PastTries(None, ()) for id in near} | uow.dunning.past_tries(near, at)
    return past
