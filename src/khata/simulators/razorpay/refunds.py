"""Refunds: bound by what was captured, and once for an idempotency key."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from khata.simulators.razorpay import settling
from khata.simulators.razorpay.accounts import Account
from khata.simulators.razorpay.asked import amount_of
from khata.simulators.razorpay.desk import Desk
from khata.simulators.razorpay.fates import Past, fate_of
from khata.simulators.razorpay.objects import new_refund
from khata.simulators.razorpay.refusals import unexplained

Object = dict[str, Any]

_KEY = re.compile(r"[A-Za-z0-9_-]{10,}", re.ASCII)
_CHANGES_AFTER = timedelta(days=2)


def give_back(
    desk: Desk,
    account: Account,
    payment_id: str,
    asked: Object,
    *,
    headers: Mapping[str, str],
    body: bytes,
) -> Object:
    """Give back a part or all of what was captured and not given back yet. Raises: Refused.

    The documents name no end of a key's life, so keys are kept for ever.
    """
    payment = account.find("payments", payment_id)
    key = headers.get("x-refund-idempotency")
    if key is not None:
        if not _KEY.fullmatch(key):
            raise unexplained("The idempotency key must be at least 10 characters long")
        known = account.refund_keys.get(key)
        if known is not None and known[0] != body:
            raise unexplained(
                "Different request with the same idempotency key has already been processed."
            )
        if known is not None:
            return account.refunds[known[1]]
    amount = _checked(payment, asked)
    fate = fate_of(
        account.fates.get((payment["customer_id"], payment["token_id"]), "ok"), Past(0, 0)
    )
    refund = new_refund(
        desk.accounts.new_id("rfnd"), payment, asked | {"amount": amount}, fate.refund[0], desk.now
    )
    account.add_refund(refund)
    _move(payment, amount)
    if key is not None:
        account.refund_keys[key] = (body, refund["id"])
    _tell(desk, account, "created", refund, desk.now)
    if refund["status"] == "processed":
        _tell(desk, account, "processed", refund, desk.now)
    for status in fate.refund[1:]:
        desk.plans.add(desk.now + _CHANGES_AFTER, partial(_change, desk, account, refund, status))
    return refund


def _checked(payment: Object, asked: Object) -> int:
    if payment["status"] not in ("captured", "refunded"):
        raise unexplained("The payment status should be captured for action to be taken")
    left = payment["amount"] - payment["amount_refunded"]
    if left == 0:
        raise unexplained("The payment has been fully refunded already")
    amount = amount_of(asked, least=100) if "amount" in asked else left
    if amount > left:
        raise unexplained("The refund amount provided is greater than amount captured")
    return int(amount)


def _move(payment: Object, amount: int) -> None:
    """Note so much more, or less, of the payment as given back."""
    payment["amount_refunded"] += amount
    whole = payment["amount_refunded"] == payment["amount"]
    some = "partial" if payment["amount_refunded"] else None
    payment.update(
        refund_status="full" if whole else some, status="refunded" if whole else "captured"
    )


def _change(desk: Desk, account: Account, refund: Object, status: str, at: datetime) -> None:
    refund["status"] = status
    if status == "failed":
        _move(account.payments[refund["payment_id"]], -refund["amount"])
    _tell(desk, account, status, refund, at)


def _tell(desk: Desk, account: Account, what: str, refund: Object, at: datetime) -> None:
    payment = account.payments[refund["payment_id"]]
    desk.tell(account, f"refund.{what}", {"refund": refund, "payment": payment}, at)
    if what == "processed":
        settling.given_back(desk, account, refund, at)
    elif what == "failed":
        settling.came_back(desk, account, refund, at)
