"""Answers to a charge as PayPal may give them, one after the other: what each comes to."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from khata.adapters.gateways.paypal.client import Credentials, PayPalClient
from khata.adapters.gateways.paypal.gateway import PayPalGateway
from khata.core.dunning import DeclineClass
from khata.core.payment import Answer, Outcome
from khata.core.payment_method import MethodKind
from khata.ports.gateway import AnswerLost, ChargeRequest, IdUsedOtherwise, NotReached
from tests.contracts.paypal.conftest import AT

ATTEMPT = UUID("0191f0b0-0000-7000-8000-000000000001")
ORDER, CAPTURE = "5O190127TN364715T", "2GG279541U471931P"
USD = {"currency_code": "USD", "value": "10.00"}
REQUEST = ChargeRequest(
    ATTEMPT, "m", "c", "8kk8451t", 1_000, "USD", "Invoice 1", "INV/1", kind=MethodKind.WALLET
)

Said = tuple[int, Any]


def order(status: Any = "CREATED", captures: Any = None, **unit: Any) -> dict[str, Any]:
    its = {"custom_id": str(ATTEMPT), "amount": USD, **unit}
    if captures is not None:
        its["payments"] = {"captures": captures}
    return {
        "id": ORDER,
        "status": status,
        "create_time": "2025-02-28T06:30:00Z",
        "purchase_units": [its],
    }


def capture(status: str = "COMPLETED", **others: Any) -> dict[str, Any]:
    return {"id": CAPTURE, "status": status, "amount": USD, **others}


def no(status: int, issue: str) -> Said:
    return status, {"name": "UNPROCESSABLE_ENTITY", "details": [{"issue": issue}]}


SHORT = {"id": ORDER, "status": "COMPLETED", "links": []}  # as without a preference
EMPTY = {"transaction_details": [], "total_items": 0, "total_pages": 1}


def gateway_of(*said: Said, date: str | None = None) -> tuple[PayPalGateway, list[str]]:
    """Return a gateway that gets these answers, and the requests as it sends them."""
    left, sent = list(said), list[str]()

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/oauth2/token":
            return httpx.Response(200, json={"access_token": "a-token", "expires_in": 32_400})
        sent.append(f"{request.method} {request.url.path}")
        status, body = left.pop(0)
        headers = {"Date": date} if date else {}
        return httpx.Response(status, content=json.dumps(body).encode(), headers=headers)

    keys = Credentials("a-client-id", "a-client-secret")
    transport = httpx.MockTransport(answer)
    return PayPalGateway(PayPalClient(keys, "https://paypal.example", transport=transport)), sent


TAKEN = Answer(Outcome.SUCCEEDED, CAPTURE, amount=1_000, currency="USD")
MADE = (201, order())


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([MADE, (201, order("COMPLETED", [capture()]))], TAKEN),
        ([(200, order("COMPLETED", [capture()])), (200, order("COMPLETED", [capture()]))], TAKEN),
        # A short answer to a repeated request: the order is asked for.
        (
            [(200, SHORT), (200, order("COMPLETED", [])), (200, order("COMPLETED", [capture()]))],
            TAKEN,
        ),
        ([MADE, (200, SHORT), (200, order("COMPLETED", [capture()]))], TAKEN),
        ([MADE, no(422, "ORDER_ALREADY_CAPTURED"), (200, order("COMPLETED", [capture()]))], TAKEN),
        ([MADE, (201, order("COMPLETED", [capture("PENDING")]))], Answer(Outcome.PENDING, CAPTURE)),
        # Of several, the one that took money; then the one that still may.
        ([MADE, (201, order("COMPLETED", [capture("DECLINED", id="D"), capture()]))], TAKEN),
        (
            [MADE, (201, order("COMPLETED", [capture("PENDING"), capture("FAILED", id="F")]))],
            Answer(Outcome.PENDING, CAPTURE),
        ),
        (
            [MADE, (201, order("COMPLETED", [capture("DECLINED")]))],
            Answer(
                Outcome.FAILED,
                CAPTURE,
                decline_class=DeclineClass.SOFT,
                decline_code="declined",
            ),
        ),
        (
            [MADE, (200, order("PAYER_ACTION_REQUIRED"))],
            Answer(
                Outcome.FAILED,
                ORDER,
                decline_class=DeclineClass.CUSTOMER_ACTION,
                decline_code="authentication_required",
            ),
        ),
        (
            [MADE, no(422, "INSTRUMENT_DECLINED")],
            Answer(
                Outcome.FAILED,
                ORDER,
                decline_class=DeclineClass.SOFT,
                decline_code="instrument_declined",
            ),
        ),
        (
            [MADE, no(403, "A_NEW_PERMISSION")],
            Answer(
                Outcome.FAILED,
                ORDER,
                decline_class=DeclineClass.CONFIG,
                decline_code="a_new_permission",
            ),
        ),
        (
            [MADE, no(404, "INVALID_RESOURCE_ID")],  # dropped before it was captured
            Answer(
                Outcome.FAILED,
                ORDER,
                decline_class=DeclineClass.GATEWAY_DOWN,
                decline_code="invalid_resource_id",
            ),
        ),
        (
            [no(422, "PAYEE_ACCOUNT_RESTRICTED")],
            Answer(
                Outcome.FAILED,
                decline_class=DeclineClass.CONFIG,
                decline_code="payee_account_restricted",
            ),
        ),
    ],
)
def test_what_a_charge_comes_to(said: Sequence[Said], expected: Answer) -> None:
    gateway, sent = gateway_of(*said)
    assert gateway.charge(REQUEST, at=AT) == expected
    assert len(sent) == len(said)


@pytest.mark.parametrize(
    "said",
    [
        [(201, order("QUANTUM_SUPERPOSED"))],
        [(201, order(None))],
        [(201, {**order(), "id": None})],
        [(201, {**order(), "id": "../../v1/oauth2/token"})],
        [(201, {**order(), "purchase_units": []})],
        [(201, {**order(), "purchase_units": [None]})],
        [(201, order(amount=None))],
        [(201, order(amount={"currency_code": "USD", "value": "ten"}))],
        [MADE, (201, order("QUANTUM_SUPERPOSED", [capture()]))],
        [MADE, (201, {"id": ORDER})],
        [MADE, (201, order("COMPLETED", [capture("MAYBE")]))],
        [MADE, (201, order("COMPLETED", [capture(amount=None)]))],
        # Completed, and no capture anywhere: not in the answer, the order, or the list.
        [MADE, (201, order("COMPLETED", [])), (200, order("COMPLETED")), (200, EMPTY)]
        + [(200, EMPTY)] * 2,
        [MADE, no(422, "DUPLICATE_INVOICE_ID"), (200, order()), *[(200, EMPTY)] * 3],
        [MADE, no(422, "ORDER_COMPLETION_IN_PROGRESS")],
        [MADE, no(409, "PREVIOUS_REQUEST_IN_PROGRESS")],
        [MADE, no(409, "A_NEW_CONFLICT")],
        [no(409, "PREVIOUS_REQUEST_IN_PROGRESS")],
    ],
)
def test_what_nobody_can_trust_is_unknown(said: Sequence[Said]) -> None:
    gateway, sent = gateway_of(*said)
    with pytest.raises(AnswerLost):
        gateway.charge(REQUEST, at=AT)
    assert len(sent) == len(said)


@pytest.mark.parametrize(
    "said",
    [
        [no(422, "PAYPAL_REQUEST_ID_PREVIOUSLY_USED")],
        [no(422, "DUPLICATE_REQUEST_ID")],
        [MADE, no(422, "PAYPAL_REQUEST_ID_PREVIOUSLY_USED")],
        [(200, order(amount={"currency_code": "USD", "value": "10.01"}))],
        [(200, order(amount={"currency_code": "EUR", "value": "10.00"}))],
        [(200, order(custom_id="another"))],
    ],
)
def test_an_id_that_was_used_otherwise_is_said_to_be(said: Sequence[Said]) -> None:
    gateway, _ = gateway_of(*said)
    with pytest.raises(IdUsedOtherwise):
        gateway.charge(REQUEST, at=AT)


@pytest.mark.parametrize(
    ("date", "is_captured"),
    [
        (None, True),  # who does not say what time it is cannot be asked to hurry
        ("nonsense", True),
        ("Fri, 28 Feb 2025 06:30:01 GMT", True),
        ("Fri, 28 Feb 2025 09:00:00 GMT", True),
        ("Fri, 28 Feb 2025 09:00:01 GMT", False),  # two and a half hours and a second
    ],
)
def test_an_order_is_captured_in_time_by_paypal_s_own_clock(
    date: str | None, is_captured: bool
) -> None:
    captured = (201, order("COMPLETED", [capture()]))
    gateway, sent = gateway_of(MADE, captured, date=date)
    if is_captured:
        assert gateway.charge(REQUEST, at=AT) == TAKEN
    else:
        with pytest.raises(NotReached):
            gateway.charge(REQUEST, at=AT)
        assert sent == ["POST /v2/checkout/orders"]


def listed(*ids: str) -> dict[str, Any]:
    rows = [
        {
            "transaction_id": id,
            "transaction_event_code": "T0006",
            "transaction_initiation_date": "2025-02-27T06:30:00+0000",
            "transaction_amount": USD,
            "transaction_status": "S",
            "custom_field": str(ATTEMPT),
        }
        for id in ids
    ]
    details = [{"transaction_info": one} for one in rows]
    return {"transaction_details": details, "total_items": len(rows), "total_pages": 1}


LISTED, SEVERAL = listed(CAPTURE), listed("D", CAPTURE)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([(200, order("COMPLETED", [capture()]))], TAKEN),
        ([(201, order()), (200, LISTED), *[(200, EMPTY)] * 2, (200, capture())], TAKEN),
        # Listed are a decline and what was taken: both are read as they now are.
        (
            [
                *((201, order()), (200, SEVERAL), (200, EMPTY), (200, EMPTY)),
                *((200, capture("DECLINED", id="D")), (200, capture())),
            ],
            TAKEN,
        ),
        ([(201, order()), *[(200, EMPTY)] * 3], None),
        ([(200, order("PAYER_ACTION_REQUIRED")), *[(200, EMPTY)] * 3], None),
    ],
)
def test_what_a_look_up_comes_to(said: Sequence[Said], expected: Answer | None) -> None:
    gateway, sent = gateway_of(*said)
    assert gateway.look_up(REQUEST, reference=None, at=AT + timedelta(days=900)) == expected
    assert sent[0] == "POST /v2/checkout/orders"
    assert not [one for one in sent if one.endswith("/capture")]  # nothing is ever taken


@pytest.mark.parametrize(
    "said",
    [
        [no(422, "PAYEE_ACCOUNT_RESTRICTED")],
        [no(409, "PREVIOUS_REQUEST_IN_PROGRESS")],
        [(201, order("QUANTUM_SUPERPOSED"))],
        [
            (201, {**order(), "create_time": None}),
        ],
        [(201, order()), no(403, "NOT_AUTHORIZED")],
        [(201, order()), (200, LISTED), *[(200, EMPTY)] * 2, no(404, "INVALID_RESOURCE_ID")],
        [(201, order()), (200, LISTED), *[(200, EMPTY)] * 2, (200, capture("MAYBE"))],
    ],
)
def test_a_look_up_that_is_not_answered_says_nothing(said: Sequence[Said]) -> None:
    gateway, _ = gateway_of(*said)
    with pytest.raises(AnswerLost):
        gateway.look_up(REQUEST, reference=None, at=AT)


@pytest.mark.parametrize("status", [400, 403, 422])
def test_a_method_that_is_not_shown_is_not_unknown(status: int) -> None:
    gateway, _ = gateway_of(no(status, "PERMISSION_DENIED"))
    with pytest.raises(AnswerLost):
        gateway.read_method("8kk8451t")
    gateway, _ = gateway_of((200, {"id": "8kk8451t"}))
    with pytest.raises(AnswerLost):
        gateway.read_method("8kk8451t")
