"""The pretend Razorpay as a whole: what the server and tests hold in their hands."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from khata.simulators.hooks import Endpoint, Hook
from khata.simulators.razorpay.accounts import READY_MADE_CUSTOMER, Account, numbered
from khata.simulators.razorpay.desk import Desk
from khata.simulators.razorpay.disputes import decide, open_dispute
from khata.simulators.razorpay.notices import signature
from khata.simulators.razorpay.refusals import Refused
from khata.simulators.razorpay.routing import answered
from khata.simulators.vendor import Introduction, Request, Response, SimulatedVendor


class RazorpaySimulator(SimulatedVendor):
    """Behaves as razorpay.com/docs says; what becomes of a payment is written in its token."""

    name = "razorpay"

    def __init__(self, machine: Callable[[], datetime]) -> None:
        super().__init__(machine)
        self.desk = Desk(self.clock, self.plans, self.hooks)

    def introduction(self) -> Introduction:
        first = numbered(1)
        credentials = {
            "key_id": first.key_id,
            "key_secret": first.key_secret,
            "account_id": first.account,
        }
        return Introduction(
            credentials, first.account, "whsec_pretend", "INR", "token_ok", READY_MADE_CUSTOMER
        )

    def answer(self, request: Request) -> Response:
        return answered(self.desk, request)

    def dispute(self, payment: str) -> str:
        for account in self.desk.accounts.all.values():
            if payment in account.payments:
                paid = account.payments[payment]
                return str(open_dispute(self.desk, account, paid, self.desk.now)["id"])
        raise KeyError(payment)

    def decide(self, dispute: str, outcome: str) -> None:
        for account in self.desk.accounts.all.values():
            if dispute in account.disputes:
                decide(self.desk, account, dispute, outcome)

    def error_500(self) -> Response:
        return Refused(
            500,
            "We are facing some trouble completing your request at the moment. "
            "Please try again shortly.",
            code="SERVER_ERROR",
            reason="server_error",
            source="internal",
        ).response()

    def rate_limited(self) -> Response:
        return Refused(
            429, "Request failed. Please try after sometime.", reason="NA", source="NA"
        ).response()

    def signed(self, hook: Hook, endpoint: Endpoint) -> Mapping[str, str]:
        return signature(hook, endpoint)

    def books(self) -> dict[str, Any]:
        accounts = self.desk.accounts.all.values()
        return {
            "payments": [_payment(one, by) for by in accounts for one in by.payments.values()],
            "refunds": [_refund(one) for by in accounts for one in by.refunds.values()],
            "mandates": [_mandate(one) for by in accounts for one in by.tokens.items()],
        }


def _payment(payment: dict[str, Any], account: Account) -> dict[str, Any]:
    return {
        "reference": payment["id"],
        "ours": _noted(payment, "attempt_id"),
        "account": account.id,
        "invoice": _noted(payment, "invoice"),
        "amount": payment["amount"],
        "currency": payment["currency"],
        "status": payment["status"],
        "captured": payment["captured"],
        "refunded": payment["amount_refunded"],
        "fee": payment["fee"] or 0,
        "created_at": datetime.fromtimestamp(payment["created_at"], UTC),
        "notified_at": account.told.get(payment["id"]),
        "debited_at": account.debited.get(payment["id"]),
    }


def _mandate(one: tuple[tuple[str, str], dict[str, Any]]) -> dict[str, Any]:
    (holder, id), token = one
    return {
        "reference": f"{holder}/{id}",
        "kind": token["method"],
        "status": token["recurring_details"]["status"],
    }


def _refund(refund: dict[str, Any]) -> dict[str, Any]:
    return {
        "reference": refund["id"],
        "ours": _noted(refund, "refund_id"),
        "payment": refund["payment_id"],
        "amount": refund["amount"],
        "status": refund["status"],
    }


def _noted(told: dict[str, Any], name: str) -> str | None:
    notes = told["notes"]
    return notes.get(name) if isinstance(notes, dict) else None
