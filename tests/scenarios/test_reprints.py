"""Stories of reprints: names and addresses change, and no document that was issued before does.

CGST Rules 46, 49, 50, 51, 53: a document shows the parties as they were when it was issued.
"""

import re
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from khata.core.places import Address
from khata.core.tax.nature import Nature
from khata.usecases.documents.keep_document import GivenOut
from khata.usecases.selling.change_customer import ChangeCustomer, change_customer
from khata.usecases.selling.change_product import ChangeProduct, change_product
from khata.usecases.tenants.change_account import ChangeAccount, change_account
from tests.scenarios.customer import Customer
from tests.scenarios.issued import (
    Issue,
    abroad,
    at_home,
    bill_of_supply,
    billed,
    credit_note,
    debit_note,
    in_hindi,
    receipt_voucher,
    refund_voucher,
    reprint_of,
    to_a_special_zone,
    with_factur_x,
)
from tests.scenarios.papers import Shelf, lose
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, eur, inr, usd


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def shop(world: World, shelf: Shelf) -> Shop:
    world.engine = replace(world.engine, files=shelf)
    shop = world.shop(state="Karnataka", e_invoice_format="factur_x")
    shop.sells("Pro", at=[inr("1,000.00"), usd("50.00"), eur("89.99")])
    shop.sells("Relief", at=inr("500.00"), tax_nature=Nature.EXEMPT)
    shop.has_lut("AD29", begins="2025-04-01", ends="2026-03-31")
    shop.registers(signatory="Asha Rao")
    world.today_is("2025-06-10")
    return shop


# What changes after


def everybody_is_called_otherwise(shop: Shop) -> None:
    """The seller, its registration, each buyer and each product: name, address and all."""
    now, moved = shop.world.now, Address("9 Residency Road", None, "Mysuru", "570001")
    account = ChangeAccount(
        shop.tenant, now, {"name": "Kaapi House", "email": "new@kaapi.example", "address": moved}
    )
    change_account(account, db=shop.db, pdf=shop.world.engine.pdf)
    shop.registers(
        legal_name="Kaapi House Private Limited", trade_name="Kaapi", signatory="Ravi Rao"
    )
    for (id,) in shop.rows("select id from customers"):
        changes = ChangeCustomer(
            shop.tenant,
            id,
            now,
            {"name": "Somebody Else", "email": "else@example.com", "language": "ta"},
        )
        change_customer(changes, db=shop.db)
    for (id,) in shop.rows("select id from products"):
        product = ChangeProduct(shop.tenant, id, now, {"name": "Renamed", "tax_code": "998313"})
        change_product(product, db=shop.db)


@pytest.mark.parametrize(
    "issue",
    [
        at_home,
        in_hindi,
        to_a_special_zone,
        abroad,
        with_factur_x,
        bill_of_supply,
        credit_note,
        debit_note,
        receipt_voucher,
        refund_voucher,
    ],
)
def test_a_reprint_is_the_same_to_the_byte(shop: Shop, shelf: Shelf, issue: Issue) -> None:
    reprint = issue(shop)
    first = reprint()
    assert first.content is not None
    everybody_is_called_otherwise(shop)
    assert reprint() == first
    lose(shelf)  # nor does it lean on the kept file: it is set again from what was stored
    assert reprint() == first
    assert list(shelf.kept.values()) == [first.content]


def test_the_one_for_firma_carries_its_xml(shop: Shop) -> None:
    content = with_factur_x(shop)().content
    assert content is not None
    assert "factur-x.xml" in PdfReader(BytesIO(content)).attachments


def test_what_is_issued_after_shows_the_new_names(shop: Shop) -> None:
    """Else the stories above could not fail."""
    first = at_home(shop)()
    everybody_is_called_otherwise(shop)
    [(buyer,)] = shop.rows("select id from customers")
    after = billed(shop, Customer(shop, buyer))
    document = after.document
    assert (document.seller.name, document.buyer.name) == (
        "Kaapi House Private Limited",
        "Somebody Else",
    )
    assert reprint_of(shop, after.id)().sha256 != first.sha256


# Who signed


def text_of(file: GivenOut) -> str:
    assert file.content is not None
    pages = PdfReader(BytesIO(file.content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


@pytest.mark.parametrize("issue", [at_home, credit_note, debit_note, receipt_voucher])
def test_who_signed_stays_though_nobody_saw_it_before(shop: Shop, issue: Issue) -> None:
    reprint = issue(shop)
    everybody_is_called_otherwise(shop)  # before anything was given out: no file is kept yet
    text = text_of(reprint())
    assert "Asha Rao" in text
    assert "Ravi Rao" not in text


@pytest.mark.parametrize(("issue", "signed"), [(at_home, True), (credit_note, False)])
def test_what_is_older_than_that_is_set_as_it_was(shop: Shop, issue: Issue, signed: bool) -> None:
    """Their parties name nobody: an invoice shows who signs now, a note showed nobody ever."""
    reprint = issue(shop)
    shop.rows("update parties set facts = facts - 'signatory' returning 1")
    assert ("Asha Rao" in text_of(reprint())) is signed
