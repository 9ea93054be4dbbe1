"""The pretend Razorpay by itself: mandates through its own API, webhooks, refunds, disputes."""

from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest

from khata.adapters.gateways.razorpay import RazorpayVendor
from khata.core.gateway_event import Subject
from khata.ports.gateway import Outcome
from khata.simulators.hooks import Endpoint, Trouble
from khata.simulators.razorpay.charges import signed
from tests.contracts.razorpay.pretend import AT, CARDS_SETTLE, Pretend

DAY = timedelta(days=1)
SECRET = "whsec_pretend"


@pytest.fixture
def api(pretend: Pretend) -> Iterator[httpx.Client]:
    pretend.simulator.faults_found = _Unchecked()  # here the documents' other calls are made
    pretend.simulator.advance(AT)
    key = pretend.key
    with httpx.Client(base_url=pretend.server.url, auth=(key.key_id, key.key_secret)) as client:
        yield client


class _Unchecked(list[str]):
    def append(self, fault: str) -> None:
        """What is sent here is not the adapter's."""


def _mandate(api: httpx.Client, method: str, *, fate: str = "ok") -> tuple[str, str]:
    """Register a mandate as a shop and its payer do, and return the customer and the token."""
    customer = api.post(
        "/v1/customers",
        json={"name": "Asha", "email": "asha@example.com", "contact": "+919900000000"},
    ).json()
    order = api.post(
        "/v1/orders",
        json={
            "amount": 0 if method == "emandate" else 100,
            "currency": "INR",
            "payment_capture": True,
            "method": method,
            "customer_id": customer["id"],
            "token": {"max_amount": 1_500_000, "frequency": "as_presented"},
            "notes": {"fate": fate},
        },
    ).json()
    done = api.post(
        "/v1/payments/create/json",
        json={
            "amount": order["amount"],
            "currency": "INR",
            "email": customer["email"],
            "contact": customer["contact"],
            "order_id": order["id"],
            "customer_id": customer["id"],
            "recurring": "1",
            "method": method,
        },
    ).json()
    payment = api.get(f"/v1/payments/{done['razorpay_payment_id']}").json()
    assert payment["status"] == "captured"
    return customer["id"], payment["token_id"]


@pytest.mark.parametrize("method", ["card", "upi"])
def test_a_mandate_is_registered_and_charged(
    pretend: Pretend, api: httpx.Client, method: str
) -> None:
    holder, token = _mandate(api, method, fate="declined")
    saved = pretend.gateway.read_method(token, holder=holder)
    assert saved is not None
    assert (saved.kind, saved.usable) == (method, True)
    assert [one["id"] for one in api.get(f"/v1/customers/{holder}/tokens").json()["items"]] == [
        token
    ]
    request = pretend.request(token, holder=holder, facts=saved.facts)
    assert pretend.charge(request).outcome is Outcome.PENDING
    found = pretend.look_up(request, AT + CARDS_SETTLE)
    assert found is not None
    assert found.decline_code == "payment_declined"


def test_a_bank_confirms_its_mandate_a_day_later(pretend: Pretend, api: httpx.Client) -> None:
    holder, token = _mandate(api, "emandate")
    waiting = pretend.gateway.read_method(token, holder=holder)
    pretend.simulator.advance(AT + DAY)
    confirmed = pretend.gateway.read_method(token, holder=holder)
    assert waiting is not None
    assert confirmed is not None
    assert (waiting.usable, confirmed.usable) == (False, True)


def test_a_mandate_that_is_cancelled_or_deleted_is_charged_no_more(
    pretend: Pretend, api: httpx.Client
) -> None:
    holder, token = _mandate(api, "upi")
    path = f"/v1/customers/{holder}/tokens/{token}"
    assert api.put(f"{path}/cancel").json() == {"status": "cancellation_initiated"}
    saved = pretend.gateway.read_method(token, holder=holder)
    assert saved is not None
    assert not saved.usable
    refused = pretend.charge(pretend.request(token, holder=holder))
    assert refused.decline_code == "mandate_cancelled"
    assert api.delete(path).json() == {"deleted": True}
    assert pretend.gateway.read_method(token, holder=holder) is None


def test_the_same_customer_is_not_made_twice(api: httpx.Client) -> None:
    asked = {"name": "Asha", "email": "asha@example.com", "contact": "+919900000000"}
    first = api.post("/v1/customers", json=asked)
    again = api.post("/v1/customers", json=asked)
    assert (first.status_code, again.status_code) == (200, 400)
    found = api.post("/v1/customers", json={**asked, "fail_existing": "0"})
    assert found.json() == first.json()


@pytest.mark.parametrize(
    ("path", "body", "description"),
    [
        ("/v1/orders", {"amount": 118_000}, "The currency field is required."),
        ("/v1/orders", {"amount": 1, "currency": "INR"}, "at least INR 1.00"),
        ("/v1/orders", {"amount": 100, "currency": "INR", "x": 1}, "x is/are not required"),
        ("/v1/orders", {"amount": 100, "currency": "INR", "receipt": "r" * 41}, "receipt"),
        ("/v1/payments/pay_none/refund", {}, "does not exist"),
        ("/v1/nothing", {}, "URL was not found"),
    ],
)
def test_a_wrong_request_is_refused_in_razorpay_s_form(
    api: httpx.Client, path: str, body: dict[str, Any], description: str
) -> None:
    answer = api.post(path, json=body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "BAD_REQUEST_ERROR"
    assert description in error["description"]
    assert {"source", "step", "reason", "metadata"} <= error.keys()


def test_a_refund_may_take_days_and_may_come_back(pretend: Pretend) -> None:
    for token, first, last, refunded in (
        ("token_refund_pending", Outcome.PENDING, Outcome.SUCCEEDED, 50_000),
        ("token_refund_fails", Outcome.PENDING, Outcome.FAILED, 0),
        ("token_refund_comes_back", Outcome.SUCCEEDED, Outcome.FAILED, 0),
    ):
        request, answer = pretend.paid(token)
        refund = pretend.refund_of(request, answer)
        assert pretend.gateway.refund(refund, at=AT).outcome is first
        pretend.simulator.advance(AT + CARDS_SETTLE + 2 * DAY)
        found = pretend.gateway.look_up_refund(refund, reference=None, at=AT)
        assert found is not None
        assert found.outcome is last
        assert pretend.payments()[-1]["refunded"] == refunded


def test_a_payer_disputes_and_the_shop_gives_in(pretend: Pretend, api: httpx.Client) -> None:
    pretend.paid("token_disputed")
    pretend.simulator.advance(AT + CARDS_SETTLE + DAY)
    (dispute,) = api.get("/v1/disputes").json()["items"]
    assert (dispute["status"], dispute["amount_deducted"]) == ("open", 0)
    lost = api.post(f"/v1/disputes/{dispute['id']}/accept").json()
    assert (lost["status"], lost["amount_deducted"]) == ("lost", 118_000)
    assert api.post(f"/v1/disputes/{dispute['id']}/accept").status_code == 400
    types = [hook.type for hook in pretend.simulator.hooks.waiting()]
    assert types[-2:] == ["payment.dispute.created", "payment.dispute.lost"]


def test_every_webhook_is_proven_and_read(pretend: Pretend, ears: "Ears") -> None:
    pretend.simulator.hooks.endpoints = [Endpoint(pretend.key.account, ears.url, SECRET)]
    request, answer = pretend.paid()
    pretend.gateway.refund(pretend.refund_of(request, answer), at=AT)
    pretend.charge(pretend.request("token_late_success"), AT + 2 * DAY)
    pretend.simulator.advance(AT + 10 * DAY)
    pretend.simulator.hooks.trouble = Trouble(doubled=1.0)
    pretend.simulator.hooks.deliver()
    vendor = RazorpayVendor()
    events = [
        vendor.read_event(headers, body, secrets=["newer", SECRET], received_at=AT)
        for headers, body in ears.heard
    ]
    assert len({event.id for event in events}) * 2 == len(events)  # each came twice
    assert [event.type for event in events[::2]] == [
        *("payment.authorized", "payment.captured", "order.paid"),
        *("refund.created", "refund.processed"),
        *("payment.failed", "settlement.processed"),
        *("payment.authorized", "payment.captured", "order.paid", "settlement.processed"),
    ]
    assert [event.subject for event in events[::2]] == [
        *[Subject.CHARGE] * 3,
        *[Subject.REFUND] * 2,
        *(Subject.CHARGE, Subject.PAYOUT),
        *(*[Subject.CHARGE] * 3, Subject.PAYOUT),
    ]
    assert events[2].ours == request.attempt_id
    assert events[2].reference == answer.reference
    assert {event.account for event in events} == {pretend.key.account}
    assert events[0].created_at == AT + CARDS_SETTLE
    assert rb"\/" in ears.heard[0][1] or b"/" not in ears.heard[0][1]


def test_an_accepted_payment_is_signed_with_the_key() -> None:
    """The vector was accepted by the official library (`utility.verify_payment_signature`)."""
    said = signed({"order_id": "order_Ia5nABHSOWXg0Q", "id": "pay_Ia5nRCnwjqXGxv"}, "s3cret")
    assert (
        said["razorpay_signature"]
        == "18ecd88ebea0a2f15bd545b0411a24bb6154f22384c9e3184a5aec8632c7b220"
    )


class Ears:
    """A shop's endpoint: keeps what it hears, and says thank you."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                heard.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def ears() -> Iterator[Ears]:
    ears = Ears()
    yield ears
    ears.close()
