"""A shop bills a German business: the PDF carries its XML, and both stay as they were given out."""

from io import BytesIO
from uuid import UUID

import pikepdf
import pytest
from lxml import etree

from khata.core.credit_note import Settle
from khata.core.exports.en16931.categories import NoEuropeanVat
from khata.core.exports.en16931.from_document import InvoiceIsVoid
from khata.core.exports.en16931.profiles import Format
from khata.core.exports.en16931.rules import EuropeanRuleBroken
from khata.core.ids import new_id
from khata.core.places import Address
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.documents.give_out_document import GiveOutDocument, give_out_document
from khata.usecases.documents.give_out_note import GiveOutNote, give_out_note
from khata.usecases.documents.give_out_xml import GiveOutXml, give_out_xml
from khata.usecases.selling.change_customer import ChangeCustomer, change_customer
from khata.usecases.tenants.change_account import ChangeAccount, change_account
from tests.golden.en16931.official import found_wrong
from tests.scenarios.customer import Customer
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, eur, inr

GERMAN_ID = "DE136695976"


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop(state="Karnataka", e_invoice_format="factur_x")
    shop.sells("Pro", at=[inr("999.99"), eur("89.99")])
    shop.has_lut("AD29", begins="2025-04-01", ends="2026-03-31")
    return shop


def firm(world: World, shop: Shop) -> Customer:
    """A German business with an address, whose number its register has confirmed."""
    world.today_is("2025-06-01")
    known = shop.customer("Firma", state=None, country="DE", currency="EUR", vat_id=GERMAN_ID)
    changes = ChangeCustomer(
        shop.tenant,
        known.id,
        world.now,
        {
            "address": Address("Lindenstraße 1", None, "Berlin", "10969"),
            "metadata": {"buyer_reference": "PO-4711", "tier": "gold"},
        },
    )
    change_customer(changes, db=shop.db)
    world.wait_until("2025-06-02")
    known.subscribes_to("Pro")
    return known


def pdf_of(shop: Shop, invoice: UUID) -> bytes:
    command = GiveOutDocument(shop.tenant, invoice, shop.world.now)
    content = give_out_document(command, tools=shop.world.engine.tools).content
    assert content is not None
    return content


def xml_of(shop: Shop, id: UUID, format: Format, *, is_note: bool = False) -> bytes:
    command = GiveOutXml(shop.tenant, id, format, is_note)
    return give_out_xml(command, tools=shop.world.engine.tools).content


def carried(pdf: bytes) -> bytes | None:
    with pikepdf.open(BytesIO(pdf)) as opened:
        if "factur-x.xml" not in opened.attachments:
            return None
        return opened.attachments["factur-x.xml"].get_file().read_bytes()


def test_the_pdf_for_a_business_carries_the_xml_that_is_asked_for(world: World, shop: Shop) -> None:
    invoice = firm(world, shop).latest_invoice
    inside = carried(pdf_of(shop, invoice.id))
    assert inside is not None
    assert inside == xml_of(shop, invoice.id, Format.CII)
    assert found_wrong(inside, Format.CII) == []
    tree = etree.fromstring(inside)
    # Directive 2006/112/EC art. 196: 89.99 and no VAT; paid by the card on file
    assert tree.findtext(".//{*}GrandTotalAmount") == "89.99"
    assert tree.findtext(".//{*}DuePayableAmount") == "0.00"
    assert (
        tree.findtext(".//{*}ApplicableHeaderTradeSettlement/{*}ApplicableTradeTax/{*}CategoryCode")
        == "AE"
    )
    assert tree.findtext(".//{*}BuyerReference") == "PO-4711"
    numbers = [one.text for one in tree.iterfind(".//{*}SpecifiedTaxRegistration/{*}ID")]
    assert numbers[1:] == [GERMAN_ID]  # BT-48; the seller's GSTIN before it is BT-32


def test_what_was_given_out_stays_as_it_was(world: World, shop: Shop) -> None:
    invoice = firm(world, shop).latest_invoice
    first = pdf_of(shop, invoice.id)
    assert pdf_of(shop, invoice.id) == first
    chosen = ChangeAccount(shop.tenant, world.now, {"policies": {"e_invoice_format": "none"}})
    change_account(chosen, db=shop.db, pdf=world.engine.pdf)
    assert carried(pdf_of(shop, invoice.id)) is None
    chosen = ChangeAccount(shop.tenant, world.now, {"policies": {"e_invoice_format": "factur_x"}})
    change_account(chosen, db=shop.db, pdf=world.engine.pdf)
    assert pdf_of(shop, invoice.id) == first


def test_a_credit_note_carries_its_own(world: World, shop: Shop) -> None:
    invoice = firm(world, shop).latest_invoice
    note = new_id(world.now)
    command = CreditInvoice(
        shop.tenant, note, world.now, invoice.id, "A mistake", settle=Settle.CREDIT_BALANCE
    )
    credit_invoice(command, db=shop.db)
    given = give_out_note(GiveOutNote(shop.tenant, note, world.now), tools=world.engine.tools)
    assert given.content is not None
    inside = carried(given.content)
    assert inside is not None
    assert found_wrong(inside, Format.CII) == []
    tree = etree.fromstring(inside)
    assert tree.findtext(".//{*}ExchangedDocument/{*}TypeCode") == "381"
    assert tree.findtext(".//{*}InvoiceReferencedDocument/{*}IssuerAssignedID") == invoice.number
    ubl = xml_of(shop, note, Format.UBL, is_note=True)
    assert found_wrong(ubl, Format.UBL) == []


def test_a_consumer_and_a_customer_at_home_get_plain_pdfs(world: World, shop: Shop) -> None:
    world.today_is("2025-06-01")
    asha = shop.customer("Asha")
    asha.subscribes_to("Pro")
    assert carried(pdf_of(shop, asha.latest_invoice.id)) is None
    with pytest.raises(NoEuropeanVat, match="CGST, SGST"):
        xml_of(shop, asha.latest_invoice.id, Format.CII)


def test_what_breaks_a_rule_of_the_network_is_named(world: World, shop: Shop) -> None:
    invoice = firm(world, shop).latest_invoice
    with pytest.raises(EuropeanRuleBroken, match="PEPPOL-EN16931-R020"):
        xml_of(shop, invoice.id, Format.PEPPOL)
    with pytest.raises(EuropeanRuleBroken, match="BR-DE-6"):
        xml_of(shop, invoice.id, Format.XRECHNUNG)
    phone = {"phone": "+91 80 1234 5678"}
    called = ChangeAccount(shop.tenant, world.now, {"branding": phone})
    change_account(called, db=shop.db, pdf=world.engine.pdf)
    german = xml_of(shop, invoice.id, Format.XRECHNUNG)
    assert found_wrong(german, Format.XRECHNUNG) == []


def test_a_void_invoice_is_not_given_out_as_xml(world: World, shop: Shop) -> None:
    world.today_is("2025-06-01")
    known = shop.customer("Klaus", state=None, country="DE", currency="EUR", card=None)
    known.subscribes_to("Pro")
    invoice = known.latest_invoice
    invoice.is_voided()
    with pytest.raises(InvoiceIsVoid):
        xml_of(shop, invoice.id, Format.UBL)
