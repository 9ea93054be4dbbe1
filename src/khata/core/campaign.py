"""A campaign: what is done, step by step, from a payment's first failure to its end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from khata.core.dunning_terms import DunningTerms

# The failure's own mail has told of the next try: another within this time would say it twice.
_LEAST_BETWEEN_MAILS: Final = timedelta(hours=12)
# Paid later than this after the first failure, it was not dunning that brought the money.
RECOVERED_WITHIN: Final = timedelta(days=60)


class Step(StrEnum):
    """One thing that happened in a campaign, as it is kept."""

    DECLINED = "declined"
    NEW_METHOD = "new_method"  # another way to pay came, and is tried at once
    POSTPONED = "postponed"  # a network's cap moved the try on
    ANNOUNCED = "announced"  # the customer was told of the try to come
    WARNED = "warned"  # the customer was told that service will stop
    SUSPENDED = "suspended"  # the grace was over, and service stopped
    GIVEN_UP = "given_up"
    RECOVERED = "recovered"


class RecoveredBy(StrEnum):
    """What brought the money after all."""

    RETRY = "retry"  # the same method, tried again by the schedule
    NEW_METHOD = "new_method"  # another one, tried by the schedule or as it came
    LINK = "link"  # the customer paid on the invoice's page
    BY_HAND = "by_hand"  # somebody pressed the button, or a transfer was recorded


@dataclass(frozen=True, slots=True)
class Campaign:
    """The dunning of one invoice: how it began, what it follows, and what is due of it next.

    `amount` is what was owed at the first failure, in minor units. `policy_id` None: the tenant's
    own policies. The three instants are what is planned; each is None once it was done.
    """

    invoice_id: UUID
    payment_id: UUID
    customer_id: UUID
    currency: str
    amount: int
    began_at: datetime
    decline_class: str
    decline_code: str
    gateway: str | None
    payment_method_id: UUID | None
    policy_id: UUID | None
    policy_version: int | None
    tries: int
    last_class: str  # of the latest failure: it says what the customer can do
    announces_at: datetime | None = None
    warns_at: datetime | None = None
    access_ends_at: datetime | None = None
    stops_at: datetime | None = None  # when service stops, as far as is known
    is_last_try_over: bool = False
    link_used_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    recovered_at: datetime | None = None
    recovered_amount: int = 0
    recovered_by: str | None = None
    recovered_try: int | None = None

    @property
    def next_step_at(self) -> datetime | None:
        """Return when the next planned thing is due; a campaign that has ended plans nothing."""
        if self.ended_at is not None:
            return None
        planned = (self.announces_at, self.warns_at, self.access_ends_at)
        return min((at for at in planned if at is not None), default=None)


@dataclass(frozen=True, slots=True)
class Planned:
    """What is due between two failures."""

    announces_at: datetime | None
    warns_at: datetime | None
    stops_at: datetime | None


def plan_steps(
    terms: DunningTerms,
    *,
    at: datetime,
    retry_at: datetime | None,
    is_last: bool,
    access_ends_at: datetime | None,
    is_warned: bool,
) -> Planned:
    """Plan the mails that follow a failure at `at`.

    `is_last` says that the try at `retry_at` is the schedule's last: service stops when it fails,
    unless a grace says another day. The warning comes `last_warning_days` before that, once.
    With 3 days and a last try on 15 March it leaves on the 12th, at the hour of the try.
    """
    soonest = at + _LEAST_BETWEEN_MAILS
    announces_at = None
    if terms.notice_days is not None and retry_at is not None:
        wanted = retry_at - timedelta(days=terms.notice_days)
        announces_at = wanted if wanted >= soonest else None
    stops_at = access_ends_at
    if stops_at is None and is_last:
        stops_at = retry_at
    warns_at = None
    if terms.last_warning_days is not None and stops_at is not None and not is_warned:
        wanted = max(stops_at - timedelta(days=terms.last_warning_days), soonest)
        warns_at = wanted if wanted < stops_at else None
    if warns_at is not None and announces_at == warns_at:
        announces_at = None  # one mail says both
    return Planned(announces_at, warns_at, stops_at)
