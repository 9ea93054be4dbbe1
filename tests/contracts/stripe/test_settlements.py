"""Stripe's payouts: what each balance transaction comes to, and as the pretend one makes them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from khata.adapters.gateways.stripe.settlements import settlements_of_account
from khata.core.settlement import LineKind, SeenSettlement, SettlementLine, why_not_whole
from khata.ports.gateway import AnswerLost
from tests.contracts.stripe.conftest import AT, Bench, asked, refund_of
from tests.contracts.stripe.wire import faults_of

PAYOUT = {
    "id": "po_1Pgc79B7WZ01zgkWu1KToYf4",
    "object": "payout",
    "amount": 115_215,
    "arrival_date": 1_772_323_200,
    "automatic": True,
    "currency": "inr",
    "status": "paid",
    "trace_id": {"status": "supported", "value": "UTIBN2026030100017"},
}


class Told:
    """In the place of the client: one payout, and what it is said to be made of."""

    def __init__(self, payout: dict[str, Any], *moved: dict[str, Any]) -> None:
        self.payout, self.moved = payout, moved

    def payouts(self, _: object) -> Iterator[dict[str, Any]]:
        yield self.payout

    def balance_transactions(self, _: object) -> Iterator[dict[str, Any]]:
        yield from self.moved


def moved(category: str, amount: int, fee: int = 0, **told: Any) -> dict[str, Any]:
    return {
        "id": "txn_1",
        "type": category,
        "reporting_category": category,
        "amount": amount,
        "fee": fee,
        "fee_details": [],
        "currency": "inr",
        "source": None,
        "created": 1_772_260_200,
        "description": None,
        **told,
    }


def seen(payout: dict[str, Any], *lines: dict[str, Any]) -> SeenSettlement:
    [one] = settlements_of_account(Told(payout, *lines), AT, AT, ())  # type: ignore[arg-type]
    return one


def line(told: dict[str, Any]) -> SettlementLine:
    [one] = seen(PAYOUT, told).lines
    return one


def test_a_charge_is_known_by_its_intent_and_the_tax_is_told_apart() -> None:
    fee = [{"type": "stripe_fee", "amount": 2_360}, {"type": "tax", "amount": 425}]
    source = {"id": "ch_1", "payment_intent": "pi_1", "amount": 118_000, "currency": "inr"}
    one = line(moved("charge", 118_000, 2_785, fee_details=fee, source=source))
    assert (one.kind, one.of) == (LineKind.PAYMENT, "pi_1")
    assert (one.gross, one.fee, one.tax, one.net, one.charged) == (
        118_000,
        2_360,
        425,
        115_215,
        None,
    )


@pytest.mark.parametrize(
    ("category", "kind", "of"),
    [
        ("refund", LineKind.REFUND, "re_1"),
        ("refund_failure", LineKind.REFUND, "re_1"),
        ("dispute", LineKind.DISPUTE, "re_1"),
        ("dispute_reversal", LineKind.DISPUTE, "re_1"),
        ("network_cost", LineKind.ADJUSTMENT, "re_1"),
    ],
)
def test_what_else_moves_the_balance(category: str, kind: LineKind, of: str) -> None:
    one = line(moved(category, -50_000, 1_500, source={"id": "re_1"}))
    assert (one.kind, one.of, one.gross, one.net) == (kind, of, -50_000, -51_500)


def test_what_stripe_takes_for_itself_is_a_fee_or_tax_on_it() -> None:
    fee = line(moved("fee", -1_000, type="stripe_fee"))
    tax = line(moved("fee", -180, type="tax_fee"))
    assert [(one.kind, one.gross, one.fee, one.tax) for one in (fee, tax)] == [
        (LineKind.FEE, 0, 1_000, 0),
        (LineKind.FEE, 0, 0, 180),
    ]


def test_charged_in_another_currency() -> None:
    """USD 14.00 settle as INR 1,190.00; the fee of 23.80 is 0.28 of what was charged."""
    source = {"id": "ch_1", "payment_intent": "pi_1", "amount": 1_400, "currency": "usd"}
    one = line(moved("charge", 119_000, 2_380, source=source))
    assert (one.charged, one.charged_currency) == (1_400, "USD")
    assert one.in_currency_charged(one.fee) == 28
    back = line(moved("refund", -119_000, source={**source, "id": "re_1"}))
    assert (back.charged, back.in_currency_charged(0)) == (-1_400, 0)


def test_a_payout_that_a_person_asked_for_is_of_the_balance() -> None:
    one = seen({**PAYOUT, "automatic": False}, moved("charge", 1))
    assert (one.is_itemised, one.lines, why_not_whole(one)) == (False, (), None)


def test_the_payout_itself_is_no_line_and_a_missing_trace_is_none() -> None:
    one = seen({**PAYOUT, "trace_id": None}, moved("payout", -115_215, type="payout"))
    assert (one.lines, one.bank_reference) == ((), None)


def test_what_stripe_cannot_tell_apart_yet_is_told_later() -> None:
    told = Told({**PAYOUT, "reconciliation_status": "in_progress"}, moved("charge", 115_215))
    assert list(settlements_of_account(told, AT, AT, ())) == []  # type: ignore[arg-type]


def test_a_payout_that_failed_goes_over_to_those_that_failed(bench: Bench) -> None:
    """1,152.15 come back and are paid out again, by a line that names the payout that failed."""
    bench.gateway.charge(asked(), at=AT)
    week, two = AT + timedelta(days=7), AT + timedelta(days=14)
    bench.simulator.advance(week)
    [paid] = bench.gateway.settlements_between(AT, week)
    assert list(bench.gateway.failed_between(AT, week)) == []
    bench.simulator.fail_payout(paid.reference)
    bench.simulator.advance(two)
    assert list(bench.gateway.failed_between(AT, two)) == [paid]
    assert list(bench.gateway.failed_between(AT, two, but={paid.reference})) == []
    [again] = bench.gateway.settlements_between(AT, two)
    [back] = again.lines
    assert (back.kind, back.of, back.net) == (LineKind.ADJUSTMENT, paid.reference, 115_215)
    assert [fault for one in bench.simulator.received for fault in faults_of(one)] == []


@pytest.mark.parametrize(
    "told",
    [moved("charge", 1, currency="usd"), moved("charge", 1, id=None), {**moved("x", 1), "fee": ""}],
)
def test_what_cannot_be_read_is_no_answer(told: dict[str, Any]) -> None:
    with pytest.raises(AnswerLost):
        line(told)


def test_a_disputed_payment_is_taken_out_of_the_payout(bench: Bench) -> None:
    bench.gateway.charge(asked("pm_card_createDispute"), at=AT)
    bench.gateway.charge(asked(), at=AT)
    bench.simulator.advance(AT + timedelta(days=7))
    told = list(bench.gateway.settlements_between(AT, AT + timedelta(days=7)))
    kinds = sorted(one.kind for payout in told for one in payout.lines)
    assert kinds == [LineKind.DISPUTE, LineKind.PAYMENT, LineKind.PAYMENT]
    assert (
        sum(one.amount for one in told) == 2 * 115_215 - 118_000 - 1_500
    )  # and the fee of a dispute
    assert all(why_not_whole(one) is None for one in told)


def test_a_payout_below_zero(bench: Bench) -> None:
    """All is given back after the payout: 1,180.00 are drawn from the bank."""
    request = asked()
    charge = bench.gateway.charge(request, at=AT)
    week = AT + timedelta(days=7)
    bench.simulator.advance(week)
    bench.gateway.refund(refund_of(request, charge.reference), at=week)
    bench.simulator.advance(week + timedelta(days=1))
    amounts = [
        one.amount for one in bench.gateway.settlements_between(AT, week + timedelta(days=1))
    ]
    assert sorted(amounts) == [-118_000, 115_215]


def test_what_is_asked_is_what_the_specification_has(bench: Bench) -> None:
    bench.gateway.charge(asked(), at=AT)
    bench.simulator.advance(AT + timedelta(days=7))
    assert list(bench.gateway.settlements_between(AT, AT + timedelta(days=7)))
    assert [fault for one in bench.simulator.received for fault in faults_of(one)] == []
