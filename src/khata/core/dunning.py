"""Dunning: after a failed attempt, is it tried again, and when; and what if it is not."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from khata.core.dunning_terms import DunningTerms
from khata.core.policies import AfterLastRetry, Policies
from khata.core.retry_days import days_of, retry_at
from khata.core.working_days import Whereabouts, off_holidays


class DeclineClass(StrEnum):
    """What a failure means for the next try. Each gateway's codes map to these, as data."""

    SOFT = "soft"  # may pass another day: no funds, a limit, a cautious bank
    HARD = "hard"  # never again with this card: lost, stolen, expired
    MANDATE = "mandate"  # the standing permission is gone
    CUSTOMER_ACTION = "customer_action"  # the customer has to do something: confirm, add a card
    CONFIG = "config"  # our side or the tenant's is set up wrongly
    GATEWAY_DOWN = "gateway_down"  # the gateway could not be reached: nobody's card was refused


# Asking the same card or permission again can only annoy its bank. Days that a policy gives them
# are for the customer, who is asked on each for another way to pay; see network_caps.
NEVER_RETRIED = frozenset({DeclineClass.HARD, DeclineClass.MANDATE})

# The payer has said no to this one debit, and to this one only.
OPTED_OUT: Final = "mandate_opted_out"

# A day after a whole day of not reaching the gateway, the payment gets a fresh attempt …
_AFTER_GATEWAY_DOWN = timedelta(days=1)
# … until it was out of reach for so long that somebody has to look: service goes on meanwhile.
LONGEST_OUTAGE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again, with a new attempt.

    `is_last` says that the schedule has no other after it, `is_moved` that a cap moved it on.
    """

    at: datetime
    is_last: bool = field(default=False, compare=False)
    is_moved: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class GiveUp:
    """That was the last attempt; only now does the customer's access change."""

    then: AfterLastRetry


@dataclass(frozen=True, slots=True)
class LeaveUnpaid:
    """The customer does not want this one to be debited: it is not tried again, and all goes on."""


@dataclass(frozen=True, slots=True)
class LetAPersonLook:
    """The gateway has been out of reach for too long; nothing is the customer's fault."""


def counts(decline_class: DeclineClass) -> bool:
    """Say whether a failure counts as a decline: a gateway that was down is not the customer's."""
    return decline_class is not DeclineClass.GATEWAY_DOWN


def decide(
    decline_class: DeclineClass,
    *,
    decline_count: int,
    policies: Policies | DunningTerms,
    at: datetime,
    decline_code: str = "",
    where: Whereabouts = Whereabouts(),
    down_since: datetime | None = None,
    method_is_gone: bool = False,
    down_count: int = 1,
) -> Retry | GiveUp | LeaveUnpaid | LetAPersonLook:
    """Decide what follows a failure at `at`; `decline_count` includes this one if it counts.

    `down_since` is the first of the attempts in a row that did not reach the gateway, and
    `down_count` how many they are, with this one.
    `method_is_gone`: no bank is asked again, for what failed is not kept any more; the tries that
    follow only ask the customer for another way to pay.

    The n-th decline is tried again `retry_days[n - 1]` days later, counted from this failure:
    by 1, 2, 4, 8 a failure of 28 Feb 2025 is tried again on 1, 3, 7 and 15 March. A class may have
    days of its own, and hours and pay days of where the customer is may move a try (retry_days).
    What falls on a holiday of the policy's is tried on the next working day (working_days).
    """
    terms = DunningTerms.of(policies) if isinstance(policies, Policies) else policies
    if not counts(decline_class):
        after = _after_outage(terms, at, down_since, down_count)
        return _off_holidays(after, terms, where)
    if decline_code == OPTED_OUT:
        return LeaveUnpaid()
    days = days_of(terms, decline_class)
    if decline_class in NEVER_RETRIED and not method_is_gone:
        days = terms.retry_days_by_class.get(decline_class, ())
    if decline_count > len(days):
        return GiveUp(terms.after_last_retry)
    then = retry_at(
        days, decline_count, terms=terms, decline_code=decline_code, zone=where.zone, at=at
    )
    return Retry(off_holidays(terms, then, where), is_last=decline_count == len(days))


def _after_outage(
    terms: DunningTerms, at: datetime, down_since: datetime | None, down_count: int
) -> Retry | LetAPersonLook:
    days = terms.gateway_down_days
    if days is not None:
        gone = down_count > len(days)
        return LetAPersonLook() if gone else Retry(at + timedelta(days=days[down_count - 1]))
    if down_since is not None and at - down_since >= LONGEST_OUTAGE:
        return LetAPersonLook()
    return Retry(at + _AFTER_GATEWAY_DOWN)


def _off_holidays(
    after: Retry | LetAPersonLook, terms: DunningTerms, where: Whereabouts
) -> Retry | LetAPersonLook:
    return Retry(off_holidays(terms, after.at, where)) if isinstance(after, Retry) else after
