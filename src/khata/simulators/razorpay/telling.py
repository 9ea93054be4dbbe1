"""Orders that tell a payer of a debit: the notice goes out, and the debit waits for its day.

Source: razorpay.com/docs/api/payments/recurring-payments (create subsequent payments, webhooks).
What a debit that comes too early is refused with, no document says: those words are ours.
"""

from datetime import datetime, timedelta
from typing import Any

from khata.simulators.razorpay.accounts import READY_MADE_CUSTOMER, Account
from khata.simulators.razorpay.desk import Desk
from khata.simulators.razorpay.fates import TOLD_BEFORE, is_told
from khata.simulators.razorpay.mandates import find_token
from khata.simulators.razorpay.objects import stamp
from khata.simulators.razorpay.refusals import Refused, refuse

Object = dict[str, Any]

DELIVERED_AFTER = timedelta(minutes=2)
_DAY = timedelta(hours=24)


def check_notification(desk: Desk, account: Account, asked: Object) -> None:
    """Look at what an order says of its notice. Raises: Refused."""
    told = asked.get("notification")
    if told is None:
        return
    if not isinstance(told, dict) or told.keys() != {"token_id", "payment_after"}:
        raise refuse("The notification has a token_id and a payment_after", field="notification")
    token = _token(desk, account, told["token_id"])
    if token["method"] not in TOLD_BEFORE:
        raise refuse("This method has no pre-debit notification", field="notification")
    if token["recurring_details"]["status"] != "confirmed":
        raise refuse("The mandate of this token is not active", reason="mandate_not_active")
    after = told["payment_after"]
    if type(after) is not int or after < stamp(desk.now) + _DAY.total_seconds():
        raise refuse("payment_after is at least 24 hours ahead", field="payment_after")


def begin_telling(desk: Desk, account: Account, order: Object) -> None:
    """Send the notice of an order; a little later it is told whether it was delivered."""
    notice = {
        "id": desk.accounts.new_id("notification"),
        "entity": "notification",
        "order_id": order["id"],
        "delivered_at": None,
        "status": "created",
        **order["notification"],
    }
    account.notices[order["id"]] = notice
    desk.plans.add(desk.now + DELIVERED_AFTER, lambda at: _told(desk, account, notice, at))


def check_told(account: Account, order: Object, at: datetime) -> None:
    """Refuse a debit before its payer was told for a day, or before its time. Raises: Refused."""
    notice = account.notices.get(order["id"])
    if notice is None:
        return
    if notice["status"] != "delivered":
        raise refuse("The pre-debit notification was not delivered", reason="invalid_request")
    day = int(_DAY.total_seconds())
    if stamp(at) < max(notice["payment_after"], notice["delivered_at"] + day):
        raise refuse("The debit is too early after its notification", reason="invalid_request")


def _told(desk: Desk, account: Account, notice: Object, at: datetime) -> None:
    fates = [name for (_, id), name in account.fates.items() if id == notice["token_id"]]
    delivered = all(is_told(name) for name in fates)
    notice["status"] = "delivered" if delivered else "failed"
    notice["delivered_at"] = stamp(at) if delivered else None
    event = f"order.notification.{notice['status']}"
    desk.tell(account, event, {"notification": notice}, at)


def _token(desk: Desk, account: Account, id: str) -> Object:
    holders = [holder for holder, known in account.tokens if known == id]
    try:
        return find_token(desk, account, holders[0] if holders else READY_MADE_CUSTOMER, id)
    except Refused:
        raise refuse("The token provided does not exist", reason="invalid_token") from None
