"""The exam of gateways that tell payers of debits when asked to: what khata relies on then."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast
from uuid import uuid4

import pytest

from khata.adapters.gateways.razorpay import RazorpayVendor
from khata.core.dunning import DeclineClass
from khata.core.gateway_event import Subject
from khata.core.payment import Outcome
from khata.core.payment_method import MethodKind
from khata.db.embedded.provision import Urls
from khata.ports.gateway import ChargeRequest
from khata.ports.notices import NoticeRefused, Taken, TellsAhead
from khata.simulators.hooks import Endpoint
from tests.contracts.candidates import CANDIDATES
from tests.contracts.candidates.candidate import DAY, HOUR, TOLD_AT, Candidate, notice_of
from tests.contracts.conftest import Asked

TELLING = ("fake", "razorpay_decoupled")
MINUTE = timedelta(minutes=1)
RAILS = {"fake": "tok_upi", "razorpay_decoupled": "token_upi_ok"}


@pytest.fixture(params=TELLING)
def candidate(request: pytest.FixtureRequest, urls: Urls) -> Iterator[Candidate]:
    yield from CANDIDATES[request.param](urls)


@pytest.fixture
def debit(candidate: Candidate, asked: Asked, request: pytest.FixtureRequest) -> ChargeRequest:
    """A debit by UPI of which nobody was told yet."""
    token = RAILS[request.node.callspec.params["candidate"]]
    upi = replace(asked("ok"), kind=MethodKind.UPI, token=token, notice=None)
    assert upi.kind in candidate.gateway.capabilities.tells_ahead
    return upi


def tells(candidate: Candidate, debit: ChargeRequest, debit_at: datetime) -> Taken:
    candidate.set_clock(TOLD_AT)
    teller = cast(TellsAhead, candidate.gateway)
    return teller.tell_ahead(notice_of(debit, debit_at), at=TOLD_AT)


def test_one_notice_is_one_however_often_it_is_asked_for(
    candidate: Candidate, debit: ChargeRequest
) -> None:
    notice = notice_of(debit, TOLD_AT + 25 * HOUR)
    candidate.set_clock(TOLD_AT)
    teller = cast(TellsAhead, candidate.gateway)
    first = teller.tell_ahead(notice, at=TOLD_AT)
    assert teller.tell_ahead(notice, at=TOLD_AT + MINUTE) == first
    other = replace(notice, notice_id=uuid4())
    assert teller.tell_ahead(other, at=TOLD_AT).reference != first.reference


def test_telling_takes_no_money(candidate: Candidate, debit: ChargeRequest) -> None:
    tells(candidate, debit, TOLD_AT + 25 * HOUR)
    assert candidate.captured(debit, TOLD_AT + 10 * DAY) == 0
    assert candidate.look_up(debit, TOLD_AT + 10 * DAY) is None


def test_a_debit_on_its_notice_takes_the_money_once(
    candidate: Candidate, debit: ChargeRequest
) -> None:
    taken = tells(candidate, debit, TOLD_AT + 25 * HOUR)
    on_notice = replace(debit, notice=taken.reference)
    candidate.set_clock(TOLD_AT + HOUR)
    answer = candidate.ended(on_notice, TOLD_AT + 25 * HOUR)
    assert answer.outcome is Outcome.SUCCEEDED
    candidate.charge(on_notice, TOLD_AT + 3 * DAY)
    assert candidate.captured(debit, TOLD_AT + 10 * DAY) == 1


class TestRazorpay:
    """What only Razorpay says: it takes a notice up, tells later, and refuses a debit too early."""

    @pytest.fixture
    def candidate(self, urls: Urls) -> Iterator[Candidate]:
        yield from CANDIDATES["razorpay_decoupled"](urls)

    @pytest.fixture
    def debit(self, candidate: Candidate, asked: Asked) -> ChargeRequest:
        return replace(asked("ok"), kind=MethodKind.UPI, token="token_upi_ok", notice=None)

    @pytest.mark.parametrize(
        ("token", "subject"),
        [("token_upi_ok", Subject.NOTICE_TOLD), ("token_upi_untold", Subject.NOTICE_FAILED)],
    )
    def test_whether_the_payer_was_told_comes_by_an_event(
        self, candidate: Candidate, debit: ChargeRequest, token: str, subject: Subject
    ) -> None:
        simulator = candidate.simulator
        assert simulator is not None
        simulator.hooks.forget()
        taken = tells(candidate, replace(debit, token=token), TOLD_AT + 25 * HOUR)
        assert not taken.is_told
        simulator.advance(TOLD_AT + 5 * MINUTE)
        [hook] = simulator.hooks.waiting()
        headers = simulator.signed(hook, Endpoint("", "", "whsec"))
        event = RazorpayVendor().read_event(
            {name.lower(): value for name, value in headers.items()},
            hook.body,
            secrets=["whsec"],
            received_at=TOLD_AT,
        )
        assert (event.subject, event.reference) == (subject, taken.reference)
        assert event.created_at == TOLD_AT + 2 * MINUTE

    def test_a_debit_23_hours_and_59_minutes_after_the_notice_is_refused(
        self, candidate: Candidate, debit: ChargeRequest
    ) -> None:
        """Counted from when the payer was told, two minutes after it was asked for."""
        taken = tells(candidate, debit, TOLD_AT + 24 * HOUR)
        early = replace(debit, notice=taken.reference)
        candidate.set_clock(TOLD_AT + HOUR)
        refused = candidate.charge(early, TOLD_AT + 24 * HOUR + MINUTE)
        assert (refused.outcome, refused.decline_class) == (Outcome.FAILED, DeclineClass.CONFIG)
        in_time = replace(early, attempt_id=uuid4())
        answer = candidate.charge(in_time, TOLD_AT + 24 * HOUR + 2 * MINUTE)
        assert answer.outcome is Outcome.PENDING
        assert candidate.captured(debit, TOLD_AT + 10 * DAY) == 1

    def test_what_failed_is_tried_again_on_the_same_notice(
        self, candidate: Candidate, debit: ChargeRequest
    ) -> None:
        """Of two attempts on one order each has its own word, and a paid one takes no third."""
        poor = replace(debit, token="token_upi_insufficient_funds")
        taken = tells(candidate, poor, TOLD_AT + 25 * HOUR)
        first = replace(poor, notice=taken.reference)
        candidate.set_clock(TOLD_AT + HOUR)
        assert candidate.ended(first, TOLD_AT + 25 * HOUR).outcome is Outcome.FAILED
        second = replace(first, attempt_id=uuid4())
        assert candidate.ended(second, TOLD_AT + 65 * HOUR).outcome is Outcome.SUCCEEDED
        before = candidate.look_up(first, TOLD_AT + 5 * DAY)
        assert before is not None
        assert (before.outcome, before.tries) == (Outcome.FAILED, 1)
        assert candidate.captured(debit, TOLD_AT + 10 * DAY) == 1

    def test_a_mandate_that_is_gone_is_told_of_no_debit(
        self, candidate: Candidate, debit: ChargeRequest
    ) -> None:
        with pytest.raises(NoticeRefused) as no:
            tells(candidate, replace(debit, token="token_upi_cancelled"), TOLD_AT + 25 * HOUR)
        assert no.value.decline_class is DeclineClass.MANDATE


def test_coupled_it_tells_and_debits_by_itself_and_its_own_tries_are_told(urls: Urls) -> None:
    """The other way: 25 hours after it was handed in, and tried four times in all."""
    for coupled in CANDIDATES["razorpay"](urls):
        assert not coupled.gateway.capabilities.tells_ahead
        assert coupled.gateway.capabilities.own_tries == {MethodKind.UPI: 4}
        request = ChargeRequest(
            uuid4(),
            "shop",
            "asha",
            "token_upi_tried_again",
            118_000,
            "INR",
            "Invoice A/1",
            "A/1",
            MethodKind.UPI,
            coupled.holder,
            coupled.request_fields["facts"],
        )
        assert coupled.charge(request, TOLD_AT).outcome is Outcome.PENDING
        found = coupled.look_up(request, TOLD_AT + 25 * HOUR)
        assert found is not None
        assert (found.outcome, found.tries) == (Outcome.FAILED, 4)
        assert coupled.simulator is not None
        [paid] = coupled.simulator.books()["payments"]
        assert paid["notified_at"] == TOLD_AT
        assert paid["debited_at"] == TOLD_AT + 25 * HOUR
