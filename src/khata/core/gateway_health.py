"""How a gateway account fares: after some failures in a row it is let alone for a while.

A circuit breaker: closed while all is well, open while nobody calls, half open when one call is
let through to see. It is kept with the account, so all workers see the same.
Source: M. Nygard, Release It!, "Circuit Breaker".
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

MOST_IN_A_ROW: Final = 5  # failures before nobody calls any more
FIRST_PAUSE: Final = timedelta(minutes=1)  # doubled with each call that fails after it …
LONGEST_PAUSE: Final = timedelta(hours=1)
# So long may whoever looks whether it is well again take; then another looks.
LONGEST_LOOK: Final = timedelta(minutes=5)
# Out of reach for longer, its owner is told; refused credentials are told at once.
TOLD_AFTER: Final = timedelta(hours=1)


class Trouble(StrEnum):
    """What was wrong with a call. A decline is none: the gateway works, and said no."""

    NOT_REACHED = "not_reached"  # it certainly never arrived, or was turned away unread
    FAULT = "fault"  # an answer that says nothing: a 5xx, a page of a proxy, a broken line
    REFUSED = "refused"  # the credentials are not let in


class Circuit(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class Health:
    """`failures` counts calls in a row that failed; `openings` how often it was opened since.

    `ailing_since` is when it was opened first; `shut_until` when the next call may be made.
    `looks`: one call was let through to see, and has not come back. `told`: its owner knows.
    """

    failures: int = 0
    trouble: Trouble | None = None
    ailing_since: datetime | None = None
    shut_until: datetime | None = None
    openings: int = 0
    looks: bool = False
    told: bool = False

    @property
    def is_well(self) -> bool:
        """Nothing has failed since the last call that went well."""
        return self.failures == 0

    @property
    def is_ailing(self) -> bool:
        """So much has failed that calls are held back."""
        return self.shut_until is not None

    def circuit(self, at: datetime) -> Circuit:
        if self.shut_until is None:
            return Circuit.CLOSED
        return Circuit.OPEN if at < self.shut_until else Circuit.HALF_OPEN

    def ailing_for(self, at: datetime) -> timedelta:
        """Return for how long calls have been held back by `at`."""
        return at - self.ailing_since if self.ailing_since is not None else timedelta()


WELL: Final = Health()


def after_trouble(health: Health, trouble: Trouble, *, at: datetime) -> Health:
    """Return how it stands after a call that failed at `at`.

    Refused credentials open at once: nothing changes by asking again. While it is open, what was
    sent before and fails now lengthens nothing.
    """
    failed = replace(health, failures=health.failures + 1, trouble=trouble, looks=False)
    is_shut = health.circuit(at) is Circuit.OPEN and not health.looks
    if is_shut and not _is_worse(health, trouble):
        return failed
    if trouble is not Trouble.REFUSED and failed.failures < MOST_IN_A_ROW:
        return failed
    return replace(
        failed,
        ailing_since=health.ailing_since or at,
        shut_until=at + pause(health.openings),
        openings=health.openings + 1,
    )


def _is_worse(health: Health, trouble: Trouble) -> bool:
    return trouble is Trouble.REFUSED and health.trouble is not Trouble.REFUSED


def looked_at(health: Health, *, at: datetime) -> Health:
    """Return how it stands while one call looks whether it is well again: others wait for that."""
    return replace(health, shut_until=at + LONGEST_LOOK, looks=True)


def pause(openings: int) -> timedelta:
    """Return for how long nobody calls: 1, 2, 4, 8, 16, 32 minutes, and an hour from then on."""
    doubled: int = 2 ** min(openings, 10)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def is_to_be_told(health: Health, *, at: datetime) -> bool:
    """Say whether its owner has to hear of it: once, when it is more than a short outage."""
    if health.told or not health.is_ailing:
        return False
    return health.trouble is Trouble.REFUSED or health.ailing_for(at) >= TOLD_AFTER
