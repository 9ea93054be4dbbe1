"""HMRC's register as its Developer Hub documents it: what is asked, and what each answer means."""

from collections.abc import Callable

import httpx
import pytest

from khata.adapters.tax_ids.hmrc.client import Hmrc
from khata.ports.tax_id_registers import RegisterAnswer, RegisterAway
from tests.paper_hmrc import BASE, BRITISH_ID, BRITISH_OTHER, PaperHmrc

LOOKUP = f"{BASE}/organisations/vat/check-vat-number/lookup"
ADDRESS = "131B Barton Hamlet\nSW97 5CK\nGB"
TOKEN = {"access_token": "abc"}


def hmrc(reply: Callable[[httpx.Request], httpx.Response]) -> Hmrc:
    return Hmrc(BASE, "our-id", "our-secret", transport=httpx.MockTransport(reply))


def answering(status: int, said: object) -> Hmrc:
    """Return HMRC as it gives a token and then this answer."""
    return hmrc(
        lambda request: (
            httpx.Response(200, json=TOKEN)
            if request.url.path == "/oauth/token"
            else httpx.Response(status, json=said)
        )
    )


def test_the_question_names_the_number_and_who_asks() -> None:
    paper = PaperHmrc()
    register = paper.client()
    answer = register.check(BRITISH_ID, requester=BRITISH_OTHER)
    assert answer == RegisterAnswer(True, "ABC-123-DEF", "Credite Sberger Donal Inc.", ADDRESS)
    [request] = paper.asked
    assert (request.method, str(request.url)) == ("GET", f"{LOOKUP}/980780684/245719348")
    assert request.headers["accept"] == "application/vnd.hmrc.2.0+json"
    # without a number of the UK nobody is named, and there is no proof
    answer = register.check(BRITISH_ID, requester=None)
    assert (answer.valid, answer.consultation_number) == (True, None)
    assert str(paper.asked[1].url) == f"{LOOKUP}/980780684"
    register.check(BRITISH_ID, requester="IE6433435F")
    assert str(paper.asked[2].url) == f"{LOOKUP}/980780684"
    assert paper.tokens == 1
    register.close()


def test_a_number_that_matches_no_company_is_denied() -> None:
    register = PaperHmrc(registered=set()).client()
    assert register.check(BRITISH_ID, requester=BRITISH_OTHER) == RegisterAnswer(False)


def test_a_token_that_has_ended_is_asked_for_anew_once() -> None:
    paper = PaperHmrc()
    register = paper.client()
    register.check(BRITISH_ID, requester=None)
    paper.tokens += 1  # HMRC takes the one before no more
    assert register.check(BRITISH_ID, requester=None).valid
    assert (paper.tokens, len(paper.asked)) == (3, 3)


@pytest.mark.parametrize(
    ("status", "said", "why"),
    [
        # of who asks, not of who is asked about
        (404, {"code": "NOT_FOUND", "message": "requesterVrn does not match a registered company"},
         "NOT_FOUND"),
        (403, {"code": "INVALID_REQUEST", "message": "requesterVrn does not match"},
         "INVALID_REQUEST"),
        (400, {"code": "INVALID_REQUEST", "message": "Invalid requesterVrn"}, "INVALID_REQUEST"),
        # of the path, not of the number
        (404, {"code": "MATCHING_RESOURCE_NOT_FOUND", "message": "x"},
         "MATCHING_RESOURCE_NOT_FOUND"),
        (404, {}, "http_404"),
        (401, {"code": "INVALID_CREDENTIALS"}, "INVALID_CREDENTIALS"),
        (403, {"code": "RESOURCE_FORBIDDEN"}, "RESOURCE_FORBIDDEN"),
        (429, {"code": "MESSAGE_THROTTLED_OUT"}, "MESSAGE_THROTTLED_OUT"),
        (500, {"code": "INTERNAL_SERVER_ERROR"}, "INTERNAL_SERVER_ERROR"),
        (503, {"code": "SERVER_ERROR"}, "SERVER_ERROR"),
        (200, {}, "http_200"),
        (200, {"target": {"name": "Nobody"}}, "http_200"),
        (200, {"target": "980780684"}, "http_200"),
        (200, [], "http_200"),
    ],
)  # fmt: skip
def test_silence_is_never_a_denial(status: int, said: object, why: str) -> None:
    with pytest.raises(RegisterAway, match=why):
        answering(status, said).check(BRITISH_ID, requester=BRITISH_OTHER)


def test_a_malformed_number_is_denied() -> None:
    said = {"code": "INVALID_REQUEST", "message": "Invalid targetVrn - Vrn parameters should be 9"}
    assert answering(400, said).check(BRITISH_ID, requester=None) == RegisterAnswer(False)


def test_numbers_of_the_government_are_not_asked_about() -> None:
    paper = PaperHmrc()
    with pytest.raises(RegisterAway, match="NUMBER_NOT_ASKED_ABOUT"):
        paper.client().check("GBGD001", requester=None)
    assert paper.asked == []


def _breaks(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectTimeout("too slow", request=request)


@pytest.mark.parametrize(
    "reply",
    [
        _breaks,
        lambda _: httpx.Response(200, text="<html>"),
        lambda _: httpx.Response(302),
        lambda _: httpx.Response(200, json=[]),
        lambda _: httpx.Response(401, json={"error": "invalid_client"}),
        lambda _: httpx.Response(200, json={"access_token": None}),
    ],
)
def test_a_token_that_does_not_come_is_silence_too(
    reply: Callable[[httpx.Request], httpx.Response],
) -> None:
    with pytest.raises(RegisterAway):
        hmrc(reply).check(BRITISH_ID, requester=None)
