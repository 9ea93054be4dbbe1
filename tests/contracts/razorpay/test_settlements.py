"""Razorpay's payouts as its documents show them, and as the pretend one makes them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from khata.core.settlement import LineKind, why_not_whole
from khata.ports.gateway import AnswerLost
from tests.contracts.razorpay.pretend import AT, CARDS_SETTLE, Pretend
from tests.contracts.razorpay.test_wire_answers import listed, opened

PAID_AT = 1_568_176_960  # 11 September 2019, 10:12 in India
# Source: the samples of razorpay.com/docs/api/settlements, with the sum that these four rows have.
SETTLEMENT = {
    "id": "setl_DGlQ1Rj8os78Ec",
    "entity": "settlement",
    "amount": -244_684,
    "status": "processed",
    "fees": 3_196,
    "tax": 46,
    "utr": "1568176960vxp0rj",
    "created_at": PAID_AT,
}


def row(entity: str, type: str, **told: Any) -> dict[str, Any]:
    return {
        "entity_id": entity,
        "type": type,
        "debit": 0,
        "credit": 0,
        "currency": "INR",
        "fee": 0,
        "tax": 0,
        "settled": True,
        "created_at": 1_567_692_556,
        "settled_at": PAID_AT,
        "settlement_id": "setl_DGlQ1Rj8os78Ec",
        "description": None,
        "settlement_utr": "1568176960vxp0rj",
        "dispute_id": None,
        **told,
    }


ROWS = [
    row("pay_DEXrnipqTmWVGE", "payment", credit=97_100, amount=100_000, fee=2_900),
    row("rfnd_DGRcGzZSLyEdg1", "refund", debit=242_500, amount=242_500),
    row("trf_DEUoCEtdsJgvl7", "transfer", debit=100_296, amount=100_000, fee=296, tax=46),
    row("adj_EhcHONhX4ChgNC", "adjustment", credit=1_012, amount=1_012),
]
FROM = datetime(2019, 9, 1, tzinfo=UTC)
UNTIL = datetime(2019, 10, 1, tzinfo=UTC)


def test_the_documents_sample() -> None:
    [seen] = told([SETTLEMENT], ROWS)
    assert (seen.reference, seen.bank_reference) == ("setl_DGlQ1Rj8os78Ec", "1568176960vxp0rj")
    assert why_not_whole(seen) is None  # 971.00 − 2,425.00 − 1,002.96 + 10.12 = −2,446.84
    assert [(line.kind, line.gross, line.fee, line.tax) for line in seen.lines] == [
        (LineKind.PAYMENT, 100_000, 2_900, 0),
        (LineKind.REFUND, -242_500, 0, 0),
        (LineKind.ADJUSTMENT, -100_000, 250, 46),
        (LineKind.ADJUSTMENT, 1_012, 0, 0),
    ]


def test_what_is_debited_for_a_dispute_is_of_the_dispute() -> None:
    lost = row("adj_1", "adjustment", debit=1_000, dispute_id="disp_1")
    [seen] = told([{**SETTLEMENT, "amount": -1_000}], [lost])
    assert (seen.lines[0].kind, seen.lines[0].of) == (LineKind.DISPUTE, "disp_1")


@pytest.mark.parametrize("status", ["created", "failed", None])
def test_what_was_not_paid_out_is_not_listed(status: str | None) -> None:
    assert told([{**SETTLEMENT, "status": status}], ROWS) == []


def test_rows_of_the_day_beside_it_are_found() -> None:
    """The recon's days and the payout's are not always the same: midnight lies between."""
    asked: list[str] = []

    def rows_of(day: str) -> list[dict[str, Any]]:
        asked.append(day)
        return ROWS if day == "12" else []

    [seen] = _told([SETTLEMENT], rows_of)
    assert (why_not_whole(seen), asked) == (None, ["11", "10", "12"])


@pytest.mark.parametrize(
    ("settlement", "rows"),
    [
        ({**SETTLEMENT, "amount": None}, ROWS),
        ({**SETTLEMENT, "created_at": None}, ROWS),
        (SETTLEMENT, [row("pay_1", "payment", credit=None)]),
        (SETTLEMENT, [row("pay_1", "payment"), row("pay_2", "payment", currency="USD")]),
    ],
)
def test_what_cannot_be_read_is_no_answer(
    settlement: dict[str, Any], rows: list[dict[str, Any]]
) -> None:
    with pytest.raises(AnswerLost):
        told([settlement], rows)


def test_two_working_days_later_in_the_morning(pretend: Pretend) -> None:
    """Taken on Wednesday, 00:05 in India: paid out on Friday at 11:00."""
    _, answer = pretend.paid()
    assert answer.reference is not None
    taken = AT + CARDS_SETTLE
    pretend.simulator.advance(taken + timedelta(days=3))
    [seen] = pretend.gateway.settlements_between(taken, taken + timedelta(days=3))
    assert seen.paid_at == datetime(2026, 11, 27, 5, 30, tzinfo=UTC)


def test_what_is_owed_to_razorpay_is_carried_over(pretend: Pretend) -> None:
    """After the payout all of it is given back: nothing is paid out until more is taken."""
    request, answer = pretend.paid()
    week = timedelta(days=7)
    pretend.simulator.advance(AT + week)
    pretend.gateway.refund(pretend.refund_of(request, answer, 118_000), at=AT + week)
    pretend.simulator.advance(AT + 2 * week)
    assert len(list(pretend.gateway.settlements_between(AT, AT + 2 * week))) == 1
    pretend.charge(pretend.request(invoice_number="A/2"), AT + 2 * week)
    pretend.charge(pretend.request(invoice_number="A/3"), AT + 2 * week)
    pretend.simulator.advance(AT + 3 * week)
    _, later = pretend.gateway.settlements_between(AT, AT + 3 * week)
    assert later.amount == 2 * 115_215 - 118_000
    assert (len(later.lines), why_not_whole(later)) == (3, None)


def told(settlements: list[dict[str, Any]], rows: list[dict[str, Any]]) -> list[Any]:
    return _told(settlements, lambda _: rows)


def _told(settlements: list[dict[str, Any]], rows_of: Any) -> list[Any]:
    def answer(request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        found = rows_of(query["day"]) if "day" in query else settlements
        return httpx.Response(200, content=json.dumps(listed(*found)))

    gateway = opened(answer)
    return list(gateway.settlements_between(FROM, UNTIL))
