"""Advances in returns: tables 11A and 11B, what is given back, another registration, dollars.

The law: form GSTR-1, table 11; CGST Act s.31(3)(e), s.25(4); CGST Rules 34, 50, 51.
"""

from datetime import date
from decimal import Decimal

import pytest

from khata.core.exports.gstr1.entries import entries_of
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.tax_document import DocumentKind, TaxDocument
from khata.core.ids import new_id
from khata.core.places import Address
from khata.core.tax.gstin import check_character
from khata.core.tax.rupees import ExchangeRate
from khata.db.reads.numbers_used import numbers_used
from khata.db.reads.tax_documents import tax_documents
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.selling.create_registration import CreateRegistration, create_registration
from khata.usecases.taxes.add_exchange_rate import AddExchangeRate, add_exchange_rate
from khata.usecases.wallets.refund_advance import (
    AdvanceNotRefundable,
    RefundAdvance,
    refund_advance,
)
from tests.scenarios.customer import Customer
from tests.scenarios.funds import Wallet
from tests.scenarios.money import usd
from tests.scenarios.shop import Shop
from tests.scenarios.vouchers import HEADS, SAAS, owed, vouchers
from tests.scenarios.world import World, inr


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop("Chai Point", state="Karnataka")
    shop.sells("Half", at=[inr("500.00"), usd("50.00")])
    shop.sells("Pro", at=inr("1,000.00"))
    shop.sells("Big", at=inr("2,000.00"))
    world.today_is("2025-06-10")
    return shop


@pytest.fixture
def asha(shop: Shop) -> Customer:
    return shop.customer("Asha", gstin="29AABCR1718E1ZL")


JUNE = {"first": date(2025, 6, 1), "last": date(2025, 6, 30)}
JULY = {"first": date(2025, 7, 1), "last": date(2025, 7, 31)}


def documents(shop: Shop, days: dict[str, date]) -> list[TaxDocument]:
    with shop.db.transaction(shop.tenant) as uow:
        return tax_documents(uow.connection, uow.sellers.default().id, **days)


def numbers(shop: Shop, days: dict[str, date]) -> list[tuple[str, str, str, int]]:
    with shop.db.transaction(shop.tenant) as uow:
        used = numbers_used(uow.connection, uow.sellers.default().id, **days)
    return [(one.kind.value, one.first, one.last, one.count) for one in used]


def of_return(shop: Shop, month: str, days: dict[str, date]) -> list[tuple[str, str, int, int]]:
    """Each entry of the return: its table, its document, and its signed value and tax."""
    period = ReturnPeriod.of(date.fromisoformat(f"{month}-01"))
    return [
        (
            entry.section.value,
            entry.document.number,
            entry.signed.taxable,
            entry.signed.cgst + entry.signed.sgst + entry.signed.igst,
        )
        for entry in entries_of(documents(shop, days), period=period)
    ]


def test_an_advance_of_june_invoiced_in_july_is_in_both_returns(
    shop: Shop, asha: Customer, world: World
) -> None:
    """GSTR-1: table 11A of June has 1,000.00 and 180.00; 11B of July takes 500.00 and 90.00 off."""
    Wallet.opened(asha, tax_code=SAAS).gets(inr("1,180.00"))
    world.wait_until("2025-07-02")
    asha.subscribes_to("Half")
    [voucher] = documents(shop, JUNE)
    assert (voucher.kind, voucher.number) == (DocumentKind.RECEIPT_VOUCHER, "RV/25-26/00001")
    [line] = voucher.lines
    assert (line.taxable, line.rate, line.cgst, line.sgst) == (100_000, Decimal(18), 9000, 9000)
    assert (line.tax_code, voucher.total, voucher.place_code) == (SAAS, 118_000, "29")
    assert of_return(shop, "2025-06", JUNE) == [("at", "RV/25-26/00001", 100_000, 18_000)]
    [invoice] = documents(shop, JULY)
    [taken] = invoice.advances
    assert (taken.voucher_id, taken.received_on) == (voucher.id, date(2025, 6, 10))
    assert (taken.net, taken.cgst, taken.sgst, taken.rate) == (50_000, 4500, 4500, Decimal(18))
    assert of_return(shop, "2025-07", JULY) == [
        ("b2b", "INV/25-26/00001", 50_000, 9000),
        ("txpd", "INV/25-26/00001", 50_000, 9000),
    ]
    assert numbers(shop, JUNE) == [("receipt_voucher", "RV/25-26/00001", "RV/25-26/00001", 1)]
    assert numbers(shop, JULY) == [("invoice", "INV/25-26/00001", "INV/25-26/00001", 1)]
    # What the ledger owes of June and July together: 90.00 of each head, as the returns do.
    assert owed(shop, *HEADS) == [9000, 9000, 0]


def test_an_advance_invoiced_in_its_own_month_is_told_as_the_rest(
    shop: Shop, asha: Customer
) -> None:
    """Table 11A: received and not invoiced in the month: 1,000.00 less 500.00."""
    Wallet.opened(asha, tax_code=SAAS).gets(inr("1,180.00"))
    asha.subscribes_to("Half")
    told = of_return(shop, "2025-06", JUNE)
    assert sum(value for section, _, value, _ in told if section == "at") == 50_000
    assert sum(tax for section, _, _, tax in told if section == "at") == 9000
    assert [one for one in told if one[0] == "txpd"] == []


def test_what_is_given_back_lowers_the_month(shop: Shop, asha: Customer) -> None:
    """Rule 51: 590.00 of 1,180.00; the refund voucher goes back to the receipt voucher."""
    wallet = Wallet.opened(asha, tax_code=SAAS)
    wallet.gets(inr("1,180.00"))
    gives_back(shop, 59_000)
    assert wallet.balance == 59_000
    received, returned = documents(shop, JUNE)
    assert (returned.kind, returned.number) == (DocumentKind.REFUND_VOUCHER, "RF/25-26/00001")
    assert returned.original is not None
    assert (returned.original.id, returned.original.number) == (received.id, "RV/25-26/00001")
    told = of_return(shop, "2025-06", JUNE)
    assert [(section, value) for section, _, value, _ in told] == [("at", -50_000), ("at", 100_000)]
    assert owed(shop, *HEADS, "advance_tax") == [4500, 4500, 0, -9000]
    assert owed(shop, "customer_credit", "wallet_paid") == [59_000, 59_000]
    assert {kind for kind, *_ in numbers(shop, JUNE)} == {"receipt_voucher", "refund_voucher"}


def gives_back(shop: Shop, amount: int) -> None:
    [(voucher,)] = shop.rows("select id from vouchers where kind = 'receipt_voucher'")
    at = shop.world.now
    refund_advance(
        RefundAdvance(shop.tenant, new_id(at), at, voucher, amount, "Not needed"), db=shop.db
    )


def test_a_refund_is_sent_the_way_the_money_came(shop: Shop, asha: Customer, world: World) -> None:
    Wallet.opened(asha, tax_code=SAAS).gets(inr("1,180.00"))
    gives_back(shop, 118_000)
    world.wait_until("2025-06-11")
    assert shop.rows("select amount, status from refunds") == [(118_000, "succeeded")]
    assert owed(shop, "customer_credit", "wallet_paid", *HEADS, "advance_tax") == [0] * 6


def test_what_a_note_made_an_advance_again_is_sent_the_way_it_came(
    shop: Shop, asha: Customer, world: World
) -> None:
    """1,180.00 came by card. 590.00 were invoiced and credited: both halves go back to the card."""
    wallet = Wallet.opened(asha, tax_code=SAAS)
    wallet.gets(inr("1,180.00"))
    asha.subscribes_to("Half")
    at = shop.world.now
    credit_invoice(
        CreditInvoice(shop.tenant, new_id(at), at, asha.latest_invoice.id, "Down"), db=shop.db
    )
    assert vouchers(shop) == [
        ("RV/25-26/00001", 100_000, 118_000, 59_000),
        ("RV/25-26/00002", 50_000, 59_000, 59_000),
    ]
    first, again = shop.rows("select id from vouchers order by id")
    for n, (voucher,) in enumerate((again, first), 1):
        command = RefundAdvance(shop.tenant, new_id(at), at, voucher, None, "Not needed")
        refund_advance(command, db=shop.db)
        assert wallet.balance == 118_000 - n * 59_000
    world.wait_until("2025-06-11")
    assert shop.rows("select amount, status from refunds") == [(59_000, "succeeded")] * 2
    assert owed(shop, "customer_credit", "wallet_paid", *HEADS, "advance_tax") == [0] * 6
    assert shop.books_balance()


def test_what_was_paid_by_transfer_is_given_back_by_hand(shop: Shop) -> None:
    ravi = shop.customer("Ravi", card=None)
    Wallet.opened(ravi, tax_code=SAAS).gets(inr("1,180.00"), by_card=False)
    ravi.transfers(ravi.latest_invoice)
    with pytest.raises(AdvanceNotRefundable):
        gives_back(shop, 118_000)
    assert vouchers(shop) == [("RV/25-26/00001", 100_000, 118_000, 118_000)]


def test_another_registration_receives_it_anew(shop: Shop, asha: Customer) -> None:
    """CGST Act s.25(4): each registration is a person of its own, and sets off its own tax."""
    wallet = Wallet.opened(asha, tax_code=SAAS)
    wallet.gets(inr("590.00"))
    elsewhere = new_id(shop.world.now)
    first14 = "33ABCCT1234E1Z"
    create_registration(
        CreateRegistration(
            tenant=shop.tenant,
            id=elsewhere,
            at=shop.world.now,
            legal_name="Chai Point",
            country="IN",
            state="TN",
            tax_id=first14 + check_character(first14),
            tax_id_type="in_gst",
            address=Address("1 Mount Road", None, "Chennai", "600002"),
            lut=None,
            series={},
            default=True,
        ),
        db=shop.db,
        pdf=shop.world.engine.pdf,
    )
    asha.subscribes_to("Half")  # from Tamil Nadu to Karnataka: IGST 90.00
    assert [one[0] for one in vouchers(shop)] == ["RV/25-26/00001", "RF/25-26/00001"]
    assert owed(shop, *HEADS, "advance_tax") == [0, 0, 9000, 0]
    assert shop.rows("select cause from advance_uses") == [("refund",)]


def test_a_dollar_advance_is_told_in_rupees(world: World) -> None:
    """Rule 34: 59.00 USD at 85.00; without an LUT IGST is inside: 50.00 and 9.00."""
    shop = world.shop("Chai Point", state="Karnataka")
    shop.sells("Half", at=usd("50.00"))
    world.today_is("2025-06-10")
    at = world.now
    rate = AddExchangeRate(
        shop.tenant,
        new_id(at),
        at,
        ExchangeRate("USD", date(2025, 6, 10), Decimal("85"), "FBIL reference rate"),
    )
    add_exchange_rate(rate, db=shop.db)
    joe = shop.customer("Joe", country="US", state=None, currency="USD")
    wallet = Wallet.opened(joe, tax_code=SAAS, currency="USD")
    wallet.gets(usd("59.00"))
    joe.subscribes_to("Half")
    invoice, voucher = documents(shop, JUNE)
    assert (voucher.lines[0].taxable, voucher.lines[0].igst) == (425_000, 76_500)
    [taken] = invoice.advances
    assert (taken.net, taken.igst) == (425_000, 76_500)


def test_the_tenant_is_told_of_each_voucher(shop: Shop, asha: Customer) -> None:
    Wallet.opened(asha, tax_code=SAAS).gets(inr("1,180.00"))
    assert shop.rows(
        "select facts->>'kind', facts->>'total', facts->>'tax' from events"
        " where type = 'voucher.issued'"
    ) == [("receipt_voucher", "118000", "18000")]


def test_the_customer_gets_each_voucher_by_mail(shop: Shop, asha: Customer, world: World) -> None:
    Wallet.opened(asha, tax_code=SAAS).gets(inr("1,180.00"))
    world.wait_until("2025-06-11")
    assert "Receipt Voucher RV/25-26/00001 from Chai Point" in asha.inbox.subjects
    assert "₹1,180.00" in asha.inbox.text_of("voucher_issued")
