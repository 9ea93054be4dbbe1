"""Bodies and recipes of payouts and of the bank's statement; recipes.py takes them in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from khata.core.ids import parse_id
from khata.core.settlement import LineKind, SeenSettlement, SettlementLine
from khata.usecases.settlements.book_settlement import BookSettlement, book_settlement
from tests.api.seller import Recipe, Seller

SETTLEMENT_BODIES: dict[str, Callable[[Seller], Any]] = {
    "POST /v1/gateway_accounts/{id}/settlements/fetch": lambda seller: {"since": "2026-01-30"},
    "POST /v1/settlements/{id}/match": lambda seller: {
        "bank_transaction": a_bank_line(seller)["id"]
    },
    "POST /v1/bank_transactions/{id}/unmatch": lambda seller: None,
    "POST /v1/bank_transactions": lambda seller: {
        "account": "HDFC 0042",
        "transactions": [a_line()],
    },
    "POST /v1/bank_transactions/import": lambda seller: {
        "account": "HDFC 0042",
        "currency": "INR",
        "file": f"Day,In,Out,Text\n31/01/2026,700.00,,{uuid4().hex}\n",
        "columns": {
            "date": "Day",
            "credit": "In",
            "debit": "Out",
            "narration": "Text",
            "date_format": "%d/%m/%Y",
        },
    },
}


def a_line(**different: Any) -> dict[str, Any]:
    """A line of the statement that nobody sent before."""
    return {
        "id": uuid4().hex,
        "date": "2026-01-31",
        "amount": -1_180,
        "currency": "INR",
        "reference": "N17",
        "narration": "NEFT PAPER",
    } | different


def a_settlement(seller: Seller, **different: Any) -> dict[str, Any]:
    """A payout that is nothing but a fee: 10.00 and GST 1.80 are drawn from the bank.

    It is of so long ago that no line of the bank's is it by its day.
    """
    engine = seller.client.app.state.engine  # type: ignore[attr-defined]
    account_id = parse_id("ga", seller.id("gateway_accounts"))
    line = SettlementLine("line_1", LineKind.FEE, None, 0, 1_000, 180)
    at = engine.clock.now()
    told: dict[str, Any] = {
        "reference": f"setl_{uuid4().hex}",
        "amount": line.net,
        "currency": "INR",
        "paid_at": at - timedelta(days=20),
        "bank_reference": uuid4().hex,
        "lines": (line,),
    }
    with engine.db.transaction(seller.tenant) as uow:
        account = uow.gateway_accounts.get(account_id)
        seen = SeenSettlement(**{**told, **different})
        book_settlement(uow, BookSettlement(account, seen, at))
    found = seller.get("/v1/settlements", limit=100).json()["data"]
    return next(one for one in found if one["reference"] == seen.reference)


def a_bank_line(seller: Seller) -> dict[str, Any]:
    line = a_line()
    body = {"account": "HDFC 0042", "transactions": [line]}
    answer = seller.post("/v1/bank_transactions", body)
    assert answer.status_code == 200, answer.text
    found = seller.get("/v1/bank_transactions", limit=100).json()["data"]
    return next(one for one in found if one["own_id"] == line["id"])


def a_matched_line(seller: Seller) -> dict[str, Any]:
    """A line that a payout was assigned to."""
    settlement, line = a_settlement(seller), a_bank_line(seller)
    body = {"bank_transaction": line["id"]}
    answer = seller.post(f"/v1/settlements/{settlement['id']}/match", body)
    assert answer.status_code == 200, answer.text
    return line


SETTLEMENT_RECIPES: dict[str, Recipe] = {
    "settlements": a_settlement,
    "bank_transactions": a_bank_line,
}
