"""How a subscription ended: what its customer is told of the cause, and its last day of service."""

from datetime import date, timedelta
from typing import Final

AT_PERIOD_END: Final = "canceled at period end"
AT_ONCE: Final = "canceled"
GIVEN_UP: Final = "payment given up"
CONTRACT_ENDED: Final = "contract ended"
NEVER_PAID: Final = "first payment not made in time"
NO_METHOD: Final = "trial ended without a payment method"
DISPUTE_LOST: Final = "payment disputed"

# Words of the tenant's own are absent on purpose: they may be meant for its books alone.
_TOLD: Final = {
    AT_PERIOD_END: "It ended with the period that was paid for.",
    CONTRACT_ENDED: "The contract ran until then.",
    NEVER_PAID: "Its first invoice was not paid in time, so it never began; nothing is owed.",
    NO_METHOD: "Its trial is over, and no way to pay was on file.",
    DISPUTE_LOST: "A payment for it was taken back through your bank.",
    GIVEN_UP: "An invoice for it could not be collected; what is owed stays owed.",
}


def reason_for_customer(cause: str | None) -> str | None:
    """Return the sentence that the customer may be told of the cause, or None."""
    return _TOLD.get(cause or "")


def last_day_of_service(ended_on: date, period_end: date | None) -> date:
    """Return the last day that was served: of a period that was used up, the day before its end.

    What ends in mid-period is served on the day it ends, too.
    """
    if period_end is not None and period_end <= ended_on:
        return period_end - timedelta(days=1)
    return ended_on
