"""Debit notes, commercial notes, languages, and a month's documents, at the API's door."""

from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from fastapi import FastAPI

from tests.api.recipes import open_invoice
from tests.api.seller import Seller, sign_up


@pytest.fixture
def seller(app: FastAPI) -> Seller:
    return sign_up(app)


def raised(seller: Seller, invoice: dict[str, Any], amount: int) -> Any:
    lines = [{"line": invoice["lines"][0]["id"], "amount": amount}]
    body = {"invoice": invoice["id"], "lines": lines, "reason": "Two more seats"}
    return seller.post("/v1/debit_notes", body)


def test_a_debit_note_is_an_invoice_that_names_another(seller: Seller) -> None:
    invoice = open_invoice(seller)
    answer = raised(seller, invoice, 10_000)
    assert answer.status_code == 201, answer.text
    note = answer.json()
    assert (note["document_kind"], note["original_invoice"]) == ("debit_note", invoice["id"])
    assert (note["reason"], note["subtotal"]) == ("Two more seats", 10_000)
    assert note["number"].startswith("DN/")
    listed = seller.get("/v1/invoices", document_kind="debit_note").json()["data"]
    assert [one["id"] for one in listed] == [note["id"]]
    assert seller.get(f"/v1/invoices/{note['id']}/pdf").content.startswith(b"%PDF")
    refused = raised(seller, note, 100)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_debitable")
    assert raised(seller, invoice, 0).status_code == 422


def test_a_commercial_note_says_so(seller: Seller) -> None:
    invoice = open_invoice(seller)
    body = {"invoice": invoice["id"], "reason": "Goodwill", "commercial": True}
    note = seller.create("/v1/credit_notes", body)
    assert (note["treatment"], note["tax"], note["declare_by"]) == ("commercial", 0, None)
    assert note["number"].startswith("FN/")
    told = seller.post(f"/v1/credit_notes/{note['id']}/itc_reversal", {"status": "accepted"})
    assert told.status_code == 404  # it takes no tax back, so there is none to reverse


def test_a_customers_language_is_kept(seller: Seller) -> None:
    asha = seller.create("/v1/customers", {"name": "आशा", "language": "hi"})
    assert asha["language"] == "hi"
    changed = seller.patch(f"/v1/customers/{asha['id']}", {"language": None}).json()
    assert changed["language"] is None
    assert seller.post("/v1/customers", {"name": "A", "language": "xx"}).status_code == 422


def test_a_months_documents_are_the_copies_that_were_given_out(seller: Seller) -> None:
    invoice = open_invoice(seller)
    pdf = seller.get(f"/v1/invoices/{invoice['id']}/pdf").content
    month = date.fromisoformat(invoice["issued_on"]).strftime("%Y-%m")
    answer = seller.get("/v1/exports/documents", period=month)
    assert answer.headers["content-type"] == "application/zip"
    with ZipFile(BytesIO(answer.content)) as archive:
        names = archive.namelist()
        assert names == [f"invoice/{invoice['number'].replace('/', '-')}.pdf"]
        assert archive.read(names[0]) == pdf
    assert seller.get("/v1/exports/documents", period=month).content == answer.content
    empty = seller.get("/v1/exports/documents", period="2020-01").content
    assert ZipFile(BytesIO(empty)).namelist() == []
    assert seller.get("/v1/exports/documents", period="2026-13").status_code == 422
    assert seller.get("/v1/exports/documents").status_code == 200  # of last month


def test_a_registration_keeps_when_annual_returns_were_furnished(seller: Seller) -> None:
    (one,) = seller.get("/v1/registrations").json()["data"]
    path = f"/v1/registrations/{one['id']}"
    seller.patch(path, {"annual_returns": {"24-25": "2025-12-20"}})
    kept = seller.patch(path, {"annual_returns": {"25-26": "2026-11-12"}}).json()
    assert kept["annual_returns"] == {"24-25": "2025-12-20", "25-26": "2026-11-12"}
    bad = seller.patch(path, {"series": {"debit_note": one["series"]["invoice"]}})
    assert bad.json()["code"] == "series_overlap"
