"""The path every new user walks first, letter for letter: from sign-up to a year of invoices.

Amounts: 1,000.00 a month and 18 % GST inside Karnataka, CGST 9 % and SGST 9 %: 90.00 each.
"""

import threading
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from khata.wiring import Engine
from khata.worker.loop import run_once
from tests.api.seller import Seller, an_address

SIGN_UP = {
    "business_name": "Chai Cloud Pvt Ltd",
    "email": "founder@ten-minutes.example",
    "password": "correct horse battery staple",
    "country": "IN",
    "state": "KA",
    "timezone": "Asia/Kolkata",
    "currency": "INR",
    "gstin": "29ABCCT1234E1ZL",
}
PLAN = {
    "name": "Premium",
    "code": "premium-monthly",
    "interval": "month",
    "interval_count": 1,
    "trial_days": 0,
    "tax_behavior": "exclusive",
    "prices": [{"currency": "INR", "model": "flat", "amount": 100000}],
}
CUSTOMER = {
    "name": "Asha Traders",
    "email": "asha@traders.example",
    "currency": "INR",
    "address": {
        "line1": "12 MG Road",
        "city": "Mysuru",
        "state": "KA",
        "postal_code": "570001",
        "country": "IN",
    },
    "tax_ids": [{"type": "in_gst", "value": "29AABCR1718E1ZL"}],
}


class Walk:
    """What was made on the way."""

    seller: Seller
    customer: dict[str, Any]
    subscription: dict[str, Any]
    invoice: dict[str, Any]


@pytest.fixture(scope="module")
def walk(app: FastAPI) -> Walk:
    """Walk from sign-up to the first subscription, on 31 January 2026 in Bengaluru."""
    opened = TestClient(app, client=(an_address(), 50_000)).post("/v1/accounts", json=SIGN_UP)
    assert opened.status_code == 201, opened.text
    made = Walk()
    seller = made.seller = Seller(app, opened.json(), mode="test")
    seller.create("/v1/test_clock", {"frozen_time": "2026-01-31T09:00:00+05:30"})
    product = seller.create("/v1/products", {"name": "Chai Cloud", "tax_code": "998314"})
    plan = seller.create("/v1/plans", PLAN | {"product": product["id"]})
    made.customer = seller.create("/v1/customers", CUSTOMER)
    method = {"customer": made.customer["id"], "gateway": "fake", "token": "tok_ok"}
    seller.create("/v1/payment_methods", method)
    made.subscription = seller.create(
        "/v1/subscriptions",
        {
            "customer": made.customer["id"],
            "items": [{"plan": plan["id"], "quantity": 1}],
            "collection_method": "charge_automatically",
        },
    )
    made.invoice = seller.get(f"/v1/invoices/{made.subscription['latest_invoice']}").json()
    return made


def test_the_account_has_two_modes(walk: Walk) -> None:
    opened = walk.seller.opened
    assert opened["object"] == "account"
    assert opened["id"].startswith("acct_")
    for mode in ("test", "live"):
        assert opened[mode]["tenant"].startswith("ten_")
        assert opened[mode]["secret_key"].startswith(f"sk_{mode}_")


def test_the_subscription_is_active_and_paid(walk: Walk) -> None:
    told = walk.subscription
    assert told["object"] == "subscription"
    assert told["id"].startswith("sub_")
    assert told["status"] == "active"
    assert told["billing_anchor"] == "2026-01-31"
    assert told["current_period"] == {"start": "2026-01-31", "end": "2026-02-28"}
    assert [(item["quantity"], item["unit_amount"]) for item in told["items"]] == [(1, 100000)]
    assert told["next_billing_at"] == "2026-02-27T18:30:00Z"  # midnight in Kolkata
    assert told["mrr"] == 100000


def test_the_invoice_says_all(walk: Walk) -> None:
    subscription, invoice = walk.subscription, walk.invoice
    heads = [("CGST", "9", 9000), ("SGST", "9", 9000)]
    expected = {
        "object": "invoice",
        "number": "INV/25-26/00001",  # the financial year ends on 31 March
        "status": "paid",
        "currency": "INR",
        "subtotal": 100000,
        "discount": 0,
        "tax": 18000,
        "round_off": 0,
        "total": 118000,
        "amount_due": 0,
        "amount_paid": 118000,
        "issued_on": "2026-01-31",
        "due_on": "2026-01-31",
        "place_of_supply": {"country": "IN", "state": "KA", "code": "29"},
        "customer": walk.customer["id"],
        "subscription": subscription["id"],
        "endorsement": None,
        "taxes": [
            {"name": name, "rate": rate, "taxable": 100000, "amount": amount}
            for name, rate, amount in heads
        ],
    }
    assert {name: invoice[name] for name in expected} == expected
    assert invoice["supply"]["kind"] == "intra"
    assert invoice["seller"]["tax_id"] == "29ABCCT1234E1ZL"
    assert invoice["buyer"]["tax_id"] == "29AABCR1718E1ZL"
    (line,) = invoice["lines"]
    assert line["id"].startswith("il_")
    assert (line["description"], line["quantity"], line["amount"]) == ("Premium", 1, 100000)
    assert line["period"] == {"start": "2026-01-31", "end": "2026-02-28"}
    assert line["tax_code"] == "998314"
    assert [(tax["name"], tax["rate"], tax["amount"]) for tax in line["taxes"]] == heads


def test_the_pdf_is_one(walk: Walk) -> None:
    answer = walk.seller.get(f"/v1/invoices/{walk.invoice['id']}/pdf")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'inline; filename="INV-25-26-00001.pdf"'
    assert answer.content.startswith(b"%PDF-")
    assert len(answer.content) < 100_000


def test_the_lists_find_it(walk: Walk) -> None:
    seller, id = walk.seller, walk.invoice["id"]
    invoices = seller.get("/v1/invoices", subscription=walk.subscription["id"]).json()["data"]
    assert id in [invoice["id"] for invoice in invoices]
    (payment,) = seller.get("/v1/payments", invoice=id).json()["data"]
    assert (payment["status"], payment["amount"]) == ("succeeded", 118000)
    assert [attempt["status"] for attempt in payment["attempts"]] == ["succeeded"]
    events = seller.get("/v1/events", subject=id).json()["data"]
    assert [event["type"] for event in events] == ["invoice.paid", "invoice.finalized"]
    assert [event["sequence"] for event in events] == [2, 1]
    assert events[1]["facts"]["invoice"] == id


def test_the_customer_was_written_to(walk: Walk, engine: Engine) -> None:
    run_once(engine, threading.Event())  # as the worker does each second
    mails = walk.seller.get("/v1/mails", customer=walk.customer["id"]).json()["data"]
    first = {mail["kind"]: mail for mail in mails if mail["invoice"] == walk.invoice["id"]}
    assert first.keys() == {"invoice_issued", "receipt"}
    issued = first["invoice_issued"]
    assert issued["to"] == "asha@traders.example"
    assert issued["status"] == "kept"
    assert "INV/25-26/00001" in issued["subject"] + issued["text"]
    assert "1,180.00" in issued["html"]
    assert issued["attachments"] == [
        {
            "filename": "INV-25-26-00001.pdf",
            "content_type": "application/pdf",
            "url": f"/v1/invoices/{walk.invoice['id']}/pdf",
        }
    ]


def test_then_a_year_passes_in_one_call(walk: Walk) -> None:
    seller, subscription = walk.seller, walk.subscription["id"]
    run = seller.create("/v1/billing_runs", {"as_of": "2026-02-28"})
    assert run["object"] == "billing_run"
    assert run["id"].startswith("run_")
    assert (run["status"], run["invoices"], run["parked"]) == ("completed", 1, 0)

    advanced = seller.post("/v1/test_clock/advance", {"to": "2027-02-01T09:00:00+05:30"})
    assert advanced.status_code == 200, advanced.text
    assert advanced.json()["status"] == "ready"
    assert advanced.json()["frozen_time"] == "2027-02-01T03:30:00Z"

    invoices = seller.get("/v1/invoices", subscription=subscription, limit=100).json()["data"]
    assert [invoice["period"]["start"] for invoice in reversed(invoices)] == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
        "2026-06-30",
        "2026-07-31",
        "2026-08-31",
        "2026-09-30",
        "2026-10-31",
        "2026-11-30",
        "2026-12-31",
        "2027-01-31",
    ]
    assert {(invoice["status"], invoice["total"]) for invoice in invoices} == {("paid", 118000)}
    numbers = [invoice["number"] for invoice in reversed(invoices)]
    assert numbers[:3] == ["INV/25-26/00001", "INV/25-26/00002", "INV/25-26/00003"]
    assert numbers[3:] == [f"INV/26-27/{n:05}" for n in range(1, 11)]

    balance = seller.get("/v1/ledger/trial_balance", as_of="2027-02-01").json()
    accounts = {one["account"]: (one["debit"], one["credit"]) for one in balance["accounts"]}
    assert accounts["cgst_payable"] == (0, 13 * 9000)
    assert accounts["sgst_payable"] == (0, 13 * 9000)
    assert accounts["receivable"] == (0, 0)
    # Thirteen periods were invoiced, and until 31 January the first 12 and a day were earned:
    # of the 28 days from 31 January to 28 February, one is 1,000.00 / 28 = 35.71.
    assert accounts["revenue"] == (0, 12 * 100000 + 3571)
    assert accounts["deferred_revenue"] == (0, 100000 - 3571)
    assert balance["debits"] == balance["credits"] > 0


def test_a_clock_may_be_sent_off_without_waiting(walk: Walk, engine: Engine) -> None:
    seller = walk.seller
    sent = seller.post("/v1/test_clock/advance?wait=false", {"to": "2027-03-01T09:00:00+05:30"})
    assert (sent.status_code, sent.json()["status"]) == (200, "advancing")
    assert sent.json()["target_time"] == "2027-03-01T03:30:00Z"
    further = {"to": "2027-04-01T09:00:00+05:30"}
    again = seller.post("/v1/test_clock/advance?wait=false", further)
    assert (again.status_code, again.json()["code"]) == (409, "clock_advancing")
    run_once(engine, threading.Event())
    there = seller.get("/v1/test_clock").json()
    assert (there["status"], there["frozen_time"]) == ("ready", "2027-03-01T03:30:00Z")


def test_the_open_pages(client: TestClient) -> None:
    for path in ("/healthz", "/readyz", "/openapi.json", "/asyncapi.json", "/docs"):
        assert client.get(path).status_code == 200
