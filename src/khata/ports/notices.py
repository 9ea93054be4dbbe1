"""The wish for a gateway that tells the payer of a debit when it is asked to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from khata.core.payment_method import MethodKind


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

    def tell_ahead(self, request: NoticeRequest, *, at: datetime) -> str | None:
        """Tell the payer, once for an id; return the gateway's reference, where it has one."""
        ...
