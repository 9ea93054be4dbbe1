"""What a gateway tells of a standing permission to debit: a mandate, as far as it says."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from khata.core.mandate_terms import Frequency


class MandateStatus(StrEnum):
    """Where a mandate stands between the payer, the payer's bank and us."""

    CREATED = "created"  # terms are written down; nobody has agreed to them
    PENDING_AUTHORISATION = "pending_authorisation"  # the payer or the bank has to confirm
    ACTIVE = "active"
    PAUSED = "paused"
    REVOKED = "revoked"  # withdrawn by the payer or the seller
    EXPIRED = "expired"  # its last day is over
    COMPLETED = "completed"  # all that was agreed on was debited
    REJECTED = "rejected"  # the bank or the payer said no


@dataclass(frozen=True, slots=True)
class ToldMandate:
    """A mandate in a gateway's words; None: it does not say.

    `max_amount` is in minor units of `currency`. `reference` is the rail's own number: UMN, UMRN.
    """

    status: MandateStatus
    max_amount: int | None = None
    currency: str | None = None
    frequency: Frequency | None = None
    start: date | None = None
    end: date | None = None
    is_fixed: bool = False
    reference: str | None = None
