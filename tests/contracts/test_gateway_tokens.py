"""The exam of gateways that delete what they saved of a payer: what khata relies on then."""

from datetime import UTC, datetime

import pytest

from khata.ports.gateway import Outcome
from khata.ports.tokens import ForgetsMethods, tokens_of
from tests.contracts.candidates.candidate import Candidate
from tests.contracts.conftest import Asked

AT = datetime(2025, 2, 28, 6, 30, tzinfo=UTC)


@pytest.fixture
def tokens(candidate: Candidate) -> ForgetsMethods:
    found = tokens_of(candidate.gateway)
    if found is None:
        pytest.skip("this gateway keeps nothing that could be deleted")
    candidate.set_clock(AT)
    return found


def test_what_is_forgotten_cannot_be_charged(
    candidate: Candidate, asked: Asked, tokens: ForgetsMethods
) -> None:
    request = asked("ok")  # whose payer may have been told already
    before = candidate.gateway.read_method(candidate.tokens["ok"], holder=candidate.holder)
    assert before is not None
    assert before.usable
    tokens.forget_method(before.token, holder=before.holder)
    after = candidate.gateway.read_method(before.token, holder=before.holder)
    assert after is None or not after.usable
    assert candidate.charge(request, AT).outcome is Outcome.FAILED
    assert candidate.captured(request, AT) == 0


def test_forgetting_twice_is_as_good_as_once(candidate: Candidate, tokens: ForgetsMethods) -> None:
    for _ in range(2):
        tokens.forget_method(candidate.tokens["ok"], holder=candidate.holder)


def test_what_was_never_saved_is_forgotten(candidate: Candidate, tokens: ForgetsMethods) -> None:
    for token in (candidate.unknown_token, "../../payments", ""):
        tokens.forget_method(token, holder=candidate.holder)
    tokens.forget_method(candidate.unknown_token, holder=None)


def test_what_else_was_saved_stays(
    candidate: Candidate, asked: Asked, tokens: ForgetsMethods
) -> None:
    tokens.forget_method(candidate.tokens["declined"], holder=candidate.holder)
    assert candidate.ended(asked("ok"), AT).outcome is Outcome.SUCCEEDED


def test_money_that_is_on_its_way_can_still_be_asked_about(
    candidate: Candidate, asked: Asked, tokens: ForgetsMethods
) -> None:
    """Withdrawn while a debit is processing: what becomes of that one is told all the same."""
    request = asked("pending")
    assert candidate.charge(request, AT).outcome is Outcome.PENDING
    tokens.forget_method(request.token, holder=request.holder)
    assert candidate.look_up(request, AT) is not None


def test_money_of_what_is_forgotten_can_be_given_back(
    candidate: Candidate, asked: Asked, tokens: ForgetsMethods
) -> None:
    request = asked("ok")
    assert candidate.ended(request, AT).outcome is Outcome.SUCCEEDED
    tokens.forget_method(request.token, holder=request.holder)
    found = candidate.look_up(request, AT)
    assert found is not None
    assert found.outcome is Outcome.SUCCEEDED
