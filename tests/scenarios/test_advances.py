"""Advances: a voucher and its tax when the money comes, and no tax twice when it is invoiced.

The law: CGST Act s.13(2), s.31(3)(d), (e); CGST Rules 35, 50, 51; Notification 66/2017-CT.
"""

from datetime import date
from decimal import Decimal

import pytest

from khata.core.exports.gstr1.entries import entries_of
from khata.core.exports.return_period import ReturnPeriod
from khata.core.exports.tax_document import DocumentKind, TaxDocument
from khata.core.ids import new_id
from khata.core.places import Address
from khata.core.refusal import Refusal
from khata.core.tax.gstin import check_character
from khata.core.tax.rupees import ExchangeRate
from khata.db.reads.numbers_used import numbers_used
from khata.db.reads.tax_documents import tax_documents
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.invoices.void_invoice import VoidInvoice, void_invoice
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
from tests.scenarios.world import World, inr

SAAS = "998314"  # 18 %


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


def vouchers(shop: Shop) -> list[tuple[str, int, int, int]]:
    return [
        (number, net, total, left)
        for number, net, total, left in shop.rows(
            "select number, net, total, left_total from vouchers order by id"
        )
    ]


def taxes(shop: Shop, number: str) -> list[tuple[str, str, int, int]]:
    return [
        (name, rate, amount, left)
        for name, rate, amount, left in shop.rows(
            "select t.name, t.rate, t.amount, t.left_amount from voucher_taxes t"
            " join vouchers v on v.id = t.voucher_id where v.number = %(number)s"
            " order by t.position",
            number=number,
        )
    ]


def owed(shop: Shop, *accounts: str) -> list[int]:
    return [-shop.balance(account).amount for account in accounts]


HEADS = ("cgst_payable", "sgst_payable", "igst_payable")


def test_the_worked_example(shop: Shop, asha: Customer) -> None:
    """1,180.00 comes: 1,000.00, CGST 90.00, SGST 90.00. An invoice of 590.00 takes up half."""
    wallet = Wallet.opened(asha, tax_code=SAAS)
    wallet.gets(inr("1,180.00"))
    request = asha.latest_invoice
    assert (request.number, request.status, request.tax) == ("PR/25-26/00001", "paid", inr("0.00"))
    assert vouchers(shop) == [("RV/25-26/00001", 100_000, 118_000, 118_000)]
    assert taxes(shop, "RV/25-26/00001") == [("CGST", "9", 9000, 9000), ("SGST", "9", 9000, 9000)]
    assert owed(shop, *HEADS) == [9000, 9000, 0]
    assert owed(shop, "wallet_paid", "advance_tax") == [118_000, -18_000]

    asha.subscribes_to("Half")  # 500.00 + 45.00 + 45.00
    invoice = asha.latest_invoice
    assert (invoice.number, invoice.status, invoice.tax) == (
        "INV/25-26/00001",
        "paid",
        inr("90.00"),
    )
    # In all 90.00 of each: 45.00 of the invoice, and 45.00 of what is still an advance.
    assert owed(shop, *HEADS) == [9000, 9000, 0]
    assert owed(shop, "wallet_paid", "advance_tax") == [59_000, -9000]
    assert vouchers(shop) == [("RV/25-26/00001", 100_000, 118_000, 59_000)]
    assert taxes(shop, "RV/25-26/00001") == [("CGST", "9", 9000, 4500), ("SGST", "9", 9000, 4500)]
    assert [(entry[1:]) for entry in invoice.entries if entry[0] == "advance_taken_up"] == [
        ("cgst_payable", "advance_tax", 4500),
        ("sgst_payable", "advance_tax", 4500),
    ]
    assert shop.books_balance()


def test_a_wallet_for_anything_stays_as_it_is(shop: Shop, asha: Customer) -> None:
    """Circular 243/37/2024-GST: a voucher for many purposes is taxed when it is spent."""
    Wallet.opened(asha).gets(inr("1,180.00"))
    assert asha.latest_invoice.number == "INV/25-26/00001"
    assert (vouchers(shop), owed(shop, *HEADS)) == ([], [0, 0, 0])


def test_what_is_granted_is_no_advance(shop: Shop, asha: Customer) -> None:
    Wallet.opened(asha, tax_code=SAAS).gets(inr("1,180.00"), paid=False)
    assert (vouchers(shop), owed(shop, *HEADS)) == ([], [0, 0, 0])


def test_an_invoice_above_the_advance_takes_it_all_up(shop: Shop, asha: Customer) -> None:
    """99.99 × 9 ÷ 118 = 7.6263… twice, so 7.63 each and 84.73 without it; then 2,360.00."""
    wallet = Wallet.opened(asha, tax_code=SAAS)
    wallet.gets(inr("99.99"))
    assert vouchers(shop) == [("RV/25-26/00001", 8473, 9999, 9999)]
    asha.subscribes_to("Big")
    assert asha.latest_invoice.captures == [236_000 - 9999]
    assert vouchers(shop) == [("RV/25-26/00001", 8473, 9999, 0)]
    assert owed(shop, *HEADS) == [18_000, 18_000, 0]
    assert owed(shop, "wallet_paid", "advance_tax") == [0, 0]


def test_several_advances_are_taken_up_in_the_order_in_which_they_are_spent(
    shop: Shop, asha: Customer
) -> None:
    wallet = Wallet.opened(asha, tax_code=SAAS)
    wallet.gets(inr("590.00"))
    wallet.gets(inr("1,180.00"))
    asha.subscribes_to("Pro")  # 1,180.00: all of the first, 590.00 of the second
    assert vouchers(shop) == [
        ("RV/25-26/00001", 50_000, 59_000, 0),
        ("RV/25-26/00002", 100_000, 118_000, 59_000),
    ]
    assert owed(shop, *HEADS, "advance_tax") == [9000 + 4500, 9000 + 4500, 0, -9000]


def test_a_customer_who_moved_takes_up_the_heads_that_were_paid(shop: Shop, asha: Customer) -> None:
    """CGST and SGST were paid on the advance; the invoice is of IGST, all of it."""
    ravi = shop.customer("Ravi", state="Karnataka")
    Wallet.opened(ravi, tax_code=SAAS).gets(inr("590.00"))
    ravi.moves_to("TN")
    ravi.subscribes_to("Half")
    assert owed(shop, *HEADS, "advance_tax") == [0, 0, 9000, 0]


def test_an_advance_under_a_letter_of_undertaking_has_no_tax(shop: Shop) -> None:
    """IGST Act s.16(3)(a)."""
    shop.has_lut("AD290425001234X", begins="2025-04-01", ends="2026-03-31")
    sez = shop.customer("Zed", gstin="29AABCR1718E1ZL", sez=True)
    Wallet.opened(sez, tax_code=SAAS).gets(inr("1,000.00"))
    assert vouchers(shop) == [("RV/25-26/00001", 100_000, 100_000, 100_000)]
    assert taxes(shop, "RV/25-26/00001") == [("IGST", "18", 0, 0)]
    assert owed(shop, *HEADS, "advance_tax") == [0, 0, 0, 0]
    assert shop.rows("select supply_treatment, lut_number from vouchers") == [
        ("zero_rated_lut", "AD290425001234X")
    ]


def test_without_a_place_no_advance_is_asked_for(shop: Shop) -> None:
    """Circular 242/36/2024-GST."""
    unknown = shop.customer("Unknown", state=None)
    wallet = Wallet.opened(unknown, tax_code=SAAS)
    with pytest.raises(Refusal, match="242/36/2024"):
        wallet.gets(inr("100.00"))
    assert shop.rows("select count(*) from invoices") == [(0,)]


def test_money_that_is_here_is_taxed_as_between_states_where_its_place_is_lost(
    shop: Shop,
) -> None:
    """Rule 50, first proviso: what cannot be determined is inter-State, at 18 %."""
    ravi = shop.customer("Ravi", card=None)
    wallet = Wallet.opened(ravi, tax_code=SAAS)
    wallet.gets(inr("1,180.00"), by_card=False)
    with shop.db.transaction(shop.tenant) as uow:
        uow.connection.execute("update customers set state = null")
    ravi.transfers(ravi.latest_invoice)
    assert taxes(shop, "RV/25-26/00001") == [("IGST", "18", 18_000, 18_000)]
    assert shop.rows("select law, place_code from vouchers") == [
        ("CGST Rules, rule 50, proviso (ii)", None)
    ]


def test_a_code_without_a_rate_is_taxed_at_18(shop: Shop, asha: Customer) -> None:
    """Rule 50, first proviso (i): 9964 is carriage of passengers, at several rates."""
    Wallet.opened(asha, tax_code="9964").gets(inr("1,180.00"))
    assert taxes(shop, "RV/25-26/00001") == [("CGST", "9", 9000, 9000), ("SGST", "9", 9000, 9000)]


@pytest.mark.parametrize("code", ["8523", "85234930"])
def test_an_advance_for_goods_is_refused(asha: Customer, code: str) -> None:
    """Notification 66/2017-CT."""
    with pytest.raises(Refusal, match="66/2017-CT"):
        Wallet.opened(asha, tax_code=code)


def test_a_void_invoice_leaves_the_advance_as_it_was(shop: Shop) -> None:
    ravi = shop.customer("Ravi", card=None)
    wallet = Wallet.opened(ravi, tax_code=SAAS)
    wallet.gets(inr("99.99"), by_card=False)
    ravi.transfers(ravi.latest_invoice)
    ravi.subscribes_to("Pro")
    assert owed(shop, *HEADS, "advance_tax") == [9000, 9000, 0, 0]
    void_invoice(VoidInvoice(shop.tenant, ravi.latest_invoice.id, shop.world.now), db=shop.db)
    assert (wallet.balance, vouchers(shop)) == (9999, [("RV/25-26/00001", 8473, 9999, 9999)])
    assert owed(shop, *HEADS, "advance_tax") == [763, 763, 0, -1526]
    assert shop.books_balance()


def test_what_a_credit_note_gives_back_is_an_advance_anew(shop: Shop, asha: Customer) -> None:
    """Section 34 takes the tax off the invoice; the money is in the wallet, so it is due again."""
    wallet = Wallet.opened(asha, tax_code=SAAS)
    wallet.gets(inr("590.00"))
    asha.subscribes_to("Half")
    at = shop.world.now
    credit_invoice(
        CreditInvoice(shop.tenant, new_id(at), at, asha.latest_invoice.id, "Down"), db=shop.db
    )
    assert wallet.balance == 59_000
    assert vouchers(shop) == [
        ("RV/25-26/00001", 50_000, 59_000, 0),
        ("RV/25-26/00002", 50_000, 59_000, 59_000),
    ]
    assert owed(shop, *HEADS, "advance_tax") == [4500, 4500, 0, -9000]


def test_an_advance_that_lapses_keeps_its_tax(shop: Shop, asha: Customer, world: World) -> None:
    """590.00 is never spent: 90.00 stay with the state, and 500.00 are income."""
    wallet = Wallet.opened(asha, tax_code=SAAS)
    wallet.gets(inr("590.00"), until="2025-06-20")
    world.wait_until("2025-06-22")
    assert wallet.balance == 0
    assert owed(shop, *HEADS, "advance_tax", "breakage", "wallet_paid") == [
        4500,
        4500,
        0,
        0,
        50_000,
        0,
    ]
    assert vouchers(shop) == [("RV/25-26/00001", 50_000, 59_000, 0)]
    assert shop.books_balance()


def test_a_seller_without_a_gstin_gives_no_voucher(world: World) -> None:
    """Section 31(3)(d) speaks of registered persons."""
    shop = world.shop("Small", state="Karnataka", registered=False)
    asha = shop.customer("Asha", state="Karnataka")
    Wallet.opened(asha, tax_code=SAAS).gets(inr("100.00"))
    assert (vouchers(shop), asha.latest_invoice.status) == ([], "paid")


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
