"""Fallback: when another way to pay may be tried at once, because this one moved no money.

Only what is certain counts. A lost answer, a 5xx, a payment that is pending or that may still
come late: each may be money on its way, and a second attempt could take it twice.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from khata.core.dunning import DeclineClass
from khata.core.payment import Attempt, AttemptStatus

MOST_IN_ONE_GO: Final = 3  # further ways that are tried for one due payment

# Nobody's card was refused: the gateway, its account or our set-up was at fault. What a bank or a
# customer refused (soft, hard, mandate, customer_action) is dunning's, and falls back on nothing.
NOT_THE_PAYERS: Final = frozenset({DeclineClass.CONFIG, DeclineClass.GATEWAY_DOWN})


def has_certainly_taken_nothing(attempt: Attempt, *, at: datetime) -> bool:
    """Say whether an attempt has ended, and neither took money nor may still take any."""
    return attempt.status is AttemptStatus.FAILED and not attempt.may_come_late(at)


def may_fall_back(
    decline_class: DeclineClass, attempts: Iterable[Attempt], *, at: datetime
) -> bool:
    """Say whether another way may be tried at once after a failure.

    `attempts` are all of the invoice so far, with the one that failed, if there was any. Every
    one of them has to be certain, not only the last.
    """
    if decline_class not in NOT_THE_PAYERS:
        return False
    return all(has_certainly_taken_nothing(attempt, at=at) for attempt in attempts)


def next_way(ways: Iterable[UUID], *, tried: Collection[UUID]) -> UUID | None:
    """Return the first way that was not tried in this go; None: there is none, or it is over."""
    if len(tried) > MOST_IN_ONE_GO:
        return None
    return next((way for way in ways if way not in tried), None)
