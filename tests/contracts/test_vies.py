"""VIES as its REST API is documented: what is asked, and what each answer means."""

import json
from collections.abc import Callable

import httpx
import pytest

from khata.adapters.tax_ids.vies.client import Vies
from khata.ports.tax_id_registers import RegisterAnswer, RegisterAway

BASE = "https://ec.europa.eu/taxation_customs/vies/rest-api"
Reply = Callable[[httpx.Request], httpx.Response]

# As the Commission's technical information shows an answer.
GOOD = {
    "countryCode": "DE",
    "vatNumber": "136695976",
    "requestDate": "2026-11-02T09:00:00.000Z",
    "valid": True,
    "requestIdentifier": "WAPIAAAAYx1ABCDE",
    "name": "FIRMA GMBH",
    "address": "STRASSE 1\n10115 BERLIN",
    "traderName": "",
}


def vies(reply: Reply) -> Vies:
    return Vies(BASE, transport=httpx.MockTransport(reply))


def test_the_question_names_the_number_and_who_asks() -> None:
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=GOOD)

    register = vies(reply)
    answer = register.check("DE136695976", requester="IE6433435F")
    [request] = asked
    assert (request.method, str(request.url)) == ("POST", f"{BASE}/check-vat-number")
    assert json.loads(request.content) == {
        "countryCode": "DE",
        "vatNumber": "136695976",
        "requesterMemberStateCode": "IE",
        "requesterNumber": "6433435F",
    }
    assert answer == RegisterAnswer(
        True, "WAPIAAAAYx1ABCDE", "FIRMA GMBH", "STRASSE 1\n10115 BERLIN"
    )
    register.check("EL094259216", requester=None)
    assert json.loads(asked[1].content) == {"countryCode": "EL", "vatNumber": "094259216"}
    register.close()


@pytest.mark.parametrize(
    ("status", "said", "answer"),
    [
        (200, GOOD | {"valid": False, "name": "---", "address": "---"}, (False, None, None)),
        # Germany and Spain keep names to themselves
        (200, GOOD | {"name": "---", "address": "---"}, (True, None, None)),
        (200, GOOD | {"name": "", "address": None}, (True, None, None)),
        (400, {"actionSucceed": False, "errorWrappers": [{"error": "INVALID_INPUT"}]},
         (False, None, None)),
    ],
)  # fmt: skip
def test_an_answer(status: int, said: object, answer: tuple[bool, str | None, str | None]) -> None:
    found = vies(lambda _: httpx.Response(status, json=said)).check("DE136695976", requester=None)
    assert (found.valid, found.name, found.address) == answer


@pytest.mark.parametrize(
    ("status", "said", "why"),
    [
        *(
            (code, {"actionSucceed": False, "errorWrappers": [{"error": word}]}, word)
            for code in (200, 400, 500)
            for word in (
                "MS_UNAVAILABLE",
                "MS_MAX_CONCURRENT_REQ",
                "GLOBAL_MAX_CONCURRENT_REQ",
                "SERVICE_UNAVAILABLE",
                "TIMEOUT",
                "VAT_BLOCKED",
                "INVALID_REQUESTER_INFO",
            )
        ),
        (503, {}, "http_503"),
        (200, {}, "http_200"),
        (200, GOOD | {"valid": "true"}, "http_200"),
        (200, [], "http_200"),
    ],
)
def test_silence_is_never_a_denial(status: int, said: object, why: str) -> None:
    register = vies(lambda _: httpx.Response(status, json=said))
    with pytest.raises(RegisterAway, match=why):
        register.check("DE136695976", requester=None)


def _breaks(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectTimeout("too slow", request=request)


@pytest.mark.parametrize(
    "reply",
    [_breaks, lambda _: httpx.Response(200, text="<html>"), lambda _: httpx.Response(302)],
)
def test_a_wire_that_breaks_is_silence_too(reply: Reply) -> None:
    with pytest.raises(RegisterAway):
        vies(reply).check("DE136695976", requester=None)
