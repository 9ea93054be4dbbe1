"""What is billed once and is exempt, or taxed on reverse charge: on every paper that tells of it.

Amounts by hand: 18 % of 5,000.00 is 900.00, which the buyer pays to the state itself.
Source: CGST Act s.9(3), s.31(3)(c); rules 46(p), 49; Notification 13/2017-CTR.
"""

import json
from datetime import date
from fractions import Fraction

import pytest

from khata.core.exports.inv01 import inv01
from khata.core.exports.tally.booked import vouchers_of
from khata.core.ids import new_id
from khata.core.places import Address
from khata.core.tax.nature import BadTaxNature, Nature
from khata.core.tax.rate_table import Rate, UnknownTaxCode
from khata.db.reads.booked_entries import booked_between
from khata.db.reads.tax_documents import tax_document_of_invoice
from khata.usecases.taxes.add_tax_rate import AddTaxRate, add_tax_rate
from tests.golden.test_invoice_pdf import text_of
from tests.scenarios.customer import Customer
from tests.scenarios.filing import blocking, the_return
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr

BENGALURU = "29AABCR1718E1ZL"
ADVICE = "998212"  # legal advisory, of advocates: serial 2 of the notification


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop("Chai Point", state="Karnataka")
    shop.sells("Pro", at=inr("1,000.00"))
    world.today_is("2025-06-01")
    rate = Rate(
        ADVICE,
        Fraction(18),
        date(2017, 7, 1),
        None,
        "Of advocates, to business entities",
        "Notf. 11/2017-CTR, serial 21",
    )
    add_tax_rate(AddTaxRate(shop.tenant, new_id(world.now), world.now, rate), db=shop.db)
    return shop


@pytest.fixture
def asha(shop: Shop) -> Customer:
    return shop.customer(
        "Asha Traders",
        gstin=BENGALURU,
        address=Address("1 MG Road", city="Bengaluru", postal_code="560001"),
    )


def advised(buyer: Customer) -> None:
    buyer.owes_once("Legal advice", inr("5,000.00"), now=True, tax_code=ADVICE, reverse_charge=True)


def test_of_legal_advice_the_buyer_owes_the_tax_on_every_paper(
    world: World, shop: Shop, asha: Customer
) -> None:
    advised(asha)
    invoice = asha.latest_invoice
    assert (invoice.number, invoice.total, invoice.treatment) == (
        "INV/25-26/00001",
        inr("5,000.00"),
        "reverse_charge",
    )
    assert invoice.document.reverse_charge
    assert "Reverse charge Yes, tax is payable by the recipient" in text_of(invoice.document)
    with shop.db.transaction(shop.tenant) as uow:
        document = tax_document_of_invoice(uow.connection, invoice.id)
        booked = booked_between(uow.connection, first=date(2025, 6, 1), last=date(2025, 6, 30))
    assert document is not None
    [line] = document.lines
    assert (line.taxable, line.cgst, line.sgst) == (500_000, 45_000, 45_000)
    form = inv01(document)
    assert form["TranDtls"]["RegRev"] == "Y"
    assert form["ValDtls"]["TotInvVal"] == 5000
    sale = vouchers_of(booked.entries)[0]
    assert [(one.ledger, one.amount) for one in sale.entries] == [
        ("Asha Traders", 500_000),
        ("Sales", -500_000),
    ]
    world.wait_until("2025-07-01")
    told = the_return(shop, "2025-06")
    assert blocking(told) == []
    [firm] = json.loads(told.gstr1.text())["b2b"]
    [listed] = firm["inv"]
    assert (listed["rchrg"], listed["val"]) == ("Y", 5000)
    assert shop.books_balance()


def test_a_consumer_pays_the_tax_of_it_to_the_seller(shop: Shop) -> None:
    """The notification names business entities and bodies corporate as recipients."""
    meena = shop.customer("Meena")
    advised(meena)
    assert meena.latest_invoice.total == inr("5,900.00")


@pytest.mark.parametrize("nature", [Nature.EXEMPT, Nature.NIL_RATED, Nature.NON_GST])
def test_what_bears_no_tax_is_a_bill_of_supply(shop: Shop, asha: Customer, nature: Nature) -> None:
    asha.owes_once("Course", inr("500.00"), now=True, tax_code="999293", tax_nature=nature)
    bill = asha.latest_invoice
    assert (bill.number, bill.total) == ("BS/25-26/00001", inr("500.00"))
    told = shop.rows("select tax_nature from invoice_lines")
    assert [tuple(row) for row in told] == [(nature.value,)]


def test_an_exempt_item_waits_and_stands_beside_taxed_lines(
    world: World, shop: Shop, asha: Customer
) -> None:
    """Rule 46A: one invoice-cum-bill; 18 % of 1,000.00 only."""
    asha.subscribes_to("Pro")
    asha.owes_once("Course", inr("500.00"), tax_code="999293", tax_nature=Nature.EXEMPT)
    world.wait_until("2025-07-01")
    assert asha.latest_invoice.total == inr("1,680.00")


def test_what_is_on_reverse_charge_and_what_is_not_wait_for_two_invoices(
    world: World, shop: Shop, asha: Customer
) -> None:
    asha.subscribes_to("Pro")
    asha.owes_once("Legal advice", inr("5,000.00"), tax_code=ADVICE, reverse_charge=True)
    world.wait_until("2025-07-01")
    [(code, reason)] = shop.parked
    assert code == "reverse_charge_mixed"
    assert "rule 46(p)" in reason
    assert shop.numbers == ["INV/25-26/00001"]


def test_what_is_free_of_tax_cannot_be_on_reverse_charge(shop: Shop, asha: Customer) -> None:
    with pytest.raises(BadTaxNature, match="exempt bears no tax"):
        asha.owes_once(
            "Course", inr("500.00"), now=True, tax_nature=Nature.EXEMPT, reverse_charge=True
        )
    with pytest.raises(UnknownTaxCode):
        asha.owes_once("Guards", inr("500.00"), now=True, tax_code="9a", reverse_charge=True)
    assert shop.invoices == []
    assert shop.rows("select 1 from invoice_items") == []
