"""Webhooks: where a tenant's news is sent, which news, and what one try's outcome means."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from http import HTTPStatus
from typing import Final
from uuid import UUID

from khata.core.events import EVENT_TYPES, WebhookEndpointTested
from khata.core.refusal import Refusal

ALL: Final = "*"


class UnknownEvents(Refusal):
    """No event has a type that this filter matches."""


class EndpointStatus(StrEnum):
    ENABLED = "enabled"
    DISABLED = "disabled"


class DeliveryStatus(StrEnum):
    PENDING = "pending"  # to be sent, or sent again
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # the last try of the schedule has failed
    DISCARDED = "discarded"  # its endpoint was disabled before


class Disabled(StrEnum):
    """Why an endpoint is disabled."""

    BY_PERSON = "person"
    GONE = "gone"  # it answered 410
    FAILING = "failing"  # for the whole schedule nothing went through


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint has been doing, in the machine's time.

    `failures` in a row without a success, the first of them at `failing_since`; until
    `slow_until` it is left in peace.
    """

    failing_since: datetime | None = None
    failures: int = 0
    slow_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try: an answer, or a word for why there was none.

    `error` is one of the words of `ERRORS`; `answer` is the beginning of what was answered.
    """

    took: timedelta
    status_code: int | None = None
    error: str | None = None
    answer: str = ""
    retry_after: timedelta | None = None

    @property
    def succeeded(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300

    @property
    def gone(self) -> bool:
        return self.status_code == HTTPStatus.GONE

    @property
    def blocks(self) -> bool:
        """Whether it says something of the endpoint, not of this event: others would fare alike."""
        return self.status_code is None or self.status_code in _SLOW_DOWN


# Why there was no answer: a word that never changes → a sentence for a person.
ERRORS: Final = {
    "timeout": "It did not answer within 15 seconds",
    "no_such_host": "Its name leads to no address",
    "not_reached": "It could not be reached",
    "not_trusted": "It has no valid certificate for its name, or does not speak TLS",
    "not_http": "What it answered is not HTTP",
    "not_allowed": "Its name leads to an address that is not public; nothing was sent",
    "fault": "An unforeseen fault on our side; the operator's log has the rest",
}
_SLOW_DOWN: Final = frozenset({429, 502, 503, 504})

# Waits after the first try, the second, and so on; when the list ends, it has failed.
# Source: Standard Webhooks 1.0, "Delivery retry schedule".
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
SCHEDULE: Final = (
    timedelta(seconds=5),
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    5 * _HOUR,
    10 * _HOUR,
    14 * _HOUR,
    20 * _HOUR,
    24 * _HOUR,
)
SPAN: Final = sum(SCHEDULE, timedelta())
MOST_JITTER: Final = Fraction(1, 5)  # of a wait, added

_FIRST_REST: Final = timedelta(seconds=5)  # of an endpoint, doubled with each failure in a row
_LONGEST_REST: Final = 5 * _MINUTE
_LONGEST_WISH: Final = _HOUR  # that Retry-After may ask for


def next_try(tries: int, *, at: datetime, chance: float) -> datetime | None:
    """Return when to try again after `tries` failures, or None when that was the last.

    `chance` is a random share from 0 to 1: those that failed together do not come back together.
    """
    if tries > len(SCHEDULE):
        return None
    wait = SCHEDULE[tries - 1]
    return at + wait + wait * (float(MOST_JITTER) * chance)


def health_after(health: Health, outcome: Outcome, at: datetime) -> Health:
    """Return how an endpoint does after a try that ended at `at`."""
    if outcome.succeeded:
        return Health()
    failed = replace(health, failing_since=health.failing_since or at, failures=health.failures + 1)
    if not outcome.blocks:
        return failed
    rest = min(_FIRST_REST * 2 ** min(health.failures, 10), _LONGEST_REST)
    if outcome.retry_after is not None:
        rest = max(_FIRST_REST, min(outcome.retry_after, _LONGEST_WISH))
    return replace(failed, slow_until=at + rest)


def disabled_by(health: Health, outcome: Outcome, at: datetime) -> Disabled | None:
    """Return why this try disables its endpoint, or None where it does not.

    410 says that nobody wants the news. An endpoint with which everything has failed for as long
    as one delivery is tried is given up.
    """
    if outcome.gone:
        return Disabled.GONE
    since = health.failing_since
    if not outcome.succeeded and since is not None and at - since >= SPAN:
        return Disabled.FAILING
    return None


def matches(filters: Iterable[str], type: str) -> bool:
    """Return whether one of the filters lets an event of this type through.

    A filter is a type, the beginning of types (`invoice.*`), or `*`.
    """
    return any(
        one in (ALL, type) or (one.endswith(".*") and type.startswith(one[:-1])) for one in filters
    )


def check_filters(filters: Sequence[str]) -> tuple[str, ...]:
    """Return the filters without repeats. Raises: UnknownEvents, for one that matches nothing."""
    for place, one in enumerate(filters):
        if not any(matches([one], type) for type in EVENT_TYPES):
            raise UnknownEvents(
                f"{one[:64]!r} matches no type of event; "
                "write a type such as invoice.paid, its beginning such as invoice.*, or *",
                param=f"events[{place}]",
            )
    return tuple(dict.fromkeys(filters))


def goes_to_all(type: str) -> bool:
    """Return whether events of this type go to every endpoint that wants them.

    A test of one endpoint is news for that endpoint only.
    """
    return type != WebhookEndpointTested.type


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint as it stands, without its secrets."""

    id: UUID
    url: str
    description: str | None
    events: tuple[str, ...]
    status: EndpointStatus
    disabled_at: datetime | None
    disabled_because: Disabled | None
    health: Health
    previous_until: datetime | None  # until then the secret before the present one signs too
    created_at: datetime
