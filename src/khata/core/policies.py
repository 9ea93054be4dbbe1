"""A tenant's policies: the choices that billing engines differ on, each with our default."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from khata.core.tax.gst import RoundOff


class AfterLastRetry(StrEnum):
    """What becomes of a subscription whose invoice could not be collected."""

    UNPAID = "unpaid"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Policies:
    """`retry_days` are days after the failure before: 1, 2, 4, 8 tries again within 15 days.

    `reminder_days` are days after the due date of an invoice that the customer pays by hand.
    """

    round_off: RoundOff = RoundOff.NONE
    retry_days: tuple[int, ...] = (1, 2, 4, 8)
    after_last_retry: AfterLastRetry = AfterLastRetry.UNPAID
    write_off_when_given_up: bool = False
    days_until_due: int = 0
    reminder_days: tuple[int, ...] = (1, 7, 14)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Policies":
        """Read what is stored; what is not stored has its default."""
        default = cls()
        return cls(
            round_off=RoundOff(stored.get("round_off", default.round_off)),
            retry_days=tuple(stored.get("retry_days", default.retry_days)),
            after_last_retry=AfterLastRetry(
                stored.get("after_last_retry", default.after_last_retry)
            ),
            write_off_when_given_up=stored.get(
                "write_off_when_given_up", default.write_off_when_given_up
            ),
            days_until_due=stored.get("days_until_due", default.days_until_due),
            reminder_days=tuple(stored.get("reminder_days", default.reminder_days)),
        )
