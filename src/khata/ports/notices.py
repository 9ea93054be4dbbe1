"""The wish for a gateway that tells the payer of a debit when it is asked to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from khata.core.dunning import DeclineClass
from khata.core.payment_method import MethodKind


class NoticeRefused(Exception):
    """The gateway tells nobody of this: it would not debit it either."""

    def __init__(self, decline_class: DeclineClass, decline_code: str) -> None:
        super().__init__(decline_code)
        self.decline_class = decline_class
        self.decline_code = decline_code


@dataclass(frozen=True, slots=True)
class Taken:
    """`reference` is the gateway's name of the notice. `is_told`: the payer knows; else it says
    later, by an event, whether they could be told."""

    reference: str
    is_told: bool


@dataclass(frozen=True, slots=True)
class NoticeRequest:
    """What the payer is to be told: this amount (minor units) will be debited at `debit_at`.

    `notice_id` is the idempotency key. The rest is as in a ChargeRequest.
    """

    notice_id: UUID
    merchant: str
    customer: str
    token: str
    amount: int
    currency: str
    debit_at: datetime
    description: str
    invoice_number: str
    kind: MethodKind
    holder: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


class TellsAhead(Protocol):
    """What a gateway can do on the rails of its `tells_ahead`. Raises as Gateway's calls do."""

    def tell_ahead(self, request: NoticeRequest, *, at: datetime) -> Taken:
        """Tell the payer, or take it up, once for an id. Raises: NoticeRefused."""
        ...
