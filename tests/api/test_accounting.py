"""What an accountant asks for at the API's door: debts, an account, deferred revenue, Tally."""

from xml.etree.ElementTree import fromstring

import pytest

from tests.api.seller import Seller


@pytest.fixture
def invoice(seller: Seller) -> dict[str, object]:
    found: dict[str, object] = seller.one("invoices")
    return found


def test_what_is_owed_by_age(seller: Seller, invoice: dict[str, object]) -> None:
    told = seller.get("/v1/analytics/ageing").json()
    assert (told["object"], told["livemode"]) == ("ageing", False)
    owed = sum(row["owed"]["total"] for row in told["totals"])
    balance = seller.get("/v1/ledger/trial_balance").json()
    [receivable] = [
        one["debit"] - one["credit"]
        for one in balance["accounts"]
        if one["account"] == "receivable"
    ]
    assert owed == receivable


def test_a_statement_of_account_ends_with_what_is_owed(
    seller: Seller, invoice: dict[str, object]
) -> None:
    told = seller.get(f"/v1/customers/{invoice['customer']}/statement").json()
    assert (told["object"], told["currency"], told["opening"]) == ("statement", "INR", 0)
    first = told["lines"][0]
    assert (first["description"], first["document"], first["debit"]) == (
        "Invoice",
        invoice["number"],
        invoice["total"],
    )
    assert told["closing"] == told["debits"] - told["credits"]
    paper = seller.get(f"/v1/customers/{invoice['customer']}/statement/pdf")
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")
    assert f"statement-{told['first_day']}-" in paper.headers["content-disposition"]
    stranger = seller.get("/v1/customers/cus_000000000000000000000000cw/statement/pdf")
    assert stranger.status_code == 404
    stranger = seller.get("/v1/customers/cus_000000000000000000000000cw/statement")
    assert stranger.status_code == 404
    wrong = seller.get(f"/v1/customers/{invoice['customer']}/statement", currency="XXX")
    assert (wrong.status_code, wrong.json()["param"]) == (422, "currency")


def test_deferred_revenue_adds_up(seller: Seller, invoice: dict[str, object]) -> None:
    told = seller.get("/v1/analytics/deferred_revenue").json()
    [month] = [row for row in told["months"] if row["currency"] == "INR"]
    assert month["closing"] == (
        month["opening"]
        + month["billed"]
        - month["recognized"]
        - month["credited"]
        + month["other"]
    )
    assert sum(row["amount"] for row in told["schedule"]) == month["closing"]
    reversed_days = {"from": "2026-03-01", "to": "2026-02-01"}
    refused = seller.get("/v1/analytics/deferred_revenue", **reversed_days)
    assert (refused.status_code, refused.json()["code"]) == (422, "range_reversed")


def test_tally_has_the_invoice_and_says_what_it_holds(
    seller: Seller, invoice: dict[str, object]
) -> None:
    answer = seller.get("/v1/exports/tally")
    assert answer.headers["content-type"] == "application/xml"
    assert answer.headers["content-disposition"].startswith('attachment; filename="tally-vouchers')
    vouchers = list(fromstring(answer.content).iter("VOUCHER"))
    assert invoice["number"] in {one.findtext("VOUCHERNUMBER") for one in vouchers}
    masters = seller.get("/v1/exports/tally", part="masters", company="Chai Cloud")
    ledgers = [one.get("NAME") for one in fromstring(masters.content).iter("LEDGER")]
    assert {"Sales", "Output CGST"} <= set(ledgers)
    told = seller.get("/v1/exports/tally/summary").json()
    assert told["ledgers"] == len(ledgers)
    assert sum(row["count"] for row in told["vouchers"]) == len(vouchers)
    assert told["left_out"] == []
    refused = seller.get("/v1/exports/tally", part="ledger")
    assert (refused.status_code, refused.json()["param"]) == (422, "part")


def test_the_end_of_a_month_is_a_list(seller: Seller, invoice: dict[str, object]) -> None:
    told = seller.get("/v1/ledger/month_end", day="2026-01-15").json()
    assert (told["object"], told["last_day"]) == ("month_end", "2026-01-31")
    assert [check["code"] for check in told["checks"]][:2] == [
        "books_balance",
        "receivable_is_owed",
    ]
    assert told["clean"] == all(check["status"] == "done" for check in told["checks"])
