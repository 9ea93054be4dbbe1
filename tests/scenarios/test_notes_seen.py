"""Stories of credit notes that customers see: the mail, the PDF, and the copies of it."""

import re
from dataclasses import replace
from io import BytesIO
from uuid import UUID

import pytest
from pypdf import PdfReader

from khata.core.credit_note import Settle
from khata.core.ids import new_id, public_id
from khata.db.reads.note_documents import note_document
from khata.settings import Settings
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.documents.give_out_note import GiveOutNote, give_out_note
from khata.usecases.documents.keep_document import GivenOut
from khata.usecases.documents.mend_document import DocumentLost
from tests.scenarios.invoice import Invoice
from tests.scenarios.money import inr
from tests.scenarios.papers import NextRelease, Postbox, Shelf, by_hand, lose, now_set_by
from tests.scenarios.shop import Shop
from tests.scenarios.world import World


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def shop(world: World, shelf: Shelf) -> Shop:
    world.engine = replace(world.engine, files=shelf)
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    shop.sells("Team", at=inr("2,500.00"))
    world.today_is("2025-04-01")
    return shop


def credited(shop: Shop, invoice: Invoice, settle: Settle = Settle.CREDIT_BALANCE) -> UUID:
    """Take back all that is left of an invoice."""
    id, now = new_id(shop.world.now), shop.world.now
    command = CreditInvoice(shop.tenant, id, now, invoice.id, "Service was down", settle=settle)
    credit_invoice(command, db=shop.db)
    return id


def given(shop: Shop, note: UUID, **how: frozenset[str]) -> GivenOut:
    return give_out_note(
        GiveOutNote(shop.tenant, note, shop.world.now, **how), tools=shop.world.engine.tools
    )


def text_of(file: GivenOut) -> str:
    assert file.content is not None
    pages = PdfReader(BytesIO(file.content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def test_an_upgrade_mails_the_credit_note_and_its_pdf_names_the_invoice(shop: Shop) -> None:
    asha = shop.customer("Asha", gstin="29AABCR1718E1ZL")
    pro = asha.subscribes_to("Pro")
    first = pro.invoices[0]
    shop.world.wait_until("2025-04-16")
    pro.changes_to("Team")
    shop.world.wait_until("2025-04-17")
    # 15 of 30 days of 1,000.00: 500.00 and twice 45.00 of tax
    said = asha.inbox.text_of("credit_note_issued")
    assert f"We have taken back ₹590.00 of invoice {first.number}" in said
    assert "₹590.00 is kept as your credit" in said
    assert "less." not in said  # nothing of it was still owed
    [(note,)] = shop.rows("select id from credit_notes")
    text = text_of(given(shop, note))
    for particular in (
        "TEST · not a credit note",
        "Credit note number CN/25-26/00001",
        "Date of issue 16 Apr 2025",
        f"Against invoice {first.number}",
        "Date of that invoice 1 Apr 2025",
        "29AABCR1718E1ZL",
        "16 Apr 2025 – 30 Apr 2025",
        "Taxable value credited ₹500.00",
        "CGST 9% ₹45.00",
        "Total credited ₹590.00",
        "Place of supply 29-Karnataka",
    ):
        assert particular in text, particular


def test_a_note_keeps_the_parties_as_the_invoice_had_them(shop: Shop) -> None:
    asha = shop.customer("Asha", state="Karnataka")
    asha.subscribes_to("Pro")
    asha.moves_to("MH")
    text = text_of(given(shop, credited(shop, asha.latest_invoice)))
    assert "Place of supply 29-Karnataka" in text
    assert "CGST 9% ₹90.00" in text
    assert "IGST" not in text


def test_what_was_owed_is_told_apart_from_what_is_given_back(shop: Shop) -> None:
    owing = shop.customer("Ravi", card=None)
    owing.subscribes_to("Pro", pays_by="transfer", days_to_pay=30)
    credited(shop, owing.latest_invoice)
    paid = shop.customer("Asha")
    paid.subscribes_to("Pro")
    credited(shop, paid.latest_invoice, Settle.REFUND)
    shop.world.wait_until("2025-04-02")
    said = owing.inbox.text_of("credit_note_issued")
    assert "The invoice asks for ₹1,180.00 less." in said
    assert "credit;" not in said
    said = paid.inbox.text_of("credit_note_issued")
    assert "₹1,180.00 is on its way back to you." in said
    assert "Service was down" in said


def test_who_has_no_address_gets_no_mail_and_the_note_stands(shop: Shop) -> None:
    asha = shop.customer("Asha")
    asha.subscribes_to("Pro")
    shop.rows("update customers set email = null returning 1")
    note = credited(shop, asha.latest_invoice)
    shop.world.wait_until("2025-04-02")
    assert "credit_note_issued" not in asha.inbox.kinds
    assert given(shop, note).number == "CN/25-26/00001"


def test_the_note_travels_with_its_mail_and_is_the_copy_that_is_kept(
    world: World, shop: Shop, shelf: Shelf
) -> None:
    postbox = Postbox()
    world.engine = replace(
        world.engine, mailer=postbox, settings=Settings(smtp_url="smtp://mail.example")
    )
    note = credited(shop, by_hand(shop))
    world.wait_until("2025-04-02")
    [letter] = [one for one in postbox.letters if "Credit note" in one.subject]
    [file] = letter.attachments
    assert file.filename == "CN-25-26-00001.pdf"
    assert file.content == given(shop, note).content
    name = f"{shop.tenant}/notes/{note}/"
    assert [key.startswith(name) for key in shelf.kept if "/notes/" in key] == [True]


def test_a_copy_is_the_same_to_the_byte_in_the_next_release(shop: Shop) -> None:
    note = credited(shop, by_hand(shop))
    first = given(shop, note)
    now_set_by(shop, NextRelease())
    assert given(shop, note) == first
    assert given(shop, note, has=frozenset({first.sha256})).content is None
    again = credited_again(shop)
    assert given(shop, again).sha256 != first.sha256
    assert shop.rows("select kind, version from documents order by id") == [
        ("credit_note", public_id("cn", note)),
        ("credit_note", public_id("cn", again)),
    ]


def credited_again(shop: Shop) -> UUID:
    return credited(shop, by_hand(shop, "Ravi"))


def test_a_note_that_is_lost_is_parked_and_let_be_replaced(shop: Shop, shelf: Shelf) -> None:
    note = credited(shop, by_hand(shop))
    first = given(shop, note)
    lose(shelf)
    now_set_by(shop, NextRelease())
    with pytest.raises(DocumentLost, match="CN/25-26/00001"):
        given(shop, note)
    [(code, reason)] = shop.parked
    assert code == "document_lost"
    assert first.sha256 in reason
    shop.releases()
    assert given(shop, note).sha256 != first.sha256


def test_the_document_adds_up_for_every_note(shop: Shop) -> None:
    """It could not be made else: see what it checks."""
    asha = shop.customer("Asha")
    pro = asha.subscribes_to("Pro")
    for day, plan in (("2025-04-06", "Team"), ("2025-04-11", "Pro"), ("2025-04-21", "Team")):
        shop.world.wait_until(day)
        pro.changes_to(plan, when="now")
    with shop.db.transaction(shop.tenant) as uow:
        notes = [id for (id,) in uow.connection.execute("select id from credit_notes order by id")]
        shown = [note_document(uow.connection, id)[1] for id in notes]
    assert [(one.subtotal, one.total) for one in shown] == [
        (net, total) for _, net, total in pro.credit_notes
    ]
