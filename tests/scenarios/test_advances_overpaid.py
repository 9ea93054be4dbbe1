"""Over-payments that are advances: a voucher when the money comes, tax once, and the way back.

The law: CGST Act s.13(2) with its proviso (1,000.00 rupees), s.31(3)(d), (e); CGST Rules 35, 50
and 51.
"""

from datetime import date

import pytest

from khata.core.exports.drill import figures_of
from khata.core.exports.tally.booked import vouchers_of
from khata.core.exports.tally.ledgers import LEDGERS, OF_PARTIES
from khata.core.ids import new_id
from khata.core.ledger.accounts import Account
from khata.db.reads.booked_entries import booked_between
from khata.db.reads.books import trial_balance
from khata.db.reads.returns import ToldReturn
from khata.usecases.wallets.refund_advance import (
    AdvanceNotRefundable,
    NothingToGiveBack,
    RefundAdvance,
    Way,
    refund_advance,
)
from tests.scenarios.customer import Customer
from tests.scenarios.filing import blocking, paise, the_return
from tests.scenarios.funds import Wallet, credit_of
from tests.scenarios.shop import Shop
from tests.scenarios.vouchers import HEADS, SAAS, decides, owed, taxes, vouchers
from tests.scenarios.world import World, inr


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop("Chai Point", state="Karnataka")
    decides(shop, "advance")
    shop.sells("Half", at=inr("500.00"))
    world.today_is("2025-06-10")
    return shop


@pytest.fixture
def asha(shop: Shop) -> Customer:
    return shop.customer("Asha", gstin="29AABCR1718E1ZL", card=None)


def overpays(customer: Customer, amount: int) -> None:
    """Owe 590.00 for a month, and send so much more."""
    customer.subscribes_to("Half")
    customer.transfers(customer.latest_invoice, amount=59_000 + amount)


def wallets(shop: Shop) -> list[tuple[str, str, int]]:
    return [
        (name, code, balance)
        for name, code, balance in shop.rows(
            "select name, tax_code, balance from wallets order by id"
        )
    ]


def gives_back(shop: Shop, amount: int, *, way: Way) -> None:
    [(voucher,)] = shop.rows("select id from vouchers where kind = 'receipt_voucher'")
    at = shop.world.now
    refund_advance(
        RefundAdvance(shop.tenant, new_id(at), at, voucher, amount, "Paid twice", way), db=shop.db
    )


def of_table(told: ToldReturn, table: str) -> list[object]:
    return [one.amounts for one in figures_of(told.gstr1) if one.table == table]


def test_what_is_paid_beyond_an_invoice_is_an_advance(
    shop: Shop, asha: Customer, world: World
) -> None:
    """1,770.00 for 590.00: 1,180.00 too much, which is 1,000.00 + 90.00 + 90.00."""
    overpays(asha, 118_000)
    assert asha.latest_invoice.status == "paid"
    assert vouchers(shop) == [("RV/25-26/00001", 100_000, 118_000, 118_000)]
    assert taxes(shop, "RV/25-26/00001") == [("CGST", "9", 9000, 9000), ("SGST", "9", 9000, 9000)]
    assert wallets(shop) == [("On account", SAAS, 118_000)]
    # Of each head 45.00 of the invoice and 90.00 of the advance.
    assert owed(shop, *HEADS) == [13_500, 13_500, 0]
    assert owed(shop, "bank", "wallet_paid", "advance_tax", "customer_credit") == [
        -177_000,
        118_000,
        -18_000,
        0,
    ]
    assert credit_of(asha) == 0

    world.wait_until("2025-07-12")  # the next month's 590.00 takes up half of it
    assert asha.latest_invoice.status == "paid"
    assert vouchers(shop) == [("RV/25-26/00001", 100_000, 118_000, 59_000)]
    # 45.00 of June's invoice, 45.00 of July's, and 45.00 of what is still an advance.
    assert owed(shop, *HEADS) == [13_500, 13_500, 0]
    assert owed(shop, "wallet_paid", "advance_tax", "receivable") == [59_000, -9000, 0]
    assert shop.books_balance()


def test_both_returns_agree_with_the_books(shop: Shop, asha: Customer, world: World) -> None:
    """GSTR-1: 11A of June 1,000.00 and 2 × 90.00; 11B of July takes 500.00 and 2 × 45.00 off."""
    overpays(asha, 118_000)
    world.wait_until("2025-07-12")
    gives_back(shop, 29_500, way=Way.OUTSIDE)  # 250.00 and 2 × 22.50
    world.wait_until("2025-07-31")
    june, july = the_return(shop, "2025-06"), the_return(shop, "2025-07")
    assert (blocking(june), blocking(july)) == ([], [])
    assert of_table(june, "b2b") == [paise("500", "0", "45", "45")]
    assert of_table(june, "at") == [paise("1000", "0", "90", "90")]
    assert (june.gstr3b.exact.cgst, june.gstr3b.exact.sgst) == (13_500, 13_500)
    assert of_table(july, "b2b") == [paise("500", "0", "45", "45")]
    assert of_table(july, "txpd") == [paise("500", "0", "45", "45")]
    # 45.00 less 45.00 that the advance bore, less 22.50 that went back.
    assert (july.gstr3b.exact.cgst, july.gstr3b.exact.sgst) == (-2250, -2250)
    assert [(one.ledger, one.declared) for one in june.tied][1:3] == [(13_500, 13_500)] * 2
    assert [(one.ledger, one.declared) for one in july.tied][1:3] == [(-2250, -2250)] * 2


def test_tally_moves_what_the_books_moved(shop: Shop, asha: Customer, world: World) -> None:
    overpays(asha, 118_000)
    world.wait_until("2025-07-12")
    gives_back(shop, 29_500, way=Way.OUTSIDE)
    with shop.db.transaction(shop.tenant) as uow:
        found = booked_between(uow.connection, first=date(2025, 6, 1), last=date(2025, 7, 31))
        rows = trial_balance(uow.connection, date(2025, 7, 31), "INR")
    ours = {Account(row.account): row.debits - row.credits for row in rows}
    theirs: dict[str, int] = {}
    for voucher in vouchers_of(found.entries, deferred=True):
        for entry in voucher.entries:
            theirs[entry.ledger] = theirs.get(entry.ledger, 0) + entry.amount
    for account, ledger in LEDGERS.items():
        assert theirs.get(ledger.name, 0) == ours.get(account, 0), account
    # 1,770.00 came and 295.00 went; 1,180.00 less 590.00 less 295.00 are left.
    assert (ours[Account.BANK], ours[Account.WALLET_PAID]) == (147_500, -29_500)
    parties = {ledger.name for ledger in found.ledgers if ledger.party}
    assert sum(theirs.get(name, 0) for name in parties) == sum(
        ours.get(account, 0) for account in OF_PARTIES
    )


@pytest.mark.parametrize(
    ("surplus", "told", "credit"),
    [
        (100_000, [], 100_000),  # the proviso: up to 1,000.00
        # 1,000.01 × 9 ÷ 118 = 76.2719… twice, so 76.27 each and 847.47 without it
        (100_001, [("RV/25-26/00001", 84_747, 100_001, 100_001)], 0),
    ],
)
def test_up_to_a_thousand_rupees_wait_for_the_next_invoice(
    shop: Shop,
    asha: Customer,
    surplus: int,
    told: list[tuple[str, int, int, int]],
    credit: int,
) -> None:
    overpays(asha, surplus)
    assert (vouchers(shop), credit_of(asha)) == (told, credit)
    assert owed(shop, "customer_credit", "wallet_paid") == [credit, surplus - credit]


def test_by_itself_it_is_owed_back_and_no_advance(shop: Shop, asha: Customer) -> None:
    decides(shop, "credit")
    overpays(asha, 118_000)
    assert (vouchers(shop), wallets(shop), credit_of(asha)) == ([], [], 118_000)
    assert owed(shop, *HEADS) == [4500, 4500, 0]


def test_a_wallet_for_the_same_service_takes_it_and_no_other(shop: Shop, asha: Customer) -> None:
    Wallet.opened(asha)
    Wallet.opened(asha, tax_code="998313")
    same = Wallet.opened(asha, tax_code=SAAS)
    overpays(asha, 118_000)
    assert same.story == [("over_payment", 118_000, 118_000)]
    assert [balance for _, _, balance in wallets(shop)] == [0, 0, 118_000]


def test_what_is_paid_beyond_a_payment_request_joins_it(shop: Shop, asha: Customer) -> None:
    """2,360.00 come for a request of 1,180.00: two vouchers of 1,000.00 + 180.00, one wallet."""
    wallet = Wallet.opened(asha, tax_code=SAAS)
    wallet.gets(inr("1,180.00"), by_card=False)
    asha.transfers(asha.latest_invoice, amount=236_000)
    assert [one[1:] for one in vouchers(shop)] == [(100_000, 118_000, 118_000)] * 2
    assert (wallet.balance, owed(shop, *HEADS)) == (236_000, [18_000, 18_000, 0])


def test_beyond_the_top_up_of_a_wallet_for_anything_it_is_credit(
    shop: Shop, asha: Customer
) -> None:
    Wallet.opened(asha).gets(inr("1,180.00"), by_card=False)
    asha.transfers(asha.latest_invoice, amount=236_000)
    assert (vouchers(shop), credit_of(asha)) == ([], 118_000)


def test_another_state_s_customer_bears_igst(shop: Shop) -> None:
    ravi = shop.customer("Ravi", state="Maharashtra", card=None)
    overpays(ravi, 118_000)
    assert taxes(shop, "RV/25-26/00001") == [("IGST", "18", 18_000, 18_000)]
    assert owed(shop, *HEADS) == [0, 0, 27_000]


def test_it_is_given_back_by_hand_alone_and_not_twice(shop: Shop, asha: Customer) -> None:
    """Rule 51. No gateway brought it, so none can take it back."""
    overpays(asha, 118_000)
    with pytest.raises(AdvanceNotRefundable):
        gives_back(shop, 118_000, way=Way.REFUND)
    assert owed(shop, "wallet_paid") == [118_000]
    gives_back(shop, 118_000, way=Way.OUTSIDE)
    assert owed(shop, *HEADS, "wallet_paid", "advance_tax", "bank") == [
        4500,
        4500,
        0,
        0,
        0,
        -59_000,
    ]
    assert shop.rows("select number, net, total from vouchers where kind = 'refund_voucher'") == [
        ("RF/25-26/00001", 100_000, 118_000)
    ]
    with pytest.raises(NothingToGiveBack):
        gives_back(shop, 1, way=Way.OUTSIDE)


def test_a_seller_without_a_gstin_keeps_it_as_credit(world: World) -> None:
    """Section 31(3)(d) speaks of registered persons."""
    shop = world.shop("Small", state="Karnataka", registered=False)
    decides(shop, "advance")
    shop.sells("Half", at=inr("590.00"))
    asha = shop.customer("Asha", state="Karnataka", card=None)
    overpays(asha, 118_000)
    assert (vouchers(shop), wallets(shop), credit_of(asha)) == ([], [], 118_000)
