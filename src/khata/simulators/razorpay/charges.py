"""Payments without the payer: accepted at once, debited after the notice, told by webhook."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from khata.core.money import half_up
from khata.simulators.razorpay import settling
from khata.simulators.razorpay.accounts import Account
from khata.simulators.razorpay.asked import amount_of
from khata.simulators.razorpay.desk import Desk
from khata.simulators.razorpay.disputes import open_dispute
from khata.simulators.razorpay.fates import DEBIT_AFTER, TOLD_BEFORE, Failure, Fate, Past, fate_of
from khata.simulators.razorpay.mandates import find_customer, find_token
from khata.simulators.razorpay.objects import new_payment
from khata.simulators.razorpay.refusals import Refused, refuse
from khata.simulators.razorpay.telling import check_told

Object = dict[str, Any]

# Of a debit whose payer was told before: nothing has to be waited for.
_DEBITED_WITHIN = timedelta(minutes=5)
_DISPUTED_AFTER = timedelta(days=1)
_OF_STATE = {
    "cancelled": "mandate_cancelled",
    "paused": "mandate_paused",
    "initiated": "mandate_not_active",
    "rejected": "mandate_not_active",
}
_PAID_BEFORE = Failure(
    "order_already_paid", "Payment already done for this order.", source="business"
)


class Cut(Exception):
    """The connection is cut before anything is done."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was accepted; `is_lost`: and the connection is cut before the answer."""

    said: Object
    is_lost: bool = False


def create_recurring(desk: Desk, account: Account, asked: Object, *, secret: str) -> Accepted:
    """Accept a payment: it stays `created` until it is debited. Raises: Refused, Cut."""
    order = account.find("orders", asked["order_id"])
    find_customer(account, asked["customer_id"])
    amount = amount_of(asked, least=100)
    if order["status"] == "paid":
        raise refuse(_PAID_BEFORE.description, reason=_PAID_BEFORE.reason)
    if (amount, asked["currency"]) != (order["amount"], order["currency"]):
        raise refuse(
            "Your payment amount is different from your order amount.",
            reason="order_amount_mismatch",
        )
    check_told(account, order, desk.now)
    token = _chargeable(desk, account, asked)
    fate = fate_of(
        account.fates.get((asked["customer_id"], token["id"]), "ok"), _past(account, asked)
    )
    account.calls[order["id"]] += 1
    if account.calls[order["id"]] <= fate.lost_calls:
        raise Cut
    payment = new_payment(desk.accounts.new_id("pay"), asked, token, desk.now)
    account.add_payment(payment)
    notice = account.notices.get(order["id"])
    if notice is not None:
        account.told[payment["id"]] = datetime.fromtimestamp(notice["delivered_at"], UTC)
    elif token["method"] in TOLD_BEFORE:
        account.told[payment["id"]] = desk.now
    account.tries[_whose(asked)][_noted(asked, "invoice")] += 1
    order["attempts"] += 1
    order["status"] = "attempted"
    token["used_at"] = payment["created_at"]
    usual = DEBIT_AFTER[token["method"]] if notice is None else _DEBITED_WITHIN
    due = desk.now + (fate.takes or usual)
    desk.plans.add(due, lambda at: _debit(desk, account, payment, fate, at))
    return Accepted(signed(payment, secret), fate.is_answer_lost)


def signed(payment: Object, secret: str) -> Object:
    """Return the answer that names a payment, with the signature that the key's secret makes."""
    message = f"{payment['order_id']}|{payment['id']}".encode()
    return {
        "razorpay_payment_id": payment["id"],
        "razorpay_order_id": payment["order_id"],
        "razorpay_signature": hmac.new(secret.encode(), message, hashlib.sha256).hexdigest(),
    }


def capture(desk: Desk, account: Account, payment: Object, at: datetime) -> None:
    """Take the money: authorised, captured, and the order paid. The fee is 2 % and 18 % GST."""
    order = account.orders[payment["order_id"]]
    payment.update(status="authorized", acquirer_data=_proof(payment), **_no_error())
    desk.tell(account, "payment.authorized", {"payment": payment}, at)
    fee = half_up(2 * payment["amount"], 100)
    tax = half_up(18 * fee, 100)
    payment.update(status="captured", captured=True, fee=fee + tax, tax=tax)
    order.update(status="paid", amount_paid=order["amount"], amount_due=0)
    desk.tell(account, "payment.captured", {"payment": payment}, at)
    desk.tell(account, "order.paid", {"payment": payment, "order": order}, at)
    settling.captured(desk, account, payment, at)


def _debit(desk: Desk, account: Account, payment: Object, fate: Fate, at: datetime) -> None:
    paid = account.orders[payment["order_id"]]["status"] == "paid"
    failure = _PAID_BEFORE if paid else fate.failure
    account.debited[payment["id"]] = at
    if failure is None:
        capture(desk, account, payment, at)
        if fate.dispute:
            desk.plans.add(
                at + _DISPUTED_AFTER, lambda then: open_dispute(desk, account, payment, then)
            )
        return
    if payment["order_id"] not in account.notices:
        account.orders[payment["order_id"]]["attempts"] += fate.own_tries - 1
    payment.update(
        status="failed",
        error_code=failure.code,
        error_description=failure.description,
        error_source=failure.source,
        error_step=failure.step,
        error_reason=failure.reason,
    )
    desk.tell(account, "payment.failed", {"payment": payment}, at)
    if fate.late is not None and not paid:
        desk.plans.add(at + fate.late, lambda then: _capture_late(desk, account, payment, then))


def _capture_late(desk: Desk, account: Account, payment: Object, at: datetime) -> None:
    """The bank has answered after all: the failure was none."""
    if account.orders[payment["order_id"]]["status"] != "paid":
        capture(desk, account, payment, at)


def _chargeable(desk: Desk, account: Account, asked: Object) -> Object:
    try:
        token = find_token(desk, account, asked["customer_id"], asked["token"])
    except Refused:
        raise refuse("The token provided does not exist", reason="invalid_token") from None
    status = token["recurring_details"]["status"]
    if status != "confirmed":
        raise refuse(
            f"The mandate of this token is {status}", reason=_OF_STATE.get(status, "invalid_token")
        )
    if token["expired_at"] <= desk.now.timestamp():
        raise refuse("The mandate of this token has expired", reason="mandate_expired")
    return token


def _past(account: Account, asked: Object) -> Past:
    """Return what a token has been through for a customer of the merchant, told in the notes."""
    before, invoice = account.tries[_whose(asked)], _noted(asked, "invoice")
    return Past(tries=before[invoice], invoices=len(before.keys() - {invoice}))


def _whose(asked: Object) -> tuple[str, str | None]:
    return asked["token"], _noted(asked, "customer")


def _noted(told: Object, name: str) -> str | None:
    notes = told.get("notes")
    return str(notes.get(name)) if isinstance(notes, dict) else None


def _proof(payment: Object) -> Object:
    if payment["method"] == "card":
        return {"auth_code": "541898"}
    return {"rrn": "854977234911"} if payment["method"] == "upi" else {}


def _no_error() -> Object:
    return dict.fromkeys(
        ("error_code", "error_description", "error_source", "error_step", "error_reason")
    )
