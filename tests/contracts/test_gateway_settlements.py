"""The gateways' exam, third paper: what was paid out, for those who say that they can tell."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from khata.core.settlement import LineKind, SeenSettlement, SettlementLine, why_not_whole
from khata.ports.gateway import Outcome, RefundRequest
from khata.ports.settlements import TellsSettlements, settlements_of
from tests.contracts.candidates.candidate import DAY, Candidate
from tests.contracts.conftest import Asked

AT = datetime(2025, 2, 28, 6, 30, tzinfo=UTC)  # a Friday, 12:00 in India
PAID_OUT = AT + 20 * DAY


@pytest.fixture
def teller(candidate: Candidate) -> TellsSettlements:
    told = settlements_of(candidate.gateway)
    if told is None:
        pytest.skip("this vendor tells no payouts")
    return told


@pytest.fixture
def itemised(candidate: Candidate, teller: TellsSettlements) -> TellsSettlements:
    if not candidate.itemises:
        pytest.skip("this vendor pays out of a balance, and does not say of which payments")
    return teller


def _told(
    candidate: Candidate, teller: TellsSettlements, *, until: datetime = PAID_OUT
) -> list[SeenSettlement]:
    candidate.set_clock(until)
    return list(teller.settlements_between(AT - DAY, until))


def _line(told: list[SeenSettlement], kind: LineKind, of: str | None) -> SettlementLine:
    [found] = [line for one in told for line in one.lines if (line.kind, line.of) == (kind, of)]
    return found


def test_a_payment_is_paid_out_less_its_fee_and_the_tax_on_it(
    candidate: Candidate, asked: Asked, itemised: TellsSettlements
) -> None:
    """1,180.00: 2 % is 23.60; 18 % GST of that is 4.248, so 4.25; 1,152.15 are paid out."""
    answer = candidate.ended(asked("ok"), AT)
    told = _told(candidate, itemised)
    line = _line(told, LineKind.PAYMENT, answer.reference)
    assert (line.gross, line.fee, line.tax, line.net) == (118_000, 2_360, 425, 115_215)
    assert line.fee + line.tax == answer.fee
    for one in told:
        assert why_not_whole(one) is None
        assert (one.currency, one.is_itemised) == (candidate.currency, True)
        assert one.bank_reference


def test_what_is_given_back_is_taken_out(
    candidate: Candidate, asked: Asked, itemised: TellsSettlements
) -> None:
    request = asked("ok")
    charge = candidate.ended(request, AT)
    refund = RefundRequest(
        uuid4(),
        request.attempt_id,
        request.merchant,
        50_000,
        request.currency,
        charge=charge.reference,
        taken=request.amount,
    )
    back = candidate.refund(refund, AT + timedelta(days=2))
    assert back.outcome is Outcome.SUCCEEDED
    told = _told(candidate, itemised)
    assert _line(told, LineKind.REFUND, back.reference).net == -50_000
    assert [why_not_whole(one) for one in told if one.lines] == [None] * len(told)


def test_a_payout_is_listed_when_it_was_made_and_not_before(
    candidate: Candidate, asked: Asked, itemised: TellsSettlements
) -> None:
    candidate.ended(asked("ok"), AT)
    assert (
        _told(candidate, itemised, until=AT + candidate.settles_within + timedelta(hours=1)) == []
    )
    [one] = _told(candidate, itemised)
    second = timedelta(seconds=1)
    assert list(itemised.settlements_between(one.paid_at, one.paid_at + second)) == [one]
    assert list(itemised.settlements_between(one.paid_at + second, PAID_OUT)) == []


def test_what_is_known_is_left_out(
    candidate: Candidate, asked: Asked, itemised: TellsSettlements
) -> None:
    candidate.ended(asked("ok"), AT)
    [one] = _told(candidate, itemised)
    again = itemised.settlements_between(AT, PAID_OUT, but={one.reference})
    assert list(again) == []


def test_a_payment_is_in_one_payout_only(
    candidate: Candidate, asked: Asked, itemised: TellsSettlements
) -> None:
    first = candidate.ended(asked("ok"), AT)
    second = candidate.ended(asked("ok", invoice="00002"), AT + 9 * DAY)
    told = _told(candidate, itemised)
    assert len(told) == 2
    for reference in (first.reference, second.reference):
        assert _line(told, LineKind.PAYMENT, reference).net == 115_215
