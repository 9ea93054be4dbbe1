"""Stories of debit notes: they raise an invoice, and are owed as one. CGST Act s.34(3), rule 53."""

import re
from collections.abc import Sequence
from io import BytesIO
from uuid import UUID

import pytest
from pypdf import PdfReader

from khata.core.debit_note import NotDebitable
from khata.core.exports.tax_document import DocumentKind
from khata.core.ids import new_id
from khata.core.refusal import NotFound
from khata.db.reads.numbers_used import numbers_used
from khata.db.reads.tax_documents import tax_document_of_invoice
from khata.usecases.debit_notes.raise_invoice import RaiseInvoice, raise_invoice
from khata.usecases.documents.give_out_document import GiveOutDocument, give_out_document
from tests.scenarios.invoice import Invoice, lines_of
from tests.scenarios.money import inr
from tests.scenarios.papers import by_hand
from tests.scenarios.shop import Shop
from tests.scenarios.world import World


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop(state="Karnataka")
    shop.sells("Pro", at=inr("1,000.00"))
    world.today_is("2025-06-01")
    return shop


def raised(
    shop: Shop, invoice: Invoice, amount: int, lines: Sequence[UUID] | None = None
) -> Invoice:
    id = new_id(shop.world.now)
    wanted = [(line, amount) for line in lines or lines_of(shop, invoice)]
    command = RaiseInvoice(shop.tenant, id, shop.world.now, invoice.id, "Two more seats", wanted)
    raise_invoice(command, db=shop.db)
    return next(one for one in shop.invoices if one.id == id)


def test_it_is_taxed_as_the_original_after_the_customer_moved(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha", card=None)
    asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=30)
    original = asha.latest_invoice
    asha.moves_to("MH")
    world.wait_until("2025-06-20")

    note = raised(shop, original, 25_050)
    assert note.number == "DN/25-26/00001"
    # 250.50: 9 % is 22.545, so 22.55 each; 250.50 + 45.10 = 295.60
    assert note.taxes == [("CGST", "9", 2_255), ("SGST", "9", 2_255)]
    assert (note.total, note.status, note.place) == (inr("295.60"), "open", "29")
    assert note.issued_on == "2025-06-20"
    assert note.entries == [
        ("invoice_issued", "receivable", "deferred_revenue", 25_050),
        ("invoice_issued", "receivable", "cgst_payable", 2_255),
        ("invoice_issued", "receivable", "sgst_payable", 2_255),
    ]


def test_it_is_charged_to_the_card_on_file(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    asha.subscribes_to("Pro")
    note = raised(shop, asha.latest_invoice, 10_000)
    world.wait_until("2025-06-02")
    paid = next(one for one in shop.invoices if one.id == note.id)
    assert (paid.status, paid.paid) == ("paid", inr("118.00"))


def test_it_is_named_in_the_return_with_its_original(world: World, shop: Shop) -> None:
    original = by_hand(shop)
    note = raised(shop, original, 10_000)
    with shop.db.transaction(shop.tenant) as uow:
        told = tax_document_of_invoice(uow.connection, note.id)
        registration = uow.sellers.default().id
        today = world.now.date()
        used = numbers_used(uow.connection, registration, first=today, last=today)
    assert told is not None
    assert told.original is not None
    assert (told.kind, told.reason) == (DocumentKind.DEBIT_NOTE, "Two more seats")
    assert (told.original.number, told.original.kind) == ("INV/25-26/00001", DocumentKind.INVOICE)
    assert {(one.kind, one.first, one.count) for one in used} == {
        (DocumentKind.INVOICE, "INV/25-26/00001", 1),
        (DocumentKind.DEBIT_NOTE, "DN/25-26/00001", 1),
    }


def test_its_pdf_says_what_rule_53_asks_for_and_stays_the_same(world: World, shop: Shop) -> None:
    note = raised(shop, by_hand(shop), 10_000)
    tools = world.engine.tools
    give = GiveOutDocument(shop.tenant, note.id, world.now)
    file = give_out_document(give, tools=tools)
    assert file.content is not None
    pages = PdfReader(BytesIO(file.content)).pages
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
    for particular in (
        "Debit Note",
        "Debit note number DN/25-26/00001",
        "Against invoice INV/25-26/00001",
        "Date of that invoice 1 Jun 2025",
        "CGST 9% ₹9.00",
        "Reason Two more seats",
    ):
        assert particular in text, particular
    shop.sells("Other", at=inr("1.00"))  # what is on the shelf since changes nothing
    assert give_out_document(give, tools=tools).content == file.content


def test_what_cannot_be_raised(world: World, shop: Shop) -> None:
    original = by_hand(shop)
    note = raised(shop, original, 10_000)
    with pytest.raises(NotDebitable, match="is a debit note itself"):
        raised(shop, note, 100)
    with pytest.raises(NotFound, match="invoice line"):
        raised(shop, original, 100, lines_of(shop, note))
    other = by_hand(shop, "Kavya")
    other.is_voided()
    with pytest.raises(NotDebitable, match="is void"):
        raised(shop, other, 100)
