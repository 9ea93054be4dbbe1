"""Stories of documents: what was given out once is given out again, to the byte."""

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from structlog.testing import capture_logs

from khata.adapters.pdf.typst_renderer import TypstRenderer
from khata.core.note_document import Document
from khata.core.statement_document import StatementDocument
from khata.ports.files import FilesAway
from khata.usecases.documents.give_out_document import GiveOutDocument, give_out_document
from khata.usecases.documents.mend_document import DocumentLost
from tests.scenarios.papers import (
    NextRelease,
    Shelf,
    by_hand,
    furnished,
    given,
    lose,
    now_set_by,
)
from tests.scenarios.shop import Shop
from tests.scenarios.world import World


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def shop(world: World, shelf: Shelf) -> Shop:
    world.engine = replace(world.engine, files=shelf)
    return furnished(world)


# What was given out


def test_a_copy_is_the_same_to_the_byte_in_the_next_release(shop: Shop, shelf: Shelf) -> None:
    invoice = by_hand(shop)
    first = given(shop, invoice)
    assert first.content is not None
    assert first.sha256 == hashlib.sha256(first.content).hexdigest()
    now_set_by(shop, NextRelease())
    assert given(shop, invoice) == first
    assert list(shelf.kept) == [f"{shop.tenant}/invoices/{invoice.id}/{first.sha256}.pdf"]


def test_a_new_logo_changes_no_copy_and_a_new_account_for_money_does(shop: Shop) -> None:
    invoice = by_hand(shop)
    first = given(shop, invoice)
    logo = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4="
    brand(shop, {"logo": logo})
    assert given(shop, invoice) == first
    brand(shop, {"upi_vpa": "chai@bank"})
    assert given(shop, invoice).sha256 != first.sha256  # money goes where it is to go today


def brand(shop: Shop, branding: dict[str, Any]) -> None:
    shop.rows(
        "update tenants set branding = branding || %(new)s::jsonb returning 1",
        new=json.dumps(branding),
    )


@pytest.mark.parametrize("end", ["is_voided", "is_written_off"])
def test_each_state_of_an_invoice_is_a_document_of_its_own(shop: Shop, end: str) -> None:
    invoice = by_hand(shop)
    open_one = given(shop, invoice)
    getattr(invoice, end)()
    ended = given(shop, invoice)
    assert ended.sha256 != open_one.sha256
    assert given(shop, invoice) == ended


def test_who_has_the_copy_is_not_sent_it_again(shop: Shop, shelf: Shelf) -> None:
    invoice = by_hand(shop)
    first = given(shop, invoice)
    shelf.is_away = True  # it is not even asked
    again = given(shop, invoice, has=frozenset({first.sha256}))
    assert (again.content, again.sha256) == (None, first.sha256)


def test_of_many_at_once_the_first_wins_and_all_give_out_its_bytes(
    shop: Shop, shelf: Shelf
) -> None:
    """Two releases serve side by side, and set the page differently."""
    invoice = by_hand(shop)
    both = Barrier(4)

    class Together:
        def __init__(self, real: Any) -> None:
            self._real = real

        def render(self, document: Document) -> bytes:
            both.wait(30)
            content: bytes = self._real.render(document)
            return content

        def statement(self, document: StatementDocument) -> bytes:
            raise AssertionError("nobody asked for a statement")

    engines = [
        replace(shop.world.engine, pdf=Together(real))
        for real in (TypstRenderer(), NextRelease(), TypstRenderer(), NextRelease())
    ]
    command = GiveOutDocument(shop.tenant, invoice.id, shop.world.now)
    with ThreadPoolExecutor(4) as threads:
        out = list(threads.map(lambda e: give_out_document(command, tools=e.tools), engines))
    assert len({one.content for one in out}) == 1
    assert shop.rows("select count(*) from documents") == [(1,)]
    assert given(shop, invoice) == out[0]


def test_nothing_is_given_out_that_is_not_kept(shop: Shop, shelf: Shelf) -> None:
    invoice = by_hand(shop)
    shelf.is_away = True
    with pytest.raises(FilesAway):
        given(shop, invoice)
    assert shop.rows("select count(*) from documents") == [(0,)]
    shelf.is_away = False
    assert given(shop, invoice).content


# What was spoiled


def change(shelf: Shelf) -> None:
    shelf.kept.update({key: content[:-1] for key, content in shelf.kept.items()})


def empty(shelf: Shelf) -> None:
    shelf.kept.update(dict.fromkeys(shelf.kept, b""))


Spoil = Callable[[Shelf], None]


@pytest.mark.parametrize("spoil", [lose, change, empty])
def test_a_spoiled_file_is_mended_where_it_comes_out_the_same(
    shop: Shop, shelf: Shelf, spoil: Spoil
) -> None:
    invoice = by_hand(shop)
    first = given(shop, invoice)
    spoil(shelf)
    with capture_logs() as logs:
        assert given(shop, invoice) == first
    assert [line["event"] for line in logs] == ["document_mended"]
    assert list(shelf.kept.values()) == [first.content]
    assert shop.parked == []


@pytest.mark.parametrize("spoil", [lose, change, empty])
def test_a_spoiled_file_that_comes_out_otherwise_is_given_out_by_nobody(
    shop: Shop, shelf: Shelf, spoil: Spoil
) -> None:
    invoice = by_hand(shop)
    first = given(shop, invoice)
    copy = dict(shelf.kept)
    spoil(shelf)
    now_set_by(shop, NextRelease())
    with capture_logs() as logs:
        for _ in range(2):
            with pytest.raises(DocumentLost, match=invoice.number):
                given(shop, invoice)
    assert {line["event"] for line in logs} == {"document_lost"}
    [(code, reason)] = shop.parked
    assert code == "document_lost"
    assert first.sha256 in reason
    assert f"{shop.tenant}/invoices/{invoice.id}/" in reason

    shelf.kept.update(copy)  # a person brings it back
    assert given(shop, invoice) == first


def test_a_person_who_has_no_copy_either_lets_another_take_its_place(
    shop: Shop, shelf: Shelf
) -> None:
    invoice = by_hand(shop)
    first = given(shop, invoice)
    lose(shelf)
    now_set_by(shop, NextRelease())
    with pytest.raises(DocumentLost):
        given(shop, invoice)
    shop.releases()
    shop.world.wait_until("2025-01-11")  # it is tried at once, not when somebody asks
    assert shop.parked == []
    assert shop.rows(
        "select sha256, replaced_at is not null from documents order by rendered_at, id"
    ) == [(first.sha256, True), (given(shop, invoice).sha256, False)]
    assert given(shop, invoice).sha256 != first.sha256


def test_what_is_found_again_is_not_replaced_though_a_person_would_let_it(
    shop: Shop, shelf: Shelf
) -> None:
    invoice = by_hand(shop)
    first = given(shop, invoice)
    copy = dict(shelf.kept)
    lose(shelf)
    now_set_by(shop, NextRelease())
    with pytest.raises(DocumentLost):
        given(shop, invoice)
    shelf.kept.update(copy)
    shop.releases()
    shop.world.wait_until("2025-01-11")
    assert given(shop, invoice) == first
