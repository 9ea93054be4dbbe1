"""Which address of the pretend Razorpay does what."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from khata.simulators.razorpay import disputes, links, mandates, refunds, settling
from khata.simulators.razorpay.accounts import Account
from khata.simulators.razorpay.asked import amount_of, body_of, page
from khata.simulators.razorpay.charges import Cut, capture, create_recurring
from khata.simulators.razorpay.desk import Desk
from khata.simulators.razorpay.link_pages import PREFIX, page_answered
from khata.simulators.razorpay.objects import collection, new_order
from khata.simulators.razorpay.refusals import Refused, refuse, unexplained
from khata.simulators.razorpay.registering import authorise
from khata.simulators.razorpay.telling import begin_telling, check_notification
from khata.simulators.vendor import Request, Response

Object = dict[str, Any]

_PAYER = "amount currency email contact order_id customer_id"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was let in, with the ids that stand in its address.

    `secret` is the key's, which also signs the answers that name a payment.
    """

    desk: Desk
    account: Account
    request: Request
    ids: tuple[str, ...]
    secret: str


def answered(desk: Desk, request: Request) -> Response:
    """Do what a request asks for and return the answer, or the no."""
    if request.path.startswith(PREFIX):
        return page_answered(desk, request)
    try:
        account, key = desk.accounts.entered(request.headers)
        for method, path, act in _ROUTES:
            found = re.fullmatch(path, request.path)
            if found and method == request.method:
                said = act(Asked(desk, account, request, found.groups(), key.key_secret))
                return said if isinstance(said, Response) else _good(said)
        raise refuse("The requested URL was not found on the server.")
    except Refused as no:
        return no.response()
    except Cut:
        return Response(200, b"", is_lost=True)


def _good(said: Object) -> Response:
    return Response(200, json.dumps(said).encode())


def _make_order(asked: Asked) -> Object:
    told = body_of(
        asked.request,
        "receipt payment_capture notes customer_id method token partial_payment notification",
        required="amount currency",
    )
    registers = isinstance(told.get("token"), dict)
    amount_of(told, least=0 if registers and told.get("method") == "emandate" else 100)
    if len(told.get("receipt") or "") > 40:
        raise refuse("The receipt may not be greater than 40 characters.", field="receipt")
    if told["currency"] != "INR":
        raise refuse("Currency is not supported", reason="invalid_currency", field="currency")
    check_notification(asked.desk, asked.account, told)
    order = new_order(asked.desk.accounts.new_id("order"), told, asked.desk.now)
    asked.account.add_order(order)
    if "notification" in order:
        begin_telling(asked.desk, asked.account, order)
    return order


def _orders(asked: Asked) -> Object:
    query, account = asked.request.query, asked.account
    receipt = query.get("receipt")
    found = account.orders.values() if receipt is None else account.by_receipt.get(receipt[0], ())
    return page(query, found)


def _payments_of_order(asked: Asked) -> Object:
    account, (order_id,) = asked.account, asked.ids
    account.find("orders", order_id)
    return collection(list(reversed(account.by_order.get(order_id, []))))


def _recurring(asked: Asked) -> Response:
    told = body_of(asked.request, "description notes", required=f"{_PAYER} token recurring")
    done = create_recurring(asked.desk, asked.account, told, secret=asked.secret)
    return Response(200, json.dumps(done.said).encode(), is_lost=done.is_lost)


def _authorise(asked: Asked) -> Object:
    told = body_of(
        asked.request, "recurring method card upi bank description notes", required=_PAYER
    )
    return authorise(asked.desk, asked.account, told, secret=asked.secret)


def _make_payment_link(asked: Asked) -> Object:
    told = body_of(
        asked.request,
        "reference_id description notify reminder_enable expire_by accept_partial callback_url "
        "callback_method notes upi_link first_min_partial_amount",
        required="amount currency customer",
    )
    amount_of(told, least=100)
    host = asked.request.headers.get("host", "")
    return links.make_payment_link(asked.desk, asked.account, told, host=host)


def _make_registration_link(asked: Asked) -> Object:
    told = body_of(
        asked.request,
        "description receipt expire_by sms_notify email_notify callback_url callback_method notes",
        required="customer type amount currency subscription_registration",
    )
    amount_of(told, least=0)
    host = asked.request.headers.get("host", "")
    return links.make_registration_link(asked.desk, asked.account, told, host=host)


def _payment_links(asked: Asked) -> Object:
    ours = asked.request.query.get("reference_id")
    found = [
        links.shown(asked.desk, link)
        for link in asked.account.links.values()
        if "reference_id" in link and (ours is None or link["reference_id"] == ours[0])
    ]
    return {"payment_links": found}


def _invoices(asked: Asked) -> Object:
    ours = asked.request.query.get("receipt")
    found = [
        links.shown(asked.desk, link)
        for link in asked.account.links.values()
        if link.get("entity") == "invoice" and (ours is None or link["receipt"] == ours[0])
    ]
    return page(asked.request.query, found)


def _link(asked: Asked) -> Object:
    return links.shown(asked.desk, asked.account.find("links", asked.ids[0]))


def _cancel_link(asked: Asked) -> Object:
    return links.cancel(asked.desk, asked.account.find("links", asked.ids[0]))


def _capture(asked: Asked) -> Object:
    told = body_of(asked.request, "", required="amount currency")
    payment = asked.account.find("payments", asked.ids[0])
    if payment["status"] != "authorized" or told["amount"] != payment["amount"]:
        raise unexplained("Only an authorized payment can be captured, and only whole")
    capture(asked.desk, asked.account, payment, asked.desk.now)
    return payment


def _refund(asked: Asked) -> Object:
    told = body_of(asked.request, "amount speed notes receipt")
    return refunds.give_back(
        asked.desk,
        asked.account,
        asked.ids[0],
        told,
        headers=asked.request.headers,
        body=asked.request.body,
    )


def _refunds_of_payment(asked: Asked) -> Object:
    account, (payment_id,) = asked.account, asked.ids
    account.find("payments", payment_id)
    return page(asked.request.query, account.by_payment.get(payment_id, ()))


def _contest(asked: Asked) -> Object:
    told = body_of(asked.request, disputes.CONTEST)
    return disputes.contest(asked.desk, asked.account, asked.ids[0], told)


def _upload(asked: Asked) -> Object:
    kind = asked.request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data") or b"dispute_evidence" not in asked.request.body:
        raise refuse("The purpose field is required.", field="purpose")
    return disputes.upload(asked.desk, asked.account, "evidence", len(asked.request.body))


def _listed(kind: str) -> Callable[[Asked], Object]:
    return lambda asked: page(asked.request.query, getattr(asked.account, kind).values())


def _one(kind: str) -> Callable[[Asked], Object]:
    return lambda asked: asked.account.find(kind, asked.ids[0])


_ID = r"(\w{1,64})"
_CUSTOMER, _ORDER = rf"/v1/customers/{_ID}", rf"/v1/orders/{_ID}"
_PAYMENT, _DISPUTE = rf"/v1/payments/{_ID}", rf"/v1/disputes/{_ID}"

_ROUTES: tuple[tuple[str, str, Callable[[Asked], Object | Response]], ...] = (
    ("POST", "/v1/customers", lambda a: mandates.make_customer(a.desk, a.account, a.request)),
    ("GET", "/v1/customers", _listed("customers")),
    ("GET", _CUSTOMER, lambda a: mandates.find_customer(a.account, a.ids[0])),
    ("GET", f"{_CUSTOMER}/tokens", lambda a: mandates.tokens_of(a.desk, a.account, a.ids[0])),
    (
        "GET",
        f"{_CUSTOMER}/tokens/{_ID}",
        lambda a: mandates.find_token(a.desk, a.account, *a.ids),
    ),
    (
        "DELETE",
        f"{_CUSTOMER}/tokens/{_ID}",
        lambda a: mandates.delete_token(a.desk, a.account, *a.ids),
    ),
    (
        "PUT",
        f"{_CUSTOMER}/tokens/{_ID}/cancel",
        lambda a: mandates.cancel_token(a.desk, a.account, *a.ids),
    ),
    ("POST", "/v1/orders", _make_order),
    ("GET", "/v1/orders", _orders),
    ("GET", _ORDER, _one("orders")),
    ("GET", f"{_ORDER}/payments", _payments_of_order),
    ("POST", "/v1/payments/create/recurring", _recurring),
    ("POST", "/v1/payments/create/json", _authorise),
    ("GET", "/v1/payments", _listed("payments")),
    ("GET", _PAYMENT, _one("payments")),
    ("POST", f"{_PAYMENT}/capture", _capture),
    ("POST", f"{_PAYMENT}/refund", _refund),
    ("GET", f"{_PAYMENT}/refunds", _refunds_of_payment),
    ("POST", "/v1/payment_links", _make_payment_link),
    ("GET", "/v1/payment_links", _payment_links),
    ("GET", r"/v1/payment_links/(plink_\w{1,64})", _link),
    ("POST", r"/v1/payment_links/(plink_\w{1,64})/cancel", _cancel_link),
    ("POST", "/v1/subscription_registration/auth_links", _make_registration_link),
    ("GET", "/v1/invoices", _invoices),
    ("GET", r"/v1/invoices/(inv_\w{1,64})", _link),
    ("POST", r"/v1/invoices/(inv_\w{1,64})/cancel", _cancel_link),
    ("GET", "/v1/refunds", _listed("refunds")),
    ("GET", rf"/v1/refunds/{_ID}", _one("refunds")),
    ("GET", "/v1/settlements", _listed("settlements")),
    ("GET", rf"/v1/settlements/{_ID}", _one("settlements")),
    (
        "GET",
        "/v1/settlements/recon/combined",
        lambda a: settling.shown(settling.recon(a.account, a.request.query)),
    ),
    ("GET", "/v1/disputes", _listed("disputes")),
    ("GET", _DISPUTE, _one("disputes")),
    ("POST", f"{_DISPUTE}/accept", lambda a: disputes.accept(a.desk, a.account, a.ids[0])),
    ("PATCH", f"{_DISPUTE}/contest", _contest),
    ("POST", "/v1/documents", _upload),
)
