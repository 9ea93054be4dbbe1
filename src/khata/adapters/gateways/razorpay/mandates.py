"""What Razorpay's tokens say of the mandates that they stand for. Pure."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, Final

from khata.adapters.gateways.razorpay.client import Object
from khata.adapters.gateways.razorpay.translate import number, text
from khata.core.payment_method import MethodKind
from khata.core.told_mandate import MandateStatus, ToldMandate

_INDIA: Final = timezone(timedelta(hours=5, minutes=30))

# Source: razorpay.com/docs/api/payments/recurring-payments/cards/tokens
_STATES: Final = {
    "initiated": MandateStatus.PENDING_AUTHORISATION,
    "confirmed": MandateStatus.ACTIVE,
    "rejected": MandateStatus.REJECTED,
    "cancelled": MandateStatus.REVOKED,
    "cancellation_initiated": MandateStatus.REVOKED,
    "deactivated": MandateStatus.REVOKED,
    "paused": MandateStatus.PAUSED,
    "expired": MandateStatus.EXPIRED,
}


def read_mandate(token: Object, kind: MethodKind) -> ToldMandate | None:
    """Return the mandate of a token; None: it stands for none that is debited without the payer.

    Razorpay says no frequency. A card that was just confirmed comes without its state.
    """
    if kind is MethodKind.OTHER or token.get("recurring") is False:
        return None
    details: Any = token.get("recurring_details")
    word = text(details, "status") if isinstance(details, dict) else None
    status = _STATES.get(word or "confirmed")
    if status is None:
        return None
    maximum = number(token, "max_amount")
    return ToldMandate(
        status,
        max_amount=maximum if maximum and maximum > 0 else None,
        currency="INR",
        start=_day(number(token, "start_time")),
        end=_day(number(token, "expired_at")),
        reference=text(token, "mrn"),
    )


def _day(seconds: int | None) -> date | None:
    if not seconds or not 0 < seconds < 2**35:
        return None
    return datetime.fromtimestamp(seconds, UTC).astimezone(_INDIA).date()
