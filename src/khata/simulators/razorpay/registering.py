"""Registering a mandate: what a payer does at the checkout, here done by one call."""

from datetime import datetime, timedelta
from typing import Any

from khata.simulators.razorpay.accounts import Account
from khata.simulators.razorpay.asked import amount_of
from khata.simulators.razorpay.charges import capture, signed
from khata.simulators.razorpay.desk import Desk
from khata.simulators.razorpay.fates import is_known
from khata.simulators.razorpay.mandates import find_customer
from khata.simulators.razorpay.objects import new_payment, new_token
from khata.simulators.razorpay.refusals import refuse

Object = dict[str, Any]

_BANK_CONFIRMS_AFTER = timedelta(days=1)


def authorise(desk: Desk, account: Account, asked: Object, *, secret: str) -> Object:
    """Authorise a mandate for the order's terms and take its first amount, at once.

    `notes.fate` of the order says what becomes of later payments. Cards and UPI are confirmed
    at once, a bank confirms a day later. Raises: Refused.
    """
    order = account.find("orders", asked["order_id"])
    find_customer(account, asked["customer_id"])
    terms = order.get("token")
    if not isinstance(terms, dict):
        raise refuse("The order has no token, so no mandate can be registered")
    amount = amount_of(asked, least=0)
    if order["status"] == "paid" or amount != order["amount"]:
        raise refuse("The order is paid, or for another amount", reason="order_amount_mismatch")
    method = asked.get("method", "card")
    if method not in ("card", "upi", "emandate"):
        raise refuse("The method is not one of a mandate", field="method")
    is_bank = method == "emandate"
    token = new_token(
        desk.accounts.new_id("token"),
        method,
        "initiated" if is_bank else "confirmed",
        desk.now,
        terms,
    )
    place = (asked["customer_id"], token["id"])
    account.tokens[place] = token
    account.fates[place] = _fate(order)
    payment = new_payment(desk.accounts.new_id("pay"), asked, token, desk.now)
    account.add_payment(payment)
    order["attempts"] += 1
    capture(desk, account, payment, desk.now)
    if is_bank:
        desk.plans.add(
            desk.now + _BANK_CONFIRMS_AFTER, lambda at: _confirm(desk, account, token, at)
        )
    else:
        _confirm(desk, account, token, desk.now)
    return signed(payment, secret)


def _confirm(desk: Desk, account: Account, token: Object, at: datetime) -> None:
    if token["recurring_details"]["status"] in ("initiated", "confirmed"):
        token["recurring_details"]["status"] = "confirmed"
        desk.tell(account, "token.confirmed", {"token": token}, at)


def _fate(order: Object) -> str:
    notes = order["notes"]
    name = notes.get("fate", "ok") if isinstance(notes, dict) else "ok"
    if not is_known(name):
        raise refuse(f"No fate is called {name}")
    return str(name)
