"""The wire: one token for all threads, renewed in time, and what never left is told apart."""

import json
import logging
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from khata.adapters.gateways.paypal.client import (
    Credentials,
    LetNobodyIn,
    PayPalClient,
    Reply,
)
from khata.adapters.gateways.paypal.gateway import PayPalGateway
from khata.adapters.gateways.paypal.tokens import Granted, Tokens
from khata.core.payment import Outcome
from khata.ports.gateway import AnswerLost, CredentialsRefused, NotReached
from khata.simulators.faults import Fault, FaultKind
from tests.contracts.paypal.conftest import AT, Asked, taken
from tests.contracts.paypal.wire import Inspected

KEYS = Credentials("a-client-id", "a-client-secret")


def tokens_asked(paypal: Inspected) -> int:
    return sum(one.path == "/v1/oauth2/token" for one in paypal.got)


def test_a_token_is_asked_for_once(gateway: PayPalGateway, paypal: Inspected, asked: Asked) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: gateway.read_method("card_ok"), range(16)))
    gateway.charge(asked(), at=AT)
    assert tokens_asked(paypal) == 1


def test_a_token_that_is_withdrawn_is_replaced_once_and_the_charge_goes_on(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked
) -> None:
    gateway.read_method("card_ok")
    paypal.accounts.withdraw_tokens()
    request = asked()
    assert gateway.charge(request, at=AT).outcome is Outcome.SUCCEEDED
    assert (tokens_asked(paypal), taken(paypal, request)) == (2, 1)


def test_many_threads_whose_token_is_withdrawn_ask_for_one(
    gateway: PayPalGateway, paypal: Inspected
) -> None:
    gateway.read_method("card_ok")
    paypal.accounts.withdraw_tokens()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: gateway.read_method("card_ok"), range(16)))
    assert tokens_asked(paypal) == 2


def test_an_account_that_is_not_let_in_is_a_matter_of_its_settings(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked
) -> None:
    gateway.read_method("card_ok")
    paypal.accounts.withdraw_tokens()
    paypal.accounts.all.clear()
    with pytest.raises(CredentialsRefused):
        gateway.charge(asked(), at=AT)
    with pytest.raises(AnswerLost):
        gateway.look_up(asked(), reference=None, at=AT)
    with pytest.raises(AnswerLost):
        gateway.read_method("card_ok")


@pytest.mark.parametrize(
    ("lasts", "holds"),
    [(32_400, 32_100), (900, 600), (400, 200), (100, 50)],  # five minutes early, or half
)
def test_a_token_is_renewed_before_it_ends(lasts: float, holds: float) -> None:
    now = 1_000.0
    given = iter(range(9))
    tokens = Tokens(lambda: now)

    def ask() -> Granted:
        return Granted(f"token-{next(given)}", lasts, {})

    first = tokens.current(ask).token
    now += holds - 0.5
    assert tokens.current(ask).token == first
    now += 1
    assert tokens.current(ask).token == "token-1"


def test_a_token_that_another_thread_has_replaced_is_not_asked_for_again() -> None:
    given = iter(range(9))
    tokens = Tokens(lambda: 0.0)

    def ask() -> Granted:
        return Granted(f"token-{next(given)}", 900, {})

    old = tokens.current(ask).token
    assert tokens.current(ask, refused=old).token == "token-1"
    assert tokens.current(ask, refused=old).token == "token-1"


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.LOST_BEFORE,
        FaultKind.LOST_AFTER,
        FaultKind.ERROR_500,
        FaultKind.HTML_502,
        FaultKind.TRUNCATED,
        FaultKind.EMPTY,
    ],
)
def test_a_charge_whose_token_does_not_come_never_left(
    gateway: PayPalGateway, paypal: Inspected, asked: Asked, kind: FaultKind
) -> None:
    paypal.faults.set([Fault(kind, path="/v1/oauth2/token", times=1)])
    request = asked()
    with pytest.raises(NotReached):
        gateway.charge(request, at=AT)
    assert [one for one in paypal.got if "orders" in one.path] == []
    assert gateway.charge(request, at=AT).outcome is Outcome.SUCCEEDED


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as taken_by_us:
        taken_by_us.bind(("127.0.0.1", 0))
        yield taken_by_us.getsockname()[1]


def test_a_closed_door_is_never_reached(closed_port: int, asked: Asked) -> None:
    for url in (f"http://127.0.0.1:{closed_port}", "http://nowhere.invalid", "gopher://paypal"):
        gateway = PayPalGateway(PayPalClient(KEYS, url))
        with pytest.raises(NotReached):
            gateway.charge(asked(), at=AT)
        gateway.close()


def test_a_server_that_does_not_speak_tls_is_never_reached(paypal: Inspected, served: Any) -> None:
    client = PayPalClient(KEYS, served.url.replace("http:", "https:"))
    with pytest.raises(NotReached):
        client.get("/v2/checkout/orders/1")
    client.close()


Answering = Callable[[httpx.Request], httpx.Response]


def client_of(answering: Answering) -> PayPalClient:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/oauth2/token":
            return httpx.Response(200, json={"access_token": "a-token", "expires_in": 32_400})
        return answering(request)

    return PayPalClient(KEYS, "https://paypal.example", transport=httpx.MockTransport(answer))


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, content=b""),
        httpx.Response(201, content=b'{"id": "5O19'),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json="COMPLETED"),
        httpx.Response(200, content=b"[" * 100_000),
        httpx.Response(200, content=b"\xff\xfe"),
        httpx.Response(301, headers={"location": "https://elsewhere.example"}),
        httpx.Response(403, content=b"<html>Access denied</html>"),
        httpx.Response(404, content=b""),
        httpx.Response(500, json={"name": "INTERNAL_SERVER_ERROR"}),
        httpx.Response(503),
    ],
)
def test_what_is_not_paypal_s_own_answer_is_lost(response: httpx.Response) -> None:
    with pytest.raises(AnswerLost):
        client_of(lambda _: response).get("/v2/checkout/orders/1")


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ReadTimeout,
        httpx.WriteTimeout,
        httpx.ReadError,
        httpx.WriteError,
        httpx.RemoteProtocolError,
        httpx.DecodingError,
        httpx.TooManyRedirects,
    ],
)
def test_whatever_breaks_after_sending_is_lost(fault: type[httpx.RequestError]) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise fault("broke", request=request)

    with pytest.raises(AnswerLost):
        client_of(broken).post("/v2/checkout/orders", {}, request_id="1")


@pytest.mark.parametrize("fault", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
def test_whatever_breaks_before_sending_never_left(fault: type[httpx.RequestError]) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise fault("broke", request=request)

    with pytest.raises(NotReached):
        client_of(broken).post("/v2/checkout/orders", {}, request_id="1")


def test_an_answer_without_end_is_given_up() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b" " * 1_000_000

    with pytest.raises(AnswerLost):
        client_of(lambda _: httpx.Response(200, content=endless())).get("/v2/checkout/orders/1")


def test_a_second_401_is_the_end_of_it() -> None:
    refused = httpx.Response(401, json={"name": "AUTHENTICATION_FAILURE"})
    with pytest.raises(LetNobodyIn):
        client_of(lambda _: refused).get("/v2/checkout/orders/1")


@pytest.mark.parametrize(
    ("said", "issue"),
    [
        ({"details": [{"issue": "INSTRUMENT_DECLINED"}], "name": "X"}, "INSTRUMENT_DECLINED"),
        ({"details": [], "name": "RESOURCE_NOT_FOUND"}, "RESOURCE_NOT_FOUND"),
        ({"details": [{"issue": 5}], "name": "NOT_AUTHORIZED"}, "NOT_AUTHORIZED"),
        ({"details": "?", "error": "invalid_client"}, "INVALID_CLIENT"),
        ({"details": [None]}, "HTTP_422"),
        ({"name": "<script>"}, "HTTP_422"),
        ({"name": "X" * 500}, "HTTP_422"),
        (json.loads("{}"), "HTTP_422"),
    ],
)
def test_the_first_issue_is_the_word(said: dict[str, Any], issue: str) -> None:
    assert Reply(422, said).issue == issue


def test_lines_of_others_pass_the_mask_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    """The library's lines are one stream for all: only what holds a saved token becomes text."""
    caplog.set_level(logging.INFO, logger="httpx")
    theirs = httpx.URL("https://example.com/v1/charges")
    ours = httpx.URL("https://api-m.paypal.com/v3/vault/payment-tokens/8kk8451t")
    for url in (theirs, ours):
        logging.getLogger("httpx").info("HTTP Request: %s %s", "GET", url)
    first, second = caplog.records
    assert isinstance(first.args, tuple)
    assert first.args[1] is theirs
    assert "8kk8451t" not in second.getMessage()
    assert second.getMessage().endswith("/payment-tokens/***")
