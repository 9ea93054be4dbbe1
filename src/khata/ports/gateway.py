"""The wish for a gateway: it moves money once for one id, and can be asked what it did."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from khata.core.payment import Answer, Outcome
from khata.core.refusal import Refusal

__all__ = [
    "Answer",
    "AnswerLost",
    "Capabilities",
    "ChargeRequest",
    "Gateway",
    "NotReached",
    "Outcome",
    "RefundRequest",
    "UnknownToken",
]


class NotReached(Exception):
    """The request certainly never left: no such host, refused connection, failed TLS."""


class AnswerLost(Exception):
    """The request may have arrived; whether it did, only the gateway can tell."""


class UnknownToken(Refusal):
    """The gateway knows no payment method by this token."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a gateway can do; the same exam is asked of each within these.

    `replays`: the same id sent twice gets the first answer again and takes no second money.
    `late_success`: how long after a failure the money may still come; None: never.
    `currencies`: what it can charge in; None: any.
    """

    replays: bool
    late_success: timedelta | None
    currencies: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class ChargeRequest:
    """Money to be taken. `attempt_id` is the idempotency key; `merchant` the tenant's id."""

    attempt_id: UUID
    merchant: str
    customer: str
    token: str
    amount: int
    currency: str
    description: str
    invoice_number: str


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Money of a charge to be given back. `refund_id` is the idempotency key."""

    refund_id: UUID
    attempt_id: UUID
    merchant: str
    amount: int
    currency: str


class Gateway(Protocol):
    """Takes money and gives it back. `at` is the tenant's time, which a test clock may set.

    Every call may raise NotReached or AnswerLost; any other exception counts as AnswerLost.
    """

    @property
    def capabilities(self) -> Capabilities: ...

    def accepts_token(self, token: str) -> bool:
        """Say whether a payment method with this token can be charged at all."""
        ...

    def charge(self, request: ChargeRequest, *, at: datetime) -> Answer:
        """Take the money once, however often this attempt id is sent."""
        ...

    def look_up(self, attempt_id: UUID, *, merchant: str, at: datetime) -> Answer | None:
        """Say what became of an attempt; None: the gateway has never heard of it."""
        ...

    def refund(self, request: RefundRequest, *, at: datetime) -> Answer:
        """Give money back once, however often this refund id is sent."""
        ...

    def look_up_refund(self, refund_id: UUID, *, merchant: str, at: datetime) -> Answer | None:
        """Say what became of a refund; None: the gateway has never heard of it."""
        ...
