"""A bank's statement sent from the page of payouts: all of it is taken, or the bad row is named."""

from typing import Any

import pytest

from khata.core.ids import public_id
from tests.dashboard.test_figures import told
from tests.dashboard.test_settlements import Payouts, payouts_of
from tests.dashboard.trading import Trade
from tests.dashboard.visitor import Visitor, form_of
from tests.dashboard.world import World

HOME = "/dashboard/settlements"
PLAIN = "date,amount,reference,narration\n2026-02-04,900.00,UTR1,NEFT ASHA\n2026-02-04,-50,,FEE\n"
SPLIT = (
    "Txn Date,Particulars,Ref,Withdrawal,Deposit\n"
    '04/02/2026,NEFT ASHA,UTR2,,"1,900.00"\n05/02/2026,CHARGES,,50.00,\n'
)
HEADINGS = {
    "date": "Txn Date",
    "date_format": "%d/%m/%Y",
    "debit": "Withdrawal",
    "credit": "Deposit",
    "reference": "Ref",
    "narration": "Particulars",
}


@pytest.fixture
def payouts(world: World, trade: Trade) -> Payouts:
    return payouts_of(world, trade)


def sends(
    visitor: Visitor, file: str | bytes | None, *, form: str | None = None, **fields: str
) -> tuple[int, str, str]:
    """Send a file; return the status, the words, and where it leads."""
    token = form or form_of(visitor.get(HOME).text)
    files: dict[str, Any] = {}
    if file is not None:
        files = {"file": ("march.csv", file, "text/csv")}
    data = {"form": token, "account": "HDFC 0042", **fields}
    answer = visitor.client.post(f"{HOME}/statement", data=data, files=files)
    return answer.status_code, told(answer.text), answer.headers.get("location", "")


def lines(world: World, trade: Trade) -> list[tuple[Any, ...]]:
    with world.engine.db.transaction(trade.shop.test) as uow:
        return uow.connection.execute(
            "select booked_on::text, amount, reference from bank_transactions"
            " where own_id like 'row_%' order by booked_on, amount"
        ).fetchall()


def test_a_plain_file_is_read_once(trade: Trade, payouts: Payouts, world: World) -> None:
    code, _, where = sends(trade.owner, PLAIN)
    assert (code, where) == (303, f"{HOME}?new=2&known=0&arrived=0")
    assert lines(world, trade) == [("2026-02-04", -5_000, ""), ("2026-02-04", 90_000, "UTR1")]
    said = told(trade.owner.get(where).text)
    assert "2 lines new, 0 there already; 0 payouts have arrived by it" in said
    assert sends(trade.owner, PLAIN)[2] == f"{HOME}?new=0&known=2&arrived=0"


def test_a_bank_with_two_columns_and_days_of_its_own(
    trade: Trade, payouts: Payouts, world: World
) -> None:
    assert sends(trade.owner, "\ufeff" + SPLIT, **HEADINGS)[0] == 303
    assert lines(world, trade) == [
        ("2026-02-04", 190_000, "UTR2"),
        ("2026-02-05", -5_000, ""),
    ]


def test_a_payout_arrives_by_it(trade: Trade, payouts: Payouts) -> None:
    file = "date,amount,reference,narration\n2026-02-03,10.12,,NEFT 1568176960vxp0rj\n"
    assert sends(trade.owner, file)[2] == f"{HOME}?new=1&known=0&arrived=1"
    page = trade.owner.get(f"{HOME}/{public_id('set', payouts.differs)}").text
    assert "NEFT 1568176960vxp0rj" in page


@pytest.mark.parametrize(
    ("file", "fields", "words"),
    [
        (None, {}, "Choose the file"),
        ("", {}, "Choose the file"),
        (PLAIN, {"account": " "}, "Say of which bank account"),
        (PLAIN, {"currency": "XXQ"}, "XXQ"),
        (PLAIN + "2026-02-31,1.00,,\n", {}, "Row 4"),
        (PLAIN + "2026-02-05,1.001,,\n", {}, "Row 4"),
        (PLAIN + "2026-02-05,1.00,,,,x\n", {}, "Row 4"),
        (PLAIN.encode() + b"2026-02-05,1.00,,Caf\xe9\n", {}, "Row 4 is not written in UTF-8"),
        ("when,amount\n2026-02-05,1\n", {}, "date"),
        (PLAIN + "," * 900_000, {}, "more than 900 kB"),
    ],
)
def test_what_cannot_be_read_names_its_row_and_nothing_is_taken(
    trade: Trade,
    payouts: Payouts,
    world: World,
    file: str | bytes | None,
    fields: dict[str, str],
    words: str,
) -> None:
    code, text, _ = sends(trade.owner, file, **fields)
    assert (code, words in text) == (400, True), text[:600]
    assert lines(world, trade) == []


def test_nobody_sends_one_without_a_form_of_their_own(
    trade: Trade, payouts: Payouts, world: World
) -> None:
    assert sends(trade.owner, PLAIN, form="forged")[0] == 403
    assert lines(world, trade) == []
