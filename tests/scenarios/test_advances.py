"""Advances: a voucher and its tax when the money comes, and no tax twice when it is invoiced.

The law: CGST Act s.13(2), s.31(3)(d), (e); CGST Rules 35, 50, 51; Notification 66/2017-CT.
"""

import pytest

from khata.core.ids import new_id
from khata.core.refusal import Refusal
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from khata.usecases.invoices.void_invoice import VoidInvoice, void_invoice
from tests.scenarios.customer import Customer
from tests.scenarios.funds import Wallet
from tests.scenarios.money import usd
from tests.scenarios.shop import Shop
from tests.scenarios.vouchers import HEADS, SAAS, owed, taxes, vouchers
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
