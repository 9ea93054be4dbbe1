"""Disputes: a payer's bank takes money back, and the merchant accepts or contests."""

from datetime import datetime
from typing import Any

from khata.simulators.razorpay import settling
from khata.simulators.razorpay.accounts import Account
from khata.simulators.razorpay.desk import Desk
from khata.simulators.razorpay.objects import new_dispute
from khata.simulators.razorpay.refusals import refuse

Object = dict[str, Any]


def open_dispute(desk: Desk, account: Account, payment: Object, at: datetime) -> None:
    """The payer complains about a payment: the whole of it."""
    dispute = new_dispute(desk.accounts.new_id("disp"), payment, at)
    account.disputes[dispute["id"]] = dispute
    _tell(desk, account, "created", dispute, at)


def accept(desk: Desk, account: Account, id: str) -> Object:
    """The merchant gives in: the money is gone."""
    dispute = _open(account, id)
    dispute.update(status="lost", amount_deducted=dispute["amount"])
    settling.lost(desk, account, dispute, desk.now)
    _tell(desk, account, "lost", dispute, desk.now)
    return dispute


def contest(desk: Desk, account: Account, id: str, asked: Object) -> Object:
    """The merchant objects; with `action` submit the bank looks at it, as long as it likes."""
    dispute = _open(account, id)
    dispute["evidence"] = {
        "amount": asked.get("amount", dispute["amount"]),
        "summary": asked.get("summary"),
        "submitted_at": None,
    }
    if asked.get("action") == "submit":
        dispute["evidence"]["submitted_at"] = int(desk.now.timestamp())
        dispute["status"] = "under_review"
        _tell(desk, account, "under_review", dispute, desk.now)
    return dispute


def _open(account: Account, id: str) -> Object:
    dispute = account.find("disputes", id)
    if dispute["status"] != "open":
        raise refuse("This dispute is not open any more")
    return dispute


def _tell(desk: Desk, account: Account, what: str, dispute: Object, at: datetime) -> None:
    payment = account.payments[dispute["payment_id"]]
    about = {"payment": payment, "dispute": dispute}
    desk.tell(account, f"payment.dispute.{what}", about, at)
