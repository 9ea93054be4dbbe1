"""Answers that get lost: what was asked is done once, and nothing is said of its end."""

import socket
from datetime import timedelta
from threading import Thread

import pytest

from khata.adapters.gateways.stripe import StripeVendor, client, wire
from khata.core.payment import Outcome
from khata.ports.gateway import AnswerLost, CredentialsRefused, NotReached, is_safe_again
from khata.simulators.faults import Fault, FaultKind
from khata.simulators.vendor import Request, Response
from tests.contracts.stripe.conftest import AT, Bench, asked, refund_of

HOUR = timedelta(hours=1)
DONE = ["lost_after", "error_500", "html_502", "truncated", "empty", "unknown_word"]
NOTHING_DONE = ["lost_before", "refused_500"]


@pytest.mark.parametrize("kind", DONE)
def test_a_charge_whose_answer_is_lost_is_taken_once(bench: Bench, kind: str) -> None:
    request = asked()
    bench.fault(kind)
    with pytest.raises(AnswerLost):
        bench.gateway.charge(request, at=AT)
    assert len(bench.captures()) == 1
    found = bench.gateway.look_up(request, reference=None, at=AT)
    assert found is not None
    assert (found.outcome, found.amount) == (Outcome.SUCCEEDED, 118_000)
    assert bench.gateway.charge(request, at=AT) == found  # the key is still remembered
    assert len(bench.captures()) == 1


@pytest.mark.parametrize("kind", NOTHING_DONE)
def test_a_charge_that_was_lost_on_its_way_is_not_known(bench: Bench, kind: str) -> None:
    request = asked()
    bench.fault(kind)
    with pytest.raises(AnswerLost):
        bench.gateway.charge(request, at=AT)
    assert bench.gateway.look_up(request, reference=None, at=AT) is None
    assert bench.captures() == []
    assert bench.gateway.charge(request, at=AT).outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize("kind", DONE)
def test_a_refund_whose_answer_is_lost_is_made_once(bench: Bench, kind: str) -> None:
    request = asked()
    refund = refund_of(request, bench.gateway.charge(request, at=AT).reference, 50_000)
    bench.fault(kind, path="/v1/refunds")
    with pytest.raises(AnswerLost):
        bench.gateway.refund(refund, at=AT)
    found = bench.gateway.look_up_refund(refund, reference=None, at=AT)
    assert found is not None
    assert (found.outcome, found.amount, found.currency) == (Outcome.SUCCEEDED, 50_000, "INR")
    assert bench.gateway.refund(refund, at=AT) == found
    assert [one["amount"] for one in bench.simulator.books()["refunds"]] == [50_000]


@pytest.mark.parametrize("kind", ["lost_after", "error_500", "html_502", "truncated", "empty"])
def test_a_look_up_that_is_lost_says_nothing(bench: Bench, kind: str) -> None:
    """Above all it does not say that the gateway has never heard of the attempt."""
    request = asked()
    bench.gateway.charge(request, at=AT)
    bench.fault(kind, method="GET")
    with pytest.raises(AnswerLost):
        bench.gateway.look_up(request, reference=None, at=AT)
    bench.fault(kind, method="GET")
    with pytest.raises(AnswerLost):
        list(bench.gateway.payments_between(AT - HOUR, AT + HOUR))
    bench.fault(kind, method="GET")
    with pytest.raises(AnswerLost):
        bench.gateway.read_method("pm_card_visa")


def test_a_customer_who_is_not_known_is_asked_for_first(bench: Bench) -> None:
    """A question that goes wrong before the charge leaves the charge certainly unsent."""
    request = asked(holder=None)
    bench.fault("lost_after", method="GET")
    with pytest.raises(NotReached):
        bench.gateway.charge(request, at=AT)
    answer = bench.gateway.charge(request, at=AT)
    assert answer.outcome is Outcome.SUCCEEDED
    assert bench.gateway.look_up(request, reference=None, at=AT) == answer
    nobody = bench.gateway.charge(asked("pm_nobodyIssuedThis", holder=None), at=AT)
    assert (nobody.outcome, nobody.decline_class) == (Outcome.FAILED, "hard")
    with pytest.raises(AnswerLost):  # under whom would it be listed?
        bench.gateway.look_up(asked("pm_nobody", holder=None), reference=None, at=AT)


def test_an_answer_that_takes_too_long_is_lost(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(wire._WAITS["timeout"], "read", 3)
    bench.simulator.faults.set([Fault(FaultKind.SLOW, times=1, seconds=6)])
    with pytest.raises(AnswerLost, match="ReadTimeout"):
        bench.gateway.charge(asked(), at=AT)
    monkeypatch.setattr(wire, "TOTAL_SECONDS", -1)  # as one that comes drop by drop
    with pytest.raises(AnswerLost, match="too long"):
        bench.gateway.charge(asked(), at=AT)
    assert len(bench.captures()) == 2


def test_an_answer_without_end_is_lost(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "LARGEST_ANSWER", 100)
    with pytest.raises(AnswerLost, match="no end"):
        bench.gateway.charge(asked(), at=AT)


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("https://api.stripe.com", "http://proxy.example:3128"),
        ("http://127.0.0.1:8000", None),  # one for https is not for http
        ("https://inside.example", None),
    ],
)
def test_the_environment_s_proxy_is_used(
    monkeypatch: pytest.MonkeyPatch, url: str, proxy: str | None
) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    for name in ("http_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert wire._proxy_for(url) == proxy


def test_a_key_that_stripe_no_longer_takes_says_nothing_of_attempts(bench: Bench) -> None:
    request = asked()
    bench.gateway.charge(request, at=AT)
    stranger = bench.account("sk_test_revoked")
    with pytest.raises(AnswerLost, match="401"):
        stranger.look_up(request, reference=None, at=AT)
    refund = refund_of(request, "pi_1")
    with pytest.raises(AnswerLost, match="401"):
        stranger.look_up_refund(refund, reference=None, at=AT)
    with pytest.raises(CredentialsRefused, match="401"):  # nobody's card was refused
        stranger.charge(asked(), at=AT)


CARD = b'{"error": {"type": "card_error", "code": "card_declined"}}'
BUSY = b'{"error": {"type": "idempotency_error", "code": "idempotency_key_in_use"}}'


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (409, BUSY),  # the first one is still on its way
        (500, CARD),
        (503, CARD),
        (302, b""),
        (404, b"<html>not here</html>"),
        (402, b"Payment Required"),
        (402, b'{"error": "card_declined"}'),
        (402, b'{"error": null}'),
        (400, b'{"object": "payment_intent"}'),
        (418, CARD),
        (200, b"[]"),
        (200, b"null"),
        (200, b'"succeeded"'),
        (200, b"{}"),
        (200, b'{"object": "customer", "id": "cus_1"}'),
        (200, b'{"id": "pi_1", "object": "payment_intent", "status": "succeeded"'),
        (200, b"\xff\xfe"),
        (204, b""),
    ],
)
def test_what_is_no_answer_in_stripe_s_own_words_is_lost(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes
) -> None:
    def answer(_: Request) -> Response:
        return Response(status, body)

    monkeypatch.setattr(bench.simulator, "answer", answer)
    with pytest.raises(AnswerLost):
        bench.gateway.charge(asked(), at=AT)
    with pytest.raises(AnswerLost):
        bench.gateway.refund(refund_of(asked(), "pi_1"), at=AT)
    with pytest.raises(AnswerLost):
        bench.gateway.look_up(asked(), reference=None, at=AT)
    with pytest.raises(AnswerLost):
        bench.gateway.look_up(asked(), reference="pi_1", at=AT)
    with pytest.raises(AnswerLost):
        bench.gateway.read_method("pm_card_visa")


def test_too_many_at_once_never_began(bench: Bench) -> None:
    request = asked()
    bench.fault("rate_limited")
    with pytest.raises(NotReached):
        bench.gateway.charge(request, at=AT)
    assert bench.captures() == []
    assert bench.gateway.charge(request, at=AT).outcome is Outcome.SUCCEEDED


def test_where_nobody_listens_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}", "http://nowhere.invalid"):
        gateway = StripeVendor().open({"secret_key": "sk_test_simulatedIndia"}, base_url=url)
        with pytest.raises(NotReached):
            gateway.charge(asked(), at=AT)
        with pytest.raises(NotReached):
            gateway.look_up(asked(), reference=None, at=AT)


def test_a_failed_tls_handshake_sent_nothing() -> None:
    def answer_in_clear(server: socket.socket) -> None:
        connection, _ = server.accept()
        connection.recv(10)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=answer_in_clear, args=(server,), daemon=True).start()
        url = f"https://127.0.0.1:{server.getsockname()[1]}"
        gateway = StripeVendor().open({"secret_key": "sk_test_simulatedIndia"}, base_url=url)
        with pytest.raises(NotReached):
            gateway.charge(asked(), at=AT)


def test_a_forgotten_key_would_take_again_so_the_list_is_asked(bench: Bench) -> None:
    """After a day only the customer's payments tell; they do, under whatever time of ours."""
    request = asked("pm_sim_timeout")
    with pytest.raises(AnswerLost):
        bench.gateway.charge(request, at=AT)
    can = bench.gateway.capabilities
    assert is_safe_again(can, timedelta(hours=22, minutes=59))
    assert not is_safe_again(can, timedelta(hours=24))
    assert is_safe_again(can, timedelta(hours=25))
    bench.simulator.advance(AT + timedelta(days=30))
    for ours in (AT - timedelta(days=900), AT, AT + timedelta(days=900)):
        found = bench.gateway.look_up(request, reference=None, at=ours)
        assert found is not None
        assert found.outcome is Outcome.SUCCEEDED
    with pytest.raises(AnswerLost):
        bench.gateway.charge(request, at=AT)  # what the look-up before it is there to prevent
    assert len(bench.captures()) == 2


def test_the_surest_of_two_payments_of_an_attempt_is_told(bench: Bench) -> None:
    request = asked("pm_sim_insufficient_funds_once")
    declined = bench.gateway.charge(request, at=AT)
    bench.simulator.advance(AT + timedelta(days=2))
    paid = bench.gateway.charge(request, at=AT)
    bench.simulator.advance(AT + timedelta(days=4))
    for reference in (None, paid.reference, "pi_of_nobody", "../../v1/account"):
        assert bench.gateway.look_up(request, reference=reference, at=AT) == paid
    assert bench.gateway.look_up(request, reference=declined.reference, at=AT) == declined


def test_a_list_is_read_to_its_end(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGE", 2)
    first = asked()
    bench.gateway.charge(first, at=AT)
    requests = [first, *(asked("pm_card_chargeDeclined") for _ in range(4))]
    for request in requests[1:]:
        bench.gateway.charge(request, at=AT)
    found = bench.gateway.look_up(first, reference=None, at=AT)
    assert found is not None
    assert found.outcome is Outcome.SUCCEEDED
    assert bench.gateway.look_up(asked(), reference=None, at=AT) is None
    seen = list(bench.gateway.payments_between(AT, AT + HOUR))
    assert [one.attempt_id for one in seen] == [one.attempt_id for one in reversed(requests)]
    monkeypatch.setattr(client, "MOST_PAGES", 2)
    with pytest.raises(AnswerLost, match="does not end"):  # it may stand behind what was read
        bench.gateway.look_up(asked(), reference=None, at=AT)
