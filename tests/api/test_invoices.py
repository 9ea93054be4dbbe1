"""Invoices at the door: paid, marked, voided, written off, listed; payments and books after."""

from typing import Any

import pytest
from fastapi import FastAPI

from tests.api.recipes import BODIES, open_invoice, subscribed
from tests.api.seller import Seller, sign_up

TOTAL = 118_000  # 1,000.00 + CGST 90.00 + SGST 90.00, in paise


def refusal(answer: Any) -> tuple[int, str, str | None]:
    problem = answer.json()
    return answer.status_code, problem["code"], problem["param"]


def balances(seller: Seller) -> dict[str, int]:
    """Each ledger account's balance: debits are positive."""
    told = seller.get("/v1/ledger/trial_balance").json()
    assert told["debits"] == told["credits"]
    return {one["account"]: one["debit"] - one["credit"] for one in told["accounts"]}


def test_an_open_invoice_is_paid_by_the_card_on_file(seller: Seller) -> None:
    seller.one("payment_methods")
    invoice = open_invoice(seller)
    assert (invoice["status"], invoice["amount_due"]) == ("open", TOTAL)
    assert (invoice["issued_on"], invoice["due_on"]) == ("2026-01-31", "2026-02-15")
    path = f"/v1/invoices/{invoice['id']}"
    paid = seller.post(f"{path}/pay").json()
    assert (paid["status"], paid["amount_due"], paid["amount_paid"]) == ("paid", 0, TOTAL)
    assert paid["paid_at"] is not None
    assert refusal(seller.post(f"{path}/pay"))[:2] == (409, "invoice_not_owed")
    assert refusal(seller.post(f"{path}/void"))[:2] == (409, "not_voidable")
    assert refusal(seller.post(f"{path}/write_off"))[:2] == (409, "not_writable_off")


def test_a_decline_is_an_answer(seller: Seller) -> None:
    invoice = open_invoice(seller)
    card = {"customer": seller.id("customers"), "gateway": "fake", "token": "tok_declined"}
    method = seller.create("/v1/payment_methods", card)["id"]
    path = f"/v1/invoices/{invoice['id']}/pay"
    answer = seller.post(path, {"payment_method": method})
    assert (answer.status_code, answer.json()["status"]) == (200, "open")
    (payment,) = seller.get("/v1/payments", invoice=invoice["id"]).json()["data"]
    assert [attempt["status"] for attempt in payment["attempts"]] == ["failed"]


def test_without_a_way_to_pay_it_cannot_be_charged(seller: Seller) -> None:
    customer = seller.create("/v1/customers", BODIES["POST /v1/customers"](seller))["id"]
    made = subscribed(seller, customer=customer, collection_method="send_invoice")
    answer = seller.post(f"/v1/invoices/{made['latest_invoice']}/pay")
    assert refusal(answer) == (409, "cannot_be_charged", "payment_method")
    assert seller.get("/v1/payments").json()["data"] == []


def test_an_answer_that_was_lost_keeps_a_second_one_away(seller: Seller) -> None:
    invoice = open_invoice(seller)
    card = {"customer": seller.id("customers"), "gateway": "fake", "token": "tok_timeout"}
    method = {"payment_method": seller.create("/v1/payment_methods", card)["id"]}
    path = f"/v1/invoices/{invoice['id']}/pay"
    assert seller.post(path, method).json()["status"] == "open"
    assert refusal(seller.post(path, method))[:2] == (409, "payment_in_progress")
    (payment,) = seller.get("/v1/payments", status="processing").json()["data"]
    assert [attempt["status"] for attempt in payment["attempts"]] == ["unknown"]


def test_a_transfer_settles_it_and_the_books_say_bank(seller: Seller) -> None:
    invoice = open_invoice(seller)
    path = f"/v1/invoices/{invoice['id']}/mark_paid"
    body = {"method": "bank_transfer", "reference": "UTR HDFCN52026013112345678"}
    wrong = seller.post(path, body | {"amount": 0})
    assert refusal(wrong) == (422, "amount_differs", "amount")
    part = seller.post(path, body | {"amount": 50_000}).json()
    assert (part["status"], part["amount_paid"], part["amount_due"]) == (
        "open",
        50_000,
        TOTAL - 50_000,
    )
    paid = seller.post(path, body).json()
    assert (paid["status"], paid["amount_paid"]) == ("paid", TOTAL)
    payments = seller.get("/v1/payments", invoice=invoice["id"]).json()["data"]
    assert [one["amount"] for one in payments] == [TOTAL - 50_000, 50_000]
    (attempt,) = payments[0]["attempts"]
    assert (attempt["gateway"], attempt["reference"]) == ("bank_transfer", body["reference"])
    assert balances(seller)["bank"] == TOTAL
    assert balances(seller)["receivable"] == 0


def test_a_void_invoice_keeps_its_number_and_owes_nothing(seller: Seller) -> None:
    invoice = open_invoice(seller)
    void = seller.post(f"/v1/invoices/{invoice['id']}/void").json()
    assert (void["status"], void["number"]) == ("void", invoice["number"])
    assert (void["amount_due"], void["total"]) == (0, TOTAL)
    assert set(balances(seller).values()) == {0}
    again = open_invoice(seller)
    assert (invoice["number"], again["number"]) == ("INV/25-26/00001", "INV/25-26/00002")


def test_a_loss_is_booked_with_its_tax(seller: Seller) -> None:
    invoice = open_invoice(seller)
    lost = seller.post(f"/v1/invoices/{invoice['id']}/write_off").json()
    assert (lost["status"], lost["amount_due"]) == ("uncollectible", 0)
    assert lost["written_off_at"] is not None
    told = balances(seller)
    # written off on the first day of its period: nothing was delivered, the tax is lost
    assert (told["bad_debt"], told["receivable"], told["deferred_revenue"]) == (18_000, 0, 0)
    entries = seller.get("/v1/ledger/entries", kind="invoice_written_off").json()["data"]
    assert [(entry["source"], entry["postings"]) for entry in entries] == [
        (
            invoice["id"],
            [
                {"debit": debit, "credit": "receivable", "amount": amount, "currency": "INR"}
                for debit, amount in (("deferred_revenue", 100_000), ("bad_debt", 18_000))
            ],
        )
    ]
    assert seller.get(f"/v1/ledger/entries/{entries[0]['id']}").json() == entries[0]


def test_the_list_by_what_it_may_be_narrowed_by(seller: Seller) -> None:
    paid = subscribed(seller, payment_method=seller.id("payment_methods"))["latest_invoice"]
    owed = open_invoice(seller)

    def listed(**query: str) -> list[str]:
        return [one["id"] for one in seller.get("/v1/invoices", **query).json()["data"]]

    assert listed() == [owed["id"], paid]
    assert listed(status="paid") == [paid]
    assert listed(subscription=owed["subscription"]) == [owed["id"]]
    assert listed(customer=seller.id("customers")) == [owed["id"], paid]
    assert listed(number=owed["number"].lower()) == [owed["id"]]
    assert listed(**{"created[gte]": owed["created"]}) == [owed["id"]]
    assert listed(limit="1", starting_after=owed["id"]) == [paid]


def test_the_invoice_shows_its_parties_as_they_were(seller: Seller) -> None:
    invoice = open_invoice(seller)
    moved = {"name": "Asha & Co", "address": {"country": "IN", "state": "KA", "city": "Hubballi"}}
    assert seller.patch(f"/v1/customers/{seller.id('customers')}", moved).is_success
    buyer = seller.get(f"/v1/invoices/{invoice['id']}").json()["buyer"]
    assert (buyer["name"], buyer["address"]["city"]) == ("Asha Traders", "Mysuru")
    assert buyer == invoice["buyer"]


def test_the_hosted_link_names_the_tenant_and_a_secret(seller: Seller) -> None:
    first, second = open_invoice(seller)["hosted_url"], open_invoice(seller)["hosted_url"]
    tenant = seller.opened["test"]["tenant"]
    start, _, token = first.rpartition("/")
    assert start.endswith(f"/i/{tenant}")
    assert len(token) >= 22  # 128 bits and more, six a letter
    assert token != second.rpartition("/")[2]


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"method": "barter", "reference": "x"}, "unknown_value", "method"),
        ({"method": "cash", "reference": ""}, "text_too_short", "reference"),
        ({"method": "cash", "reference": "a\nb"}, "bad_text", "reference"),
        ({"method": "cash", "reference": "x" * 61}, "text_too_long", "reference"),
        ({"method": "cash", "reference": "x", "amount": -1}, "number_too_small", "amount"),
        ({"method": "cash", "reference": "x", "amount": 10**13 + 1}, "number_too_large", "amount"),
    ],
)
def test_what_no_transfer_is(body: dict[str, Any], code: str, param: str, standing: Seller) -> None:
    path = f"/v1/invoices/{standing.id('invoices')}"
    assert refusal(standing.post(f"{path}/mark_paid", body)) == (422, code, param)
    assert standing.get(path).json()["status"] == "open"


def test_the_recipients_gstin_stands_on_the_invoice_whatever_stands_before_it(
    seller: Seller,
) -> None:
    numbers = [
        {"type": "eu_vat", "value": "DE136695976"},
        {"type": "in_gst", "value": "29AABCR1718E1ZL"},
    ]
    seller.patch(f"/v1/customers/{seller.id('customers')}", {"tax_ids": numbers})
    buyer = open_invoice(seller)["buyer"]
    assert (buyer["tax_id_type"], buyer["tax_id"]) == ("in_gst", "29AABCR1718E1ZL")


def test_a_count_goes_on_when_only_the_padding_of_its_numbers_changes(seller: Seller) -> None:
    seller.post("/v1/test_clock", {"frozen_time": "2026-06-10T09:00:00+05:30"})
    (registration,) = seller.get("/v1/registrations").json()["data"]
    path = f"/v1/registrations/{registration['id']}"

    def number_under(pattern: str) -> str:
        assert seller.patch(path, {"series": {"invoice": pattern}}).is_success
        made: str = open_invoice(seller)["number"]
        return made

    numbers = [number_under(p) for p in ("INV/{fy}/{n}", "INV/{fy}/{n:05}", "INV/{fy}/{n:03}")]
    assert numbers == ["INV/26-27/1", "INV/26-27/00002", "INV/26-27/003"]
    clash = seller.patch(path, {"series": {"invoice": "INV/{fy}/0{n}"}})
    assert refusal(clash) == (409, "series_overlap", "series.invoice")


def test_outside_india_numbers_without_a_year_never_begin_again(app: FastAPI) -> None:
    away = sign_up(app, country="US", state="CA", timezone="UTC", currency="USD", gstin=None)
    (registration,) = away.get("/v1/registrations").json()["data"]
    path = f"/v1/registrations/{registration['id']}"
    assert away.patch(path, {"series": {"invoice": "INV-{n:06}"}}).is_success
    customer = away.create("/v1/customers", {"name": "Acme"})["id"]
    away.create("/v1/test_clock", {"frozen_time": "2026-12-10T09:00:00Z"})
    subscribed(away, customer=customer, collection_method="send_invoice")
    away.post("/v1/test_clock/advance", {"to": "2027-01-10T09:00:00Z"})
    invoices = away.get("/v1/invoices").json()["data"]
    assert [(one["issued_on"], one["number"]) for one in reversed(invoices)] == [
        ("2026-12-10", "INV-000001"),
        ("2027-01-10", "INV-000002"),
    ]
