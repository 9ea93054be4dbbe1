"""What comes back on the wire, word by word: who may be believed, and what a refusal leaves."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from khata.adapters.gateways.razorpay import RazorpayVendor
from khata.adapters.gateways.razorpay.gateway import RazorpayGateway
from khata.core.dunning import DeclineClass
from khata.core.payment import Answer
from khata.ports.gateway import AnswerLost, ChargeRequest, NotReached, Outcome, RefundRequest
from khata.simulators.razorpay.accounts import numbered
from tests.contracts.razorpay.pretend import AT
from tests.contracts.razorpay.test_translate import CAPTURED

ATTEMPT = UUID("0190d3e2-7c1b-7a55-9d0a-3f5a1c2b4d6e")
REFUND = UUID("0190d3e2-7c1b-7a55-9d0a-3f5a1c2b4d6f")
REQUEST = ChargeRequest(
    ATTEMPT,
    "shop",
    "asha",
    "token_FHfn3rIiM1Z8nr",
    118_000,
    "INR",
    "Invoice A/1",
    "A/1",
    holder="cust_DtHaBuooGHTuyZ",
    facts={"email": "asha@example.com", "contact": "+919900000000"},
)
ORDER = {
    "id": "order_FHfnswDdfu96HQ",
    "entity": "order",
    "amount": 118_000,
    "currency": "INR",
    "receipt": str(ATTEMPT),
    "status": "created",
    "created_at": 1_595_449_870,
}
NONE: dict[str, Any] = {"entity": "collection", "count": 0, "items": []}


def listed(*items: dict[str, Any]) -> dict[str, Any]:
    return {"entity": "collection", "count": len(items), "items": list(items)}


def refused(reason: str = "NA", description: str = "no", code: str = "BAD_REQUEST_ERROR") -> Any:
    error = {"code": code, "description": description, "source": "NA", "step": "NA"}
    return {"error": {**error, "reason": reason, "metadata": {}}}


def answering(*answers: tuple[int, Any]) -> RazorpayGateway:
    """A gateway whose requests get these answers, one after the other; text goes as it is."""
    left: Iterator[tuple[int, Any]] = iter(answers)

    def answer(_: httpx.Request) -> httpx.Response:
        status, said = next(left)
        content = said if isinstance(said, str) else json.dumps(said)
        return httpx.Response(status, content=content)

    return opened(answer)


def opened(answer: Callable[[httpx.Request], httpx.Response]) -> RazorpayGateway:
    key = numbered(1)
    vendor = RazorpayVendor(transport=httpx.MockTransport(answer))
    return vendor.open({"key_id": key.key_id, "key_secret": key.key_secret}, base_url=None)


def charged(*last: tuple[int, Any]) -> Answer:
    """Charge: no order yet, an order is made, and then these answers."""
    return answering((200, NONE), (200, ORDER), *last).charge(REQUEST, at=AT)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (200, "null"),
        (200, "[]"),
        (200, "{}"),
        (200, {"razorpay_payment_id": None}),
        (200, {"razorpay_payment_id": "order_FHfnswDdfu96HQ"}),
        (200, {"razorpay_payment_id": "pay_../x"}),
        (200, refused("insufficient_funds")),
        (204, ""),
        (301, ""),
        (302, {"razorpay_payment_id": "pay_FHfqtkRzWvxky4"}),
        # Somebody in between has refused: nobody knows what Razorpay has done.
        (400, "<html>Bad Request</html>"),
        (403, {"message": "Forbidden"}),
        (403, {"error": "Forbidden"}),
        (404, ""),
        (413, "too large"),
        (408, refused()),
        (425, refused()),
        (500, refused(code="SERVER_ERROR")),
        (502, refused(code="GATEWAY_ERROR")),
        (400, refused(code="SERVER_ERROR")),
        (400, refused("server_error")),
        (504, ""),
    ],
)
def test_what_is_no_answer_of_razorpay_s_is_lost(status: int, said: Any) -> None:
    with pytest.raises(AnswerLost):
        charged((status, said))


@pytest.mark.parametrize(
    ("reason", "code", "declined", "told"),
    [
        ("insufficient_funds", "BAD_REQUEST_ERROR", DeclineClass.SOFT, "insufficient_funds"),
        ("mandate_expired", "BAD_REQUEST_ERROR", DeclineClass.MANDATE, "mandate_expired"),
        ("input_validation_failed", "BAD_REQUEST_ERROR", DeclineClass.CONFIG, None),
        ("NA", "GATEWAY_ERROR", DeclineClass.SOFT, "gateway_error"),
        ("NA", "BAD_REQUEST_ERROR", DeclineClass.SOFT, "bad_request_error"),
        ("A Sentence.", "A Sentence.", DeclineClass.SOFT, "http_400"),
    ],
)
def test_a_refusal_that_leaves_no_payment_is_definite(
    reason: str, code: str, declined: DeclineClass, told: str | None
) -> None:
    answer = charged((400, refused(reason, code=code)), (200, NONE))
    assert answer == Answer(
        Outcome.FAILED, None, decline_class=declined, decline_code=told or reason
    )


def test_a_refusal_that_has_left_a_payment_is_what_the_payment_is() -> None:
    """Two were sent at once: this one was refused, for the other has taken the money."""
    paid = {**CAPTURED, "notes": []}
    answer = charged((400, refused("order_already_paid")), (200, listed(paid)))
    assert (answer.outcome, answer.reference) == (Outcome.SUCCEEDED, "pay_FHfqtkRzWvxky4")


@pytest.mark.parametrize(
    ("status", "reason"), [(400, "order_already_paid"), (400, "duplicate_request"), (409, "NA")]
)
def test_paid_before_and_no_payment_to_be_seen_is_unknown(status: int, reason: str) -> None:
    with pytest.raises(AnswerLost):
        charged((status, refused(reason)), (200, NONE))


def test_an_order_that_is_refused_is_definite() -> None:
    gateway = answering((200, NONE), (400, refused("payment_method_not_enabled")))
    answer = gateway.charge(REQUEST, at=AT)
    assert (answer.outcome, answer.decline_class) == (Outcome.FAILED, DeclineClass.CONFIG)


@pytest.mark.parametrize("status", [401, 429])
def test_what_razorpay_did_not_let_in_has_reached_nothing(status: int) -> None:
    with pytest.raises(NotReached):
        charged((status, refused()))


def test_an_order_of_another_receipt_is_not_ours() -> None:
    """A list that pays no heed to what was asked for must not give away another's money."""
    other = {**ORDER, "receipt": f"{ATTEMPT}-b"}
    gateway = answering((200, listed(other)))
    assert gateway.look_up(REQUEST, reference=None, at=AT) is None


@pytest.mark.parametrize("said", [{}, {"items": None}, {"items": [1]}, {"items": [{}]}])
def test_a_list_that_cannot_be_read_is_not_empty(said: Any) -> None:
    with pytest.raises(AnswerLost):
        answering((200, said)).look_up(REQUEST, reference=None, at=AT)


def test_a_list_that_moves_under_the_reader_shows_each_once() -> None:
    """Another payment came meanwhile, so the last of the first page is the first of the second."""
    items = [{**CAPTURED, "id": f"pay_{number}"} for number in range(150)]

    def answer(request: httpx.Request) -> httpx.Response:
        skip = int(request.url.params["skip"])
        start = max(0, skip - 1)
        return httpx.Response(200, json=listed(*items[start : start + 100]))

    made = AT.fromtimestamp(CAPTURED["created_at"], AT.tzinfo)
    seen = list(opened(answer).payments_between(made, made + timedelta(seconds=1)))
    assert [one.reference for one in seen] == [f"pay_{number}" for number in range(150)]


def test_a_list_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("khata.adapters.gateways.razorpay.client.MOST_PAGES", 3)
    page = [{**CAPTURED, "id": f"pay_{number}"} for number in range(100)]
    gateway = opened(lambda _: httpx.Response(200, json=listed(*page)))
    with pytest.raises(AnswerLost, match="end"):
        list(gateway.payments_between(AT - timedelta(days=1), AT))


def _refund(*, taken: int = 118_000) -> RefundRequest:
    return RefundRequest(
        REFUND, ATTEMPT, "shop", 50_000, "INR", charge="pay_FHfqtkRzWvxky4", taken=taken
    )


@pytest.mark.parametrize(
    ("status", "said", "fault"),
    [
        (409, refused(description="The request is in progress"), AnswerLost),
        (400, refused(description="Different request with the same idempotency key"), ValueError),
        (409, refused(description="Different request with the same idempotency key"), ValueError),
        (200, {"id": "rfnd_1", "status": "quantum_superposed"}, AnswerLost),
        (500, refused(code="SERVER_ERROR"), AnswerLost),
    ],
)
def test_a_refund_that_is_in_doubt(status: int, said: Any, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        answering((status, said)).refund(_refund(), at=AT)


def test_a_refund_that_is_refused_is_definite() -> None:
    said = refused(description="The payment has been fully refunded already")
    answer = answering((400, said)).refund(_refund(), at=AT)
    assert (answer.outcome, answer.decline_class) == (Outcome.FAILED, DeclineClass.CONFIG)


def test_more_than_was_taken_is_refused_without_a_call() -> None:
    answer = answering().refund(_refund(taken=49_999), at=AT)
    assert (answer.outcome, answer.decline_code) == (Outcome.FAILED, "exceeds_capture")


@pytest.mark.parametrize(
    "found",
    [
        {"notes": {"refund_id": str(REFUND)}, "receipt": None},
        {"notes": [], "receipt": str(REFUND)},
    ],
)
def test_a_refund_is_found_by_its_note_or_its_receipt(found: dict[str, Any]) -> None:
    other: dict[str, Any] = {
        "id": "rfnd_other",
        "status": "processed",
        "notes": [],
        "receipt": None,
    }
    ours = {"id": "rfnd_ours", "status": "processed", **found}
    answer = answering((200, listed(other, ours))).look_up_refund(_refund(), reference=None, at=AT)
    assert answer is not None
    assert answer.reference == "rfnd_ours"
