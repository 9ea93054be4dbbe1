"""Answers that no portal should give, and some that providers do: none is taken for a yes."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from khata.adapters.irp.nic import NicRegistry
from khata.core.e_invoice.dated import Reaction
from khata.ports.invoice_registry import (
    LoginRefused,
    OutcomeUnknown,
    Refused,
    Registered,
    RegistryUnavailable,
)
from khata.simulators.irp import IrpSimulator
from khata.simulators.pretend import Request
from tests.contracts.irp.candidates import AT, asked, opened, portal_keys
from tests.core.e_invoice.papers import between_states

REQUEST = asked(between_states())
Answering = Callable[[httpx.Request], httpx.Response]


class Between:
    """Stands between the client and a pretend portal: passes on, or answers documents itself."""

    def __init__(self, answering: Answering) -> None:
        self.portal = IrpSimulator(lambda: AT, keys=portal_keys())
        self.answering = answering
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        if "/eicore/" in request.url.path:
            return self.answering(request)
        return self.passed_on(request)

    def passed_on(self, request: httpx.Request) -> httpx.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        query = {key: [value] for key, value in request.url.params.items()}
        told = self.portal.take(
            Request(request.method, request.url.path, query, headers, request.content)
        )
        return httpx.Response(told.status, content=told.body)


def before(answering: Answering) -> tuple[Between, NicRegistry]:
    between = Between(answering)
    transport = httpx.MockTransport(between)
    return between, opened(between.portal, "http://portal.invalid", transport=transport)


def says(body: Any, status: int = 200) -> Answering:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda request: httpx.Response(status, content=content)


@pytest.mark.parametrize(
    "answering",
    [
        says(b""),
        says(b"<html>maintenance</html>"),
        says(b'{"Status": 1, "Da'),
        says([1, 2]),
        says("1"),
        says({}),
        says({"Status": 1}),
        says({"Status": 1, "Data": None}),
        says({"Status": 1, "Data": "bm90IHNlYWxlZA=="}),  # not under the session's key
        says({"Status": 1, "Data": {"Irn": REQUEST.irn}}),
        says({"Status": 0, "ErrorDetails": None}),
        says({"Status": 0, "ErrorDetails": []}),
        says({"Status": 7, "Data": "x"}),
        says({"Status": 1, "Data": "x"}, 302),
        says({"message": "Forbidden"}, 403),
        says({"Status": 1, "Data": "x"}, 500),
        says({"message": "slow down"}, 429),
        says(b"[" * 100_000),
    ],
)
def test_what_cannot_be_read_is_unknown(answering: Answering) -> None:
    between, registry = before(answering)
    with pytest.raises(OutcomeUnknown):
        registry.generate(REQUEST)
    with pytest.raises(RegistryUnavailable):
        registry.get_by_irn(REQUEST.irn)
    assert between.asked.count("POST /eicore/v1.03/Invoice") == 1  # nothing is sent twice by itself


@pytest.mark.parametrize(
    "fault", [httpx.ReadTimeout, httpx.WriteTimeout, httpx.RemoteProtocolError, httpx.ReadError]
)
def test_an_answer_that_does_not_come_is_unknown(fault: type[httpx.TransportError]) -> None:
    def answering(request: httpx.Request) -> httpx.Response:
        raise fault("gone", request=request)

    _, registry = before(answering)
    with pytest.raises(OutcomeUnknown):
        registry.generate(REQUEST)


def test_a_slow_portal_that_registered_it_is_asked_by_number() -> None:
    """The answer comes too late; the document's own number finds it."""
    between: Between

    def answering(request: httpx.Request) -> httpx.Response:
        told = between.passed_on(request)
        if request.method == "POST":
            raise httpx.ReadTimeout("slow", request=request)
        return told

    between, registry = before(answering)
    assert isinstance(registry.generate(REQUEST), Registered)
    assert between.portal.generated == 1


@pytest.mark.parametrize(
    ("body", "status", "codes"),
    [
        ({"Status": 0, "ErrorDetails": [{"ErrorCode": "2176", "ErrorMessage": "x"}]}, 200, "2176"),
        ({"Status": "0", "ErrorDetails": [{"ErrorCode": 2176, "ErrorMessage": "x"}]}, 200, "2176"),
        ({"Status": 0, "ErrorDetails": {"ErrorCode": "2176", "ErrorMessage": ""}}, 200, "2176"),
        ({"Status": 0, "ErrorDetails": [{"ErrorCode": "2176"}]}, 400, "2176"),
        ({"status": 0, "error": {"error_cd": "2176", "message": "x"}}, 400, "2176"),
    ],
)
def test_a_no_is_read_in_every_form_it_comes_in(body: Any, status: int, codes: str) -> None:
    _, registry = before(says(body, status))
    told = registry.generate(REQUEST)
    assert isinstance(told, Refused)
    assert told.codes == (codes,)


def test_of_several_reasons_the_gravest_counts() -> None:
    errors = [{"ErrorCode": code, "ErrorMessage": ""} for code in ("3028", "2182", "4019")]
    _, registry = before(says({"Status": 0, "ErrorDetails": errors}))
    told = registry.generate(REQUEST)
    assert isinstance(told, Refused)
    assert told.reaction is Reaction.OUR_FAULT


def test_a_token_that_is_never_taken_is_not_asked_for_again_and_again() -> None:
    """1005 after a new login: one more try, and then it is said."""
    between, registry = before(says({"Status": 0, "ErrorDetails": [{"ErrorCode": "1005"}]}))
    told = registry.generate(REQUEST)
    assert isinstance(told, Refused)
    assert told.reaction is Reaction.AUTHENTICATE_AGAIN
    assert between.portal.door.logins == 2
    assert len(between.asked) == 4


@pytest.mark.parametrize("code", ["1007", "1008", "1010", "1013"])
def test_whoever_would_be_locked_out_stops(code: str) -> None:
    between, registry = before(says({"Status": 0, "ErrorDetails": [{"ErrorCode": code}]}))
    for _ in range(3):
        with pytest.raises(LoginRefused, match=code):
            registry.generate(REQUEST)
    assert len(between.asked) == 2  # one login, one document


def test_a_provider_without_its_portal_may_have_acted() -> None:
    body = {"status": 0, "error": {"error_cd": "GSPGSTDOWN", "message": "GST system is down"}}
    _, registry = before(says(body))
    with pytest.raises(OutcomeUnknown, match="down"):
        registry.generate(REQUEST)
