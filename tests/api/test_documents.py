"""The PDF at the API's door: its tag, copies that are there already, and a store that is away."""

from typing import Any

import pytest

from khata.api.entity_tags import seals
from khata.db.transaction import Database
from khata.ports.files import FilesAway
from khata.usecases.due_work.do_due_work import DoDueWork, do_due_work
from khata.wiring import Engine
from tests.api.seller import Seller

A, B = "a" * 64, "0123456789abcdef" * 4


@pytest.fixture
def path(seller: Seller) -> str:
    return f"/v1/invoices/{seller.id('invoices')}/pdf"


@pytest.fixture
def away(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise FilesAway("https://bucket.example: 403 for key AKIA…")

    monkeypatch.setattr(type(engine.files), "get", refuse)
    monkeypatch.setattr(type(engine.files), "put", refuse)


def asked(seller: Seller, path: str, tag: str | None = None) -> Any:
    headers = {} if tag is None else {"If-None-Match": tag}
    return seller.ask("GET", path, headers=headers)


def test_a_pdf_has_the_tag_of_its_bytes_and_stays_as_it_is(seller: Seller, path: str) -> None:
    first, second = asked(seller, path), asked(seller, path)
    assert first.status_code == 200
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]
    assert first.headers["content-disposition"].startswith('inline; filename="INV-')


@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', '"' + A + '",{}'])
def test_who_has_the_copy_is_told_so(seller: Seller, path: str, form: str) -> None:
    tag = asked(seller, path).headers["etag"]
    answer = asked(seller, path, form.format(tag))
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == tag


@pytest.mark.parametrize("tag", ["*", f'"{A}"', A, '"', "", "naïve".encode("latin-1")])
def test_who_has_another_or_none_is_sent_it(seller: Seller, path: str, tag: Any) -> None:
    answer = asked(seller, path, tag)
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")


def test_a_copy_of_an_invoice_that_was_voided_since_is_another(seller: Seller) -> None:
    invoice = seller.id("invoices")
    tag = asked(seller, f"/v1/invoices/{invoice}/pdf").headers["etag"]
    assert seller.post(f"/v1/invoices/{invoice}/void").status_code == 200
    answer = asked(seller, f"/v1/invoices/{invoice}/pdf", tag)
    assert answer.status_code == 200
    assert answer.headers["etag"] != tag


def test_a_store_that_is_away_is_told_and_nothing_of_it(
    seller: Seller, path: str, away: None
) -> None:
    answer = asked(seller, path)
    assert (answer.status_code, answer.json()["code"]) == (503, "files_away")
    assert answer.headers["retry-after"] == "1"
    assert "bucket" not in answer.text


def test_a_document_that_is_lost_is_told_with_a_sentence_and_parked(
    seller: Seller, path: str, db: Database
) -> None:
    tag = asked(seller, path).headers["etag"]
    with db.transaction(seller.tenant) as uow:
        uow.connection.execute("update documents set sha256 = %s", [B])
    answer = asked(seller, path, tag)
    assert (answer.status_code, answer.json()["code"]) == (409, "document_lost")
    [parked] = seller.get("/v1/parked").json()["data"]
    assert (parked["kind"], parked["code"]) == ("document", "document_lost")
    assert parked["subject"].startswith("doc_")
    assert B in parked["reason"]
    released = seller.post(f"/v1/parked/{parked['id']}/release")
    assert released.status_code == 200
    assert asked(seller, path).headers["etag"] == tag  # set anew: a person let it


def test_a_credit_note_has_a_pdf_that_its_mail_names(
    engine: Engine, seller: Seller, standing: Seller
) -> None:
    body = {"invoice": seller.id("invoices"), "reason": "Service was down"}
    note = seller.create("/v1/credit_notes", body)
    path = f"/v1/credit_notes/{note['id']}/pdf"
    first = asked(seller, path)
    assert (first.status_code, first.content[:5]) == (200, b"%PDF-")
    assert first.headers["content-disposition"] == 'inline; filename="CN-25-26-00001.pdf"'
    assert asked(seller, path, first.headers["etag"]).status_code == 304
    assert asked(standing, path).status_code == 404
    do_due_work(DoDueWork(seller.tenant, engine.clock.now()), tools=engine.tools)
    [mail] = seller.get("/v1/mails", kind="credit_note_issued").json()["data"]
    assert mail["credit_note"] == note["id"]
    assert [file["url"] for file in mail["attachments"]] == [path]


def test_an_invoice_of_others_has_no_pdf(standing: Seller, path: str) -> None:
    answer = asked(standing, path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, set()),
        ("", set()),
        ("*", set()),
        (f'"{A}"', {A}),
        (f'W/"{A}", "{B}"', {A, B}),
        (f'"{A[:-1]}"', set()),
        (f'"{A.upper()}"', set()),
    ],
)
def test_tags_are_read(header: str | None, found: set[str]) -> None:
    assert seals(header) == found
