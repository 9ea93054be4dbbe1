"""The wish for a gateway: it moves money once for one id, and can be asked what it did."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from khata.core.payment import Answer, Outcome
from khata.core.payment_method import MethodKind, SavedMethod
from khata.core.reconciliation import SeenPayment
from khata.core.refusal import Refusal
from khata.core.visit import Purpose

__all__ = [
    "Answer",
    "AnswerLost",
    "Capabilities",
    "ChargeRequest",
    "CredentialsRefused",
    "Gateway",
    "IdUsedOtherwise",
    "NotReached",
    "Outcome",
    "RefundRequest",
    "SeenPayment",
    "UnknownToken",
    "is_safe_again",
]


class NotReached(Exception):
    """The request certainly never left: no such host, refused connection, failed TLS."""


class CredentialsRefused(NotReached):
    """The gateway does not let the account's credentials in: it looks at those before all else."""


class AnswerLost(Exception):
    """The request may have arrived; whether it did, only the gateway can tell."""


class IdUsedOtherwise(ValueError):
    """One id was sent for two different things: a mistake of the caller's, and nothing is taken."""


class UnknownToken(Refusal):
    """The gateway knows no payment method by this token."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a gateway can do; the same exam is asked of each within these.

    `replays`: the same id sent twice gets the first answer again and takes no second money;
    `remembers` is for how long, None: for ever. After that, or where it does not replay, an
    attempt that a look-up does not find may be sent again `sent_again_after` its first sending;
    None: never, a person looks.
    `late_success`: how long after a failure the money may still come; None: never.
    `currencies`: what it can charge in; None: any.
    `notice`: how long before the money moves the gateway itself tells the payer, by kind.
    `spacing`: how far apart the charges of one customer by a kind have to be, where the gateway
    tells the payer of each by itself: of two that are nearer it fails one. Of cards this holds for
    those of Indian banks.
    `tells_ahead`: on which rails it tells the payer when it is asked to (ports/notices.py), and
    takes the money when it is charged, on that notice; `notice` is then how long after it was asked
    to tell a debit can be handed in at the soonest.
    `own_tries`: how often it tries a debit at the most, by itself, by kind; else once.
    `visits`: for what its own pages can be visited, by kind (ports/gateway_visits.py); `upi_links`:
    it makes links that a UPI app opens, for a QR code of ours.
    `settlements`: it tells its payouts (ports/settlements.py).
    `forgets`: it deletes what it saved of a payer when it is asked to (ports/tokens.py).
    """

    replays: bool
    late_success: timedelta | None
    currencies: frozenset[str] | None
    remembers: timedelta | None = None
    sent_again_after: timedelta | None = None
    kinds: frozenset[MethodKind] = frozenset({MethodKind.CARD})
    partial_refunds: bool = True
    notice: Mapping[MethodKind, timedelta] = field(default_factory=dict)
    spacing: Mapping[MethodKind, timedelta] = field(default_factory=dict)
    visits: Mapping[MethodKind, frozenset[Purpose]] = field(default_factory=dict)
    upi_links: bool = False
    tells_ahead: frozenset[MethodKind] = frozenset()
    own_tries: Mapping[MethodKind, int] = field(default_factory=dict)
    settlements: bool = False
    forgets: bool = False


def is_safe_again(capabilities: Capabilities, passed: timedelta) -> bool:
    """Say whether an attempt that a look-up did not find may be sent again under its id.

    `passed` is how long ago it was first sent: within `remembers` of a gateway that replays, and
    from `sent_again_after` on at any that says so. In between nobody can tell: it is not.
    """
    remembers, again = capabilities.remembers, capabilities.sent_again_after
    if capabilities.replays and (remembers is None or passed < remembers):
        return True
    return again is not None and passed >= again


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """Money to be taken. `attempt_id` is the idempotency key; `merchant` the tenant's id.

    `amount` is in minor units. `kind`, `holder` and `facts` are those of the saved method. `notice`
    is the gateway's reference of what the payer was told, on the rails of its `tells_ahead`.
    """

    attempt_id: UUID
    merchant: str
    customer: str
    token: str
    amount: int
    currency: str
    description: str
    invoice_number: str
    kind: MethodKind = MethodKind.CARD
    holder: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Money of a charge to be given back. `refund_id` is the idempotency key.

    `charge` is the gateway's reference of what was taken, and `taken` how much that was.
    """

    refund_id: UUID
    attempt_id: UUID
    merchant: str
    amount: int
    currency: str
    charge: str | None = None
    taken: int | None = None


class Gateway(Protocol):
    """Takes money and gives it back. `at` is the tenant's time, which a test clock may set.

    Every call may raise NotReached or AnswerLost; any other exception counts as AnswerLost.
    """

    @property
    def capabilities(self) -> Capabilities: ...

    def obstacle(self, amount: int, currency: str) -> str | None:
        """Say, without a call, why it cannot charge this, as a decline code; None: it can.

        `currency_not_supported`, `amount_not_whole` (the gateway takes no decimals of it),
        `amount_too_small`, `amount_too_large`.
        """
        ...

    def read_method(self, token: str, *, holder: str | None = None) -> SavedMethod | None:
        """Return what the gateway knows of a saved way to pay; None: it knows no such token."""
        ...

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        """Take the money once, however often this attempt id is sent."""
        ...

    def look_up(
        self, request: ChargeRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        """Say what became of an attempt; None: the gateway has never heard of it.

        `reference` is the gateway's own, where an answer told it.
        """
        ...

    def refund(self, request: RefundRequest, *, at: datetime) -> Answer:
        """Give money back once, however often this refund id is sent."""
        ...

    def look_up_refund(
        self, request: RefundRequest, *, reference: str | None, at: datetime
    ) -> Answer | None:
        """Say what became of a refund; None: the gateway has never heard of it."""
        ...

    def payments_between(self, start: datetime, end: datetime) -> Iterator[SeenPayment]:
        """List every payment that the gateway made from `start` on and before `end`."""
        ...
