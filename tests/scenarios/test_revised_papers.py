"""Revised invoices on paper, in Tally, abroad, free of tax, and asked for by two at once.

CGST Act s.31(3)(a); CGST Rules, rule 53(1), (2); IGST Act s.16(3).
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from khata.core.exports.tally.booked import vouchers_of
from khata.core.ids import new_id
from khata.core.note_treatment import CreditNoteTooLate
from khata.core.revised_invoice import NotRevisable
from khata.core.tax.nature import Nature
from khata.core.tax.parties import Lut
from khata.db.reads.booked_entries import booked_between
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from tests.scenarios.issued import reprint_of
from tests.scenarios.papers import Shelf
from tests.scenarios.revising import (
    BENGALURU,
    GSTIN,
    registers,
    registers_on,
    revised,
    without_a_number,
)
from tests.scenarios.shop import Shop
from tests.scenarios.test_particulars import plain, text_of
from tests.scenarios.world import World, inr, usd


@pytest.fixture
def shop(world: World) -> Shop:
    return without_a_number(world)


def test_its_pdf_says_what_rule_53_asks_for_and_stays_the_same(world: World, shop: Shop) -> None:
    world.engine = replace(world.engine, files=Shelf())
    world.wait_until("2025-06-10")
    asha = shop.customer("Asha Traders", gstin=BENGALURU)
    asha.subscribes_to("Pro")
    registers_on(world, shop, "2025-06-25", signatory="Asha Rao")
    now = revised(shop, asha.latest_invoice)
    reprint = reprint_of(shop, now.id)
    given = reprint()
    text = text_of(given)
    for clause, words in (
        ("53(1)(a) the words", "Revised Invoice"),
        ("53(1)(b) name, address and GSTIN", "Chai Point 27 Church Street Bengaluru 560001"),
        ("53(1)(b) GSTIN", f"GSTIN {GSTIN}"),
        ("53(1)(d) serial number", "Revised invoice number RI/25-26/00001"),
        ("53(1)(e) date of issue", "Date of issue 25 Jun 2025"),
        ("53(1)(f) the recipient", "Bill to Asha Traders Karnataka · State code 29"),
        ("53(1)(f) its GSTIN", BENGALURU),
        (
            "53(1)(h) the invoice",
            "Against invoice INV/25-26/00001 Date of that invoice 10 Jun 2025",
        ),
        ("46 value", "Subtotal ₹1,000.00"),
        ("46 rate and tax", "CGST 9% ₹90.00"),
        ("what was paid", "Paid (INV/25-26/00001) -₹1,000.00"),
        ("what is left", "Amount due ₹180.00"),
        ("why", "Registered under GST from 5 Jun 2025"),
        ("53(1)(j) signature", "For Chai Point Asha Rao Authorised signatory"),
    ):
        assert plain(words) in text, (clause, text)
    assert reprint().content == given.content


def test_its_mail_says_which_invoice_it_takes_the_place_of(world: World, shop: Shop) -> None:
    world.wait_until("2025-06-10")
    asha = shop.customer("Asha", gstin=BENGALURU, card=None)
    asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=30)
    asha.transfers(asha.latest_invoice)
    registers_on(world, shop, "2025-06-25")
    revised(shop, asha.latest_invoice)
    world.wait_until("2025-06-26")
    assert asha.inbox.last == "Invoice RI/25-26/00001 from Chai Point"
    said = " ".join(asha.inbox.last_text.split())
    for words in (
        "₹180.00 due on 25 Jul 2025",
        "It is a revised invoice: it takes the place of INV/25-26/00001, and bears the tax. "
        "Reason: Registered under GST from 5 Jun 2025. What you paid of that one pays this one.",
        "Takes the place of: INV/25-26/00001",
    ):
        assert words in said, said


def test_tally_has_it_as_a_sale_and_the_original_as_cancelled(world: World, shop: Shop) -> None:
    world.wait_until("2025-06-10")
    asha = shop.customer("Asha Traders", card=None)
    asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=30)
    asha.transfers(asha.latest_invoice)
    registers_on(world, shop, "2025-06-25")
    revised(shop, asha.latest_invoice)
    with shop.db.transaction(shop.tenant) as uow:
        booked = booked_between(uow.connection, first=date(2025, 6, 1), last=date(2025, 6, 30))
    cancelled, receipt, sale = vouchers_of(booked.entries)
    assert (cancelled.number, cancelled.cancelled) == ("INV/25-26/00001", True)
    party, bank = [(one.ledger, one.amount) for one in receipt.entries]
    assert (party, bank[1]) == (("Asha Traders", -100_000), 100_000)
    assert (sale.number, [(one.ledger, one.amount) for one in sale.entries]) == (
        "RI/25-26/00001",
        [
            ("Asha Traders", 118_000),
            ("Sales", -100_000),
            ("Output CGST", -9_000),
            ("Output SGST", -9_000),
        ],
    )


def test_an_export_of_that_time_bears_igst_where_no_letter_held(world: World, shop: Shop) -> None:
    """IGST Act s.16(3): 20.00 dollars without a letter; 18 % in it is 3.05."""
    shop.sells("World", at=usd("20.00"))
    world.wait_until("2025-06-10")
    jane = shop.customer("Jane", country="US", state=None, currency="USD")
    jane.subscribes_to("World")
    registers_on(world, shop, "2025-06-25")
    now = revised(shop, jane.latest_invoice, "inclusive")
    assert (now.taxes, now.total, now.paid) == (
        [("IGST", "18", 305)],
        usd("20.00"),
        usd("20.00"),
    )
    assert (now.kind, now.treatment) == ("export", "zero_rated_with_igst")


def test_under_a_letter_that_held_there_is_no_tax_to_ask_for(world: World, shop: Shop) -> None:
    shop.sells("World", at=usd("20.00"))
    world.wait_until("2025-06-10")
    jane = shop.customer("Jane", country="US", state=None, currency="USD")
    jane.subscribes_to("World")
    lut = Lut("AD290625001234X", date(2025, 6, 5), date(2026, 3, 31))
    registers_on(world, shop, "2025-06-25", lut=lut)
    now = revised(shop, jane.latest_invoice)
    assert (now.taxes, now.total, now.status) == ([("IGST", "18", 0)], usd("20.00"), "paid")
    assert now.treatment == "zero_rated_lut"


def test_what_is_exempt_is_not_revised(world: World, shop: Shop) -> None:
    """CGST Rules, rule 53(2): revised are invoices of taxable supplies."""
    shop.sells("Books", at=inr("500.00"), tax_nature=Nature.EXEMPT)
    world.wait_until("2025-06-10")
    asha = shop.customer("Asha")
    asha.subscribes_to("Books")
    registers_on(world, shop, "2025-06-25")
    with pytest.raises(NotRevisable, match="Nothing on INV/25-26/00001 bears tax"):
        revised(shop, asha.latest_invoice)


def test_on_reverse_charge_the_buyer_owes_the_tax(world: World, shop: Shop) -> None:
    shop.sells("Guards", at=inr("200.00"), reverse_charge=True)
    world.wait_until("2025-06-10")
    asha = shop.customer("Asha", gstin=BENGALURU)
    asha.subscribes_to("Guards")
    registers_on(world, shop, "2025-06-25")
    now = revised(shop, asha.latest_invoice)
    assert (now.treatment, now.total, now.status) == ("reverse_charge", inr("200.00"), "paid")


def test_of_two_who_revise_at_once_one_does(world: World, shop: Shop) -> None:
    world.wait_until("2025-06-10")
    asha = shop.customer("Asha")
    asha.subscribes_to("Pro")
    original = asha.latest_invoice
    registers_on(world, shop, "2025-06-25")

    def tries(_: int) -> str:
        try:
            return revised(shop, original).number
        except NotRevisable:
            return "no"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(tries, range(4))) == ["RI/25-26/00001", "no", "no", "no"]
    assert shop.balance("receivable") == inr("180.00")


def test_the_time_for_credit_notes_runs_from_the_supply(world: World) -> None:
    """CGST Act s.34(2): until 30 November after the year of the supply, which ended in March."""
    shop = without_a_number(world, "2025-03-28")
    asha = shop.customer("Asha", gstin=BENGALURU)
    asha.subscribes_to("Pro").is_canceled()
    world.wait_until("2025-04-02")
    certificate = {"effective_on": date(2025, 3, 20), "certificate_on": date(2025, 3, 30)}
    registers(shop, **certificate)
    now = revised(shop, asha.latest_invoice)
    assert now.number == "RI/25-26/00001"  # of the year in which it is issued
    world.wait_until("2025-12-01")
    with pytest.raises(CreditNoteTooLate, match="until 2025-11-30"):
        credit_invoice(
            CreditInvoice(shop.tenant, new_id(world.now), world.now, now.id, "Late"), db=shop.db
        )
