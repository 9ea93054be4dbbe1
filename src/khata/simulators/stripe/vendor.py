"""The pretend Stripe itself: who asks, under which key, and what is told to whom."""

import hmac
import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from khata.simulators.hooks import Endpoint, Hook
from khata.simulators.stripe import objects, payouts
from khata.simulators.stripe.accounts import Account, Accounts, Kept, Object, ready_made
from khata.simulators.stripe.asked import Asked, expanded, shown
from khata.simulators.stripe.disputes import decide, open_dispute
from khata.simulators.stripe.forms import read_form, read_parts
from khata.simulators.stripe.hosted import PAGES, page
from khata.simulators.stripe.refusals import NeverArrived, StripeNo, invalid
from khata.simulators.stripe.routes import answer
from khata.simulators.vendor import Introduction, Request, Response, SimulatedVendor


class StripeSimulator(SimulatedVendor):
    """Behaves as docs.stripe.com says. `machine` tells the machine's time.

    `received` holds the last requests, for whoever checks their form.
    """

    name = "stripe"

    def __init__(
        self, machine: Callable[[], datetime], accounts: Iterable[Account] | None = None
    ) -> None:
        super().__init__(machine)
        self._machine = machine
        self.accounts = Accounts(ready_made() if accounts is None else accounts)
        self.received: deque[Request] = deque(maxlen=10_000)
        self._requests = 0

    def introduction(self) -> Introduction:
        india = ready_made()[0]
        return Introduction(
            {"secret_key": india.key},
            india.id,
            "whsec_simulated",
            "INR",
            "pm_card_visa",
            "cus_ReadyMade",
        )

    def answer(self, request: Request) -> Response:
        self.received.append(request)
        self._requests += 1
        if request.path.startswith(PAGES):
            return self._page_for(request)
        try:
            account = self.accounts.of(request.headers, request.path)
            return self._answer_for(account, request)
        except StripeNo as no:
            return self._said(no.status, {"error": no.error})
        except NeverArrived:
            return Response(200, b"", is_lost=True)

    def _answer_for(self, account: Account, request: Request) -> Response:
        now, key = self.clock.now(), request.headers.get("idempotency-key")
        whole = f"{request.path} {request.body.decode(errors='replace')}"
        if request.method == "POST" and key is not None:
            if not 1 <= len(key) <= 255:
                raise invalid("An idempotency key has at most 255 characters")
            kept = account.kept_answer(key, whole, now)
            if kept is not None:
                return self._said(kept.status, kept.body, {"Idempotent-Replayed": "true"})
        origin = f"http://{request.headers.get('host', '127.0.0.1')}"
        form = self._form(request)
        asked = Asked(account, form, now, key, self.plans, self._tell, origin=origin)
        try:
            response = self._said(200, self._object(asked, request))
        except StripeNo as no:
            if not no.is_kept:
                raise
            response = self._said(no.status, {"error": no.error})
        if request.method == "POST" and key is not None:
            account.keep_answer(key, Kept(whole, response.status, response.body, now))
        return Response(response.status, response.body, response.headers, is_lost=asked.lose)

    def _page_for(self, request: Request) -> Response:
        """Serve a hosted page, as a payer's browser asks for it: without a key."""
        id = request.path.removeprefix(PAGES)
        form = self._form(request)
        for account in self.accounts.all.values():
            if id in account.objects:
                now = self.clock.now()
                asked = Asked(account, form, now, None, self.plans, self._tell)
                return page(asked, id, has_chosen=request.method == "POST")
        return Response(404, b"There is no such page.", {"Content-Type": "text/plain"})

    def _form(self, request: Request) -> dict[str, Any]:
        if request.method == "GET":
            pairs = [(name, one) for name, many in request.query.items() for one in many]
            return read_form(urlencode(pairs))
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            return read_parts(request.headers["content-type"], request.body)
        try:
            return read_form(request.body.decode())
        except ValueError:
            raise invalid("The request's body cannot be read") from None

    def _object(self, asked: Asked, request: Request) -> Object:
        found = answer(asked, request.method, request.path)
        paths = asked.form.get("expand") or []
        if found["object"] != "list":
            return expanded(asked.account, found, paths)
        inner = [path.removeprefix("data.") for path in paths if path.startswith("data.")]
        return {**found, "data": [expanded(asked.account, one, inner) for one in found["data"]]}

    def _tell(self, account: Account, type: str, object: Object, at: datetime) -> None:
        event = account.add(objects.event(account, type, shown(object), at))
        body = json.dumps(event, indent=2).encode()
        self.hooks.add(Hook(event["id"], type, account.platform or account.id, body))

    def _said(
        self, status: int, said: Object | bytes, more: Mapping[str, str] | None = None
    ) -> Response:
        body = said if isinstance(said, bytes) else json.dumps(said, indent=2).encode()
        headers = {"Request-Id": f"req_{self._requests:014d}", "Stripe-Version": objects.VERSION}
        return Response(status, body, {**headers, **(more or {})})

    def dispute(self, payment: str) -> str:
        for account in self.accounts.all.values():
            if payment in account.objects:
                intent = account.objects[payment]
                charge = account.objects[intent["latest_charge"]]
                return str(open_dispute(self._own(account), charge)["id"])
        raise KeyError(payment)

    def decide(self, dispute: str, outcome: str) -> None:
        for account in self.accounts.all.values():
            if dispute in account.objects:
                decide(self._own(account), dispute, outcome)

    def fail_payout(self, payout: str) -> None:
        """Let the bank send a payout back."""
        for account in self.accounts.all.values():
            if payout in account.objects:
                payouts.fail(self._own(account), payout)

    def _own(self, account: Account) -> Asked:
        """Return what happens at an account without anybody asking."""
        return Asked(account, {}, self.clock.now(), None, self.plans, self._tell)

    def error_500(self) -> Response:
        error = {"message": "An unknown error occurred", "type": "api_error"}
        return self._said(500, {"error": error})

    def rate_limited(self) -> Response:
        error = {
            "code": "rate_limit",
            "message": "Request rate limit exceeded.",
            "type": "invalid_request_error",
        }
        return self._said(429, {"error": error})

    def signed(self, hook: Hook, endpoint: Endpoint) -> Mapping[str, str]:
        """Sign with the endpoint's secret; with two, by a comma, as while one is changed.

        With the machine's time: whoever receives it compares with that, whatever this clock says.
        """
        t = str(int(self._machine().timestamp()))
        parts = [
            f"v1={hmac.new(secret.encode(), t.encode() + b'.' + hook.body, sha256).hexdigest()}"
            for secret in endpoint.secret.split(",")
        ]
        return {"Stripe-Signature": ",".join([f"t={t}", *parts])}

    def books(self) -> dict[str, Any]:
        """Amounts are in Stripe's units of the currency."""
        accounts = self.accounts.all.values()
        return {
            "payments": [
                _payment(one, intent) for one in accounts for intent in one.all("payment_intent")
            ],
            "refunds": [_refund(refund) for one in accounts for refund in one.all("refund")],
            "mandates": [_mandate(found) for one in accounts for found in one.all("mandate")],
        }


def _payment(account: Account, intent: Object) -> dict[str, Any]:
    kept = intent["metadata"]
    charge = account.objects.get(intent["latest_charge"] or "", {})
    settled = account.objects.get(charge.get("balance_transaction") or "", {})
    return {
        "reference": intent["id"],
        "ours": kept.get("attempt_id") or kept.get("visit_id"),
        "account": account.id,
        "invoice": kept.get("invoice_number"),
        "amount": intent["amount"],
        "currency": intent["currency"].upper(),
        "status": intent["status"],
        "captured": intent["status"] == "succeeded",
        "refunded": charge.get("amount_refunded", 0),
        "fee": settled.get("fee", 0),
        "created_at": intent["created"],
        "notified_at": intent.get("_notified_at"),
        "debited_at": intent.get("_debited_at"),
    }


def _mandate(mandate: Object) -> dict[str, Any]:
    return {
        "reference": mandate["id"],
        "kind": mandate["payment_method_details"]["type"],
        "status": mandate["status"],
    }


def _refund(refund: Object) -> dict[str, Any]:
    return {
        "reference": refund["id"],
        "ours": refund["metadata"].get("refund_id"),
        "payment": refund["payment_intent"],
        "amount": refund["amount"],
        "status": refund["status"],
    }
