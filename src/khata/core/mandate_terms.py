"""The terms a payer agrees to once, so that later debits need no more of them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Frequency(StrEnum):
    """How often a mandate may be debited, in the words of India's rails."""

    DAILY = "daily"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    BIMONTHLY = "bimonthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"
    AS_PRESENTED = "as_presented"  # whenever the seller asks: usage, and anything irregular


@dataclass(frozen=True, slots=True)
class MandateTerms:
    """No debit may be above `max_amount` (minor units of `currency`, tax included) or after `end`.

    `is_fixed`: every debit is `max_amount` exactly. `end` None: as long as the rail allows.
    """

    max_amount: int
    currency: str
    frequency: Frequency
    start: date
    end: date | None = None
    is_fixed: bool = False
