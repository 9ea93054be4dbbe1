"""Payment links and registration links of the pretend Razorpay, and what a payer does there."""

from datetime import UTC, datetime, timedelta
from typing import Any

from khata.simulators.razorpay.accounts import Account
from khata.simulators.razorpay.charges import capture
from khata.simulators.razorpay.desk import Desk
from khata.simulators.razorpay.mandates import find_customer
from khata.simulators.razorpay.objects import (
    new_customer,
    new_order,
    new_payment,
    new_token,
    notes_of,
    stamp,
)
from khata.simulators.razorpay.refusals import refuse
from khata.simulators.razorpay.registering import authorise

Object = dict[str, Any]

LATE_AFTER = timedelta(hours=2)  # a bank that answers when the payer has gone
_OPEN = ("created", "issued")


def make_payment_link(desk: Desk, account: Account, asked: Object, *, host: str) -> Object:
    """Make a link; a reference id is taken once. Raises: Refused."""
    if any(link["reference_id"] == asked["reference_id"] for link in account.links.values()):
        raise refuse("payment link with given reference_id already exists", field="reference_id")
    expire_by = asked.get("expire_by", 0)
    if expire_by and expire_by < stamp(desk.now) + 15 * 60:
        raise refuse("expire_by should be at least 15 minutes after current time")
    id = desk.accounts.new_id("plink")
    link = {
        "accept_partial": False,
        "amount": asked["amount"],
        "amount_paid": 0,
        "callback_method": asked.get("callback_method", ""),
        "callback_url": asked.get("callback_url", ""),
        "cancelled_at": 0,
        "created_at": stamp(desk.now),
        "currency": asked["currency"],
        "customer": asked["customer"],
        "description": asked.get("description", ""),
        "expire_by": expire_by,
        "expired_at": 0,
        "first_min_partial_amount": 0,
        "id": id,
        "notes": notes_of(asked.get("notes")),
        "notify": asked.get("notify", {}),
        "payments": [],
        "reference_id": asked["reference_id"],
        "reminder_enable": False,
        "reminders": [],
        "short_url": f"http://{host}/l/{id}",
        "status": "created",
        "updated_at": stamp(desk.now),
        "upi_link": bool(asked.get("upi_link")),
        "user_id": "",
    }
    account.links[id] = link
    return link


def make_registration_link(desk: Desk, account: Account, asked: Object, *, host: str) -> Object:
    """Make an invoice at whose address a mandate is registered, with its order and customer."""
    told = asked["customer"]
    customer = new_customer(desk.accounts.new_id("cust"), told, desk.now)
    account.customers[customer["id"]] = customer
    terms = asked["subscription_registration"]
    order = new_order(
        desk.accounts.new_id("order"),
        {
            "amount": asked["amount"],
            "currency": asked["currency"],
            "receipt": asked.get("receipt"),
            "customer_id": customer["id"],
            "token": terms,
        },
        desk.now,
    )
    account.add_order(order)
    id = desk.accounts.new_id("inv")
    invoice = {
        "id": id,
        "entity": "invoice",
        "receipt": asked.get("receipt"),
        "customer_id": customer["id"],
        "customer_details": customer,
        "order_id": order["id"],
        "payment_id": None,
        "status": "issued",
        "expire_by": asked.get("expire_by"),
        "issued_at": stamp(desk.now),
        "paid_at": None,
        "cancelled_at": None,
        "expired_at": None,
        "date": stamp(desk.now),
        "amount": asked["amount"],
        "currency": asked["currency"],
        "description": asked.get("description"),
        "notes": notes_of(asked.get("notes")),
        "short_url": f"http://{host}/l/{id}",
        "type": "link",
        "callback_url": asked.get("callback_url", ""),
        "created_at": stamp(desk.now),
        "method": terms["method"],
    }
    account.links[id] = invoice
    return invoice


def shown(desk: Desk, link: Object) -> Object:
    """Return a link as it is now: one whose time is over has expired."""
    over = link["expire_by"] and desk.now >= datetime.fromtimestamp(link["expire_by"], UTC)
    if over and link["status"] in _OPEN:
        link.update(status="expired", expired_at=link["expire_by"])
    return link


def cancel(desk: Desk, link: Object) -> Object:
    """Cancel a link that nobody has paid. Raises: Refused."""
    if shown(desk, link)["status"] not in _OPEN:
        raise refuse(f"Link is already in {link['status']} state, so it cannot be cancelled")
    link.update(status="cancelled", cancelled_at=stamp(desk.now))
    return link


def pay(desk: Desk, account: Account, link: Object, method: str) -> bool:
    """Pay, or agree, at the link; say whether that was possible."""
    if shown(desk, link)["status"] not in _OPEN:
        return False
    if link.get("entity") == "invoice":
        _register(desk, account, link)
        return True
    payment = _begun(desk, account, link, method)
    _take(desk, account, link, payment, desk.now)
    return True


def decline(desk: Desk, account: Account, link: Object, method: str, *, late: bool) -> None:
    """Be declined at the link; with `late` the bank takes the money after all."""
    if shown(desk, link)["status"] not in _OPEN:
        return
    if link.get("entity") == "invoice":
        payment = _tried(desk, account, link)
    else:
        payment = _begun(desk, account, link, method)
    payment.update(
        status="failed",
        error_code="GATEWAY_ERROR" if late else "BAD_REQUEST_ERROR",
        error_description="Your payment was declined by the bank",
        error_source="issuer_bank",
        error_step="payment_authorization",
        error_reason="payment_timed_out" if late else "payment_declined",
    )
    desk.tell(account, "payment.failed", {"payment": payment}, desk.now)
    if late:
        desk.plans.add(desk.now + LATE_AFTER, lambda at: _take(desk, account, link, payment, at))


def _begun(desk: Desk, account: Account, link: Object, method: str) -> Object:
    if "order_id" not in link:
        order = new_order(desk.accounts.new_id("order"), link, desk.now)
        account.add_order(order)
        link["order_id"] = order["id"]
    asked = {
        "amount": link["amount"],
        "currency": link["currency"],
        "order_id": link["order_id"],
        "email": link["customer"].get("email"),
        "contact": link["customer"].get("contact"),
        "description": link["description"],
        "notes": link["notes"],
    }
    used = new_token(desk.accounts.new_id("token"), method, "confirmed", desk.now, {})
    payment = new_payment(desk.accounts.new_id("pay"), asked, used, desk.now)
    payment["token_id"] = None  # nothing is kept of it
    account.add_payment(payment)
    return payment


def _take(desk: Desk, account: Account, link: Object, payment: Object, at: datetime) -> None:
    order = account.orders[payment["order_id"]]
    if order["status"] == "paid":
        return
    capture(desk, account, payment, at)
    link["payments"].append(
        {
            "amount": payment["amount"],
            "created_at": stamp(at),
            "method": payment["method"],
            "payment_id": payment["id"],
            "status": "captured",
        }
    )
    if link["status"] in _OPEN:
        link.update(status="paid", amount_paid=link["amount"], updated_at=stamp(at))
    about = {"payment_link": link, "order": order, "payment": payment}
    desk.tell(account, "payment_link.paid", about, at)


def _register(desk: Desk, account: Account, link: Object) -> None:
    customer = find_customer(account, link["customer_id"])
    if not customer["contact"]:
        customer["contact"] = "+919900000000"  # typed at the page
    asked = _asked(link, customer)
    signed = authorise(desk, account, asked, secret="")
    payment = account.payments[signed["razorpay_payment_id"]]
    link.update(status="paid", payment_id=payment["id"], paid_at=stamp(desk.now))
    about = {"payment": payment, "order": account.orders[link["order_id"]], "invoice": link}
    desk.tell(account, "invoice.paid", about, desk.now)


def _tried(desk: Desk, account: Account, link: Object) -> Object:
    asked = _asked(link, find_customer(account, link["customer_id"]))
    used = new_token(desk.accounts.new_id("token"), link["method"], "rejected", desk.now, {})
    payment = new_payment(desk.accounts.new_id("pay"), asked, used, desk.now)
    payment["token_id"] = None
    account.add_payment(payment)
    return payment


def _asked(link: Object, customer: Object) -> Object:
    return {
        "amount": link["amount"],
        "currency": link["currency"],
        "order_id": link["order_id"],
        "customer_id": link["customer_id"],
        "email": customer["email"],
        "contact": customer["contact"],
        "method": link["method"],
        "description": link["description"],
        "notes": link["notes"],
    }
