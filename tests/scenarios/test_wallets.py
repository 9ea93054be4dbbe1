"""Wallets and credit: what pays an invoice before any gateway, and where money goes back to."""

from datetime import date

import pytest

from khata.core.voiding import NotVoidable
from khata.core.wallet import ExpiryPassed, RechargeIncomplete, WalletCurrencyDiffers
from khata.db.reads.metrics import revenue_by_month
from khata.usecases.invoices.write_off_invoice import NotWritableOff
from khata.usecases.wallets.open_wallet import OpenWallet, open_wallet
from khata.usecases.wallets.top_up_wallet import TopUpCurrencyDiffers, TopUpOutOfRange
from tests.scenarios.customer import Customer
from tests.scenarios.funds import Wallet, credit_of, has_credit
from tests.scenarios.money import usd
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop("Chai Point", state="Karnataka")
    shop.sells("Pro", at=inr("1,000.00"))
    world.today_is("2025-01-31")
    return shop


@pytest.fixture
def asha(shop: Shop) -> Customer:
    return shop.customer("Asha")


def settlements(shop: Shop) -> list[tuple[str, int, int]]:
    return [
        (source, amount, returned)
        for source, amount, returned in shop.rows(
            "select source, amount, returned from invoice_settlements order by invoice_id, position"
        )
    ]


def owed(shop: Shop, *accounts: str) -> list[int]:
    return [-shop.balance(account).amount for account in accounts]


def test_a_paid_top_up_is_an_invoice_without_tax(shop: Shop, asha: Customer) -> None:
    wallet = Wallet.opened(asha)
    wallet.gets(inr("500.00"))
    invoice = asha.latest_invoice
    assert (invoice.status, invoice.total, invoice.tax) == ("paid", inr("500.00"), inr("0.00"))
    assert (invoice.kind, invoice.captures) == ("out_of_scope", [50_000])
    assert wallet.left == [("paid", 50_000)]
    assert wallet.story == [("top_up", 50_000, 50_000)]
    assert owed(shop, "wallet_paid", "wallet_pending", "receivable", "deferred_revenue") == [
        50_000,
        0,
        0,
        0,
    ]
    assert shop.books_balance()


def test_a_top_up_is_never_revenue(shop: Shop, asha: Customer, world: World) -> None:
    Wallet.opened(asha).gets(inr("500.00"))
    world.wait_until("2025-04-02")
    assert shop.earned() == {}
    asha.subscribes_to("Pro")  # 1,000.00 in April, of which 500.00 come from the wallet
    with shop.db.transaction(shop.tenant) as uow:
        months = revenue_by_month(uow.connection, "INR", date(2025, 1, 1), date(2025, 5, 1))
    assert [month.invoiced for month in months] == [0, 0, 0, 100_000]


def test_a_declined_top_up_fills_nothing_and_is_void_in_the_end(shop: Shop, world: World) -> None:
    ravi = shop.customer("Ravi", card="tok_declined")
    wallet = Wallet.opened(ravi)
    wallet.gets(inr("500.00"))
    assert (ravi.latest_invoice.status, wallet.left) == ("open", [])
    assert owed(shop, "wallet_pending", "wallet_paid") == [50_000, 0]
    world.wait_until("2025-02-28")  # 1, 2, 4 and 8 days later it is given up
    assert ravi.latest_invoice.status == "void"
    assert owed(shop, "wallet_pending", "receivable") == [0, 0]
    assert shop.rows("select status from wallet_top_ups") == [("withdrawn",)]


def test_a_top_up_by_transfer_fills_when_it_is_noted(shop: Shop, asha: Customer) -> None:
    wallet = Wallet.opened(asha)
    wallet.gets(inr("500.00"), by_card=False)
    assert wallet.balance == 0
    with pytest.raises(NotWritableOff):
        asha.latest_invoice.is_written_off()
    asha.transfers(asha.latest_invoice)
    assert wallet.balance == 50_000
    with pytest.raises(NotVoidable):
        asha.latest_invoice.is_voided()


def test_a_void_top_up_is_withdrawn(shop: Shop, asha: Customer) -> None:
    wallet = Wallet.opened(asha)
    wallet.gets(inr("500.00"), by_card=False)
    asha.latest_invoice.is_voided()
    assert shop.rows("select status from wallet_top_ups") == [("withdrawn",)]
    assert owed(shop, "wallet_pending", "receivable", "wallet_paid") == [0, 0, 0]
    assert wallet.balance == 0


def test_funds_pay_before_the_card(shop: Shop, asha: Customer) -> None:
    """1,180.00: credit 100.00, granted 200.00, prepaid 300.00, and the card the other 580.00."""
    wallet = Wallet.opened(asha)
    wallet.gets(inr("300.00"))
    wallet.gets(inr("200.00"), paid=False)
    has_credit(asha, inr("100.00"))
    asha.subscribes_to("Pro")
    invoice = asha.latest_invoice
    assert (invoice.status, invoice.paid, invoice.captures) == ("paid", inr("1,180.00"), [58_000])
    assert settlements(shop) == [
        ("credit", 10_000, 0),
        ("wallet", 20_000, 0),
        ("wallet", 30_000, 0),
    ]
    assert [entry[1:] for entry in invoice.entries if entry[0] == "funds_spent"] == [
        ("customer_credit", "receivable", 10_000),
        ("wallet_paid", "receivable", 30_000),
        ("wallet_granted", "receivable", 20_000),
    ]
    assert (credit_of(asha), wallet.balance) == (0, 0)
    assert owed(shop, "wallet_paid", "wallet_granted", "customer_credit", "receivable") == [0] * 4
    assert shop.books_balance()


def test_documents_say_what_funds_paid(shop: Shop, asha: Customer, world: World) -> None:
    Wallet.opened(asha).gets(inr("300.00"))
    top_up = asha.latest_invoice.document
    assert (top_up.title, top_up.lines[0].tax_code) == ("Invoice", None)  # no tax invoice
    has_credit(asha, inr("100.00"))
    asha.subscribes_to("Pro")
    bill = asha.latest_invoice.document
    assert (bill.title, bill.amount_paid, bill.by_credit, bill.by_wallet) == (
        "Tax Invoice",
        118_000,
        10_000,
        30_000,
    )
    for document in (top_up, bill):
        assert world.engine.pdf.render(document).startswith(b"%PDF")


def test_funds_that_pay_all_ask_no_gateway(shop: Shop, asha: Customer, world: World) -> None:
    wallet = Wallet.opened(asha)
    wallet.gets(inr("3,000.00"), paid=False)
    pro = asha.subscribes_to("Pro")
    assert (pro.status, asha.latest_invoice.status) == ("active", "paid")
    assert asha.latest_invoice.attempts == []
    world.wait_until("2025-03-01")
    assert [invoice.status for invoice in asha.invoices] == ["paid", "paid"]
    assert wallet.story == [
        ("granted", 300_000, 300_000),
        ("invoice", -118_000, 182_000),
        ("invoice", -118_000, 64_000),
    ]
    assert [fact["amount_due"] for fact in told(shop, "invoice.finalized")] == [0, 0]
    assert [fact["total"] for fact in told(shop, "invoice.paid")] == [118_000, 118_000]
    world.wait_until("2025-04-01")
    assert asha.latest_invoice.captures == [54_000]  # 1,180.00 − 640.00


def test_two_invoices_of_one_run_share_what_there_is(shop: Shop, asha: Customer) -> None:
    asha.subscribes_to("Pro")
    asha.subscribes_to("Pro")
    Wallet.opened(asha).gets(inr("1,500.00"), paid=False)
    shop.world.wait_until("2025-03-01")
    assert settlements(shop) == [("wallet", 118_000, 0), ("wallet", 32_000, 0)]
    assert asha.latest_invoice.captures == [86_000]  # 2 × 1,180.00 − 1,500.00


def test_an_invoice_by_transfer_owes_what_is_left(shop: Shop, asha: Customer) -> None:
    Wallet.opened(asha).gets(inr("180.00"), paid=False)
    asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=15)
    invoice = asha.latest_invoice
    assert (invoice.status, invoice.paid) == ("open", inr("180.00"))
    assert shop.balance("receivable") == inr("1,000.00")
    asha.transfers(invoice)
    assert asha.latest_invoice.status == "paid"
    assert shop.balance("bank") == inr("1,000.00")


def test_what_a_void_invoice_took_goes_back(shop: Shop, asha: Customer) -> None:
    wallet = Wallet.opened(asha)
    wallet.gets(inr("300.00"))
    wallet.gets(inr("200.00"), paid=False)
    has_credit(asha, inr("100.00"))
    asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=15)
    asha.latest_invoice.is_voided()
    invoice = asha.latest_invoice
    assert (invoice.status, invoice.paid) == ("void", inr("0.00"))
    assert credit_of(asha) == 10_000
    assert wallet.left == [("paid", 30_000), ("granted", 20_000)]
    assert settlements(shop) == [
        ("credit", 10_000, 10_000),
        ("wallet", 20_000, 20_000),
        ("wallet", 30_000, 30_000),
    ]
    assert owed(shop, "wallet_paid", "wallet_granted", "customer_credit", "receivable") == [
        30_000,
        20_000,
        10_000,
        0,
    ]


def test_what_expires_is_lost_to_its_holder(shop: Shop, asha: Customer, world: World) -> None:
    """Prepaid 300.00 is income once it may not be spent; granted 200.00 has cost nothing."""
    wallet = Wallet.opened(asha)
    wallet.gets(inr("300.00"), until="2025-02-10")
    wallet.gets(inr("200.00"), paid=False, until="2025-02-20")
    world.wait_until("2025-02-10")
    assert wallet.balance == 50_000  # its last day
    world.wait_until("2025-02-11")
    assert wallet.balance == 20_000
    world.wait_until("2025-03-01")
    assert wallet.story[2:] == [("expired", -30_000, 20_000), ("expired", -20_000, 0)]
    assert owed(shop, "breakage", "promotions", "wallet_paid", "wallet_granted") == [
        30_000,
        0,
        0,
        0,
    ]
    assert [fact["amount"] for fact in told(shop, "wallet.expired")] == [30_000, 20_000]


def test_what_comes_back_after_its_day_is_lost_too(
    shop: Shop, asha: Customer, world: World
) -> None:
    wallet = Wallet.opened(asha)
    wallet.gets(inr("200.00"), paid=False, until="2025-02-10")
    asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=30)
    world.wait_until("2025-02-15")
    asha.latest_invoice.is_voided()
    world.wait_until("2025-02-16")
    assert wallet.balance == 0
    assert [cause for cause, _, _ in wallet.story] == [
        "granted",
        "invoice",
        "invoice_voided",
        "expired",
    ]
    assert owed(shop, "promotions", "wallet_granted") == [0, 0]


def test_a_wallet_that_is_low_recharges_itself(shop: Shop, asha: Customer, world: World) -> None:
    """1,500.00 − 1,180.00 = 320.00 is below 500.00: 2,000.00 come, and pay the next month."""
    wallet = Wallet.opened(asha, below=inr("500.00"), recharge=inr("2,000.00"))
    wallet.gets(inr("1,500.00"))
    asha.subscribes_to("Pro")
    world.wait_until("2025-02-01")
    assert wallet.balance == 232_000
    assert asha.latest_invoice.captures == [200_000]
    world.wait_until("2025-03-01")
    assert wallet.balance == 114_000
    assert wallet.story == [
        ("top_up", 150_000, 150_000),
        ("invoice", -118_000, 32_000),
        ("top_up", 200_000, 232_000),
        ("invoice", -32_000, 200_000),  # the older money first
        ("invoice", -86_000, 114_000),
    ]


def test_one_recharge_at_a_time(shop: Shop, world: World) -> None:
    ravi = shop.customer("Ravi", card="tok_declined")
    wallet = Wallet.opened(ravi)
    wallet.gets(inr("2,000.00"), paid=False)
    ravi.subscribes_to("Pro", pays_by="transfer", days_to_pay=60)
    wallet.recharges(below=inr("900.00"), amount=inr("1,000.00"))
    world.wait_until("2025-02-01")
    assert shop.rows("select status from wallet_top_ups where cause = 'recharge'") == [("waiting",)]
    ravi.subscribes_to("Pro", pays_by="transfer", days_to_pay=60)
    world.wait_until("2025-02-02")
    assert shop.rows("select status from wallet_top_ups where cause = 'recharge'") == [("waiting",)]


def test_credit_of_a_change_pays_the_charge_of_the_same_change(
    shop: Shop, asha: Customer, world: World
) -> None:
    """Half of February is left: 500.00 of Pro come back, 1,000.00 of Premium are charged.

    With tax 590.00 and 1,180.00: the card pays the difference.
    """
    shop.sells("Premium", at=inr("2,000.00"))
    pro = asha.subscribes_to("Pro", starts="2025-02-01")
    world.wait_until("2025-02-15")
    pro.changes_to("Premium", when="now")
    assert pro.credit_notes[0][1:] == (50_000, 59_000)
    assert asha.latest_invoice.total == inr("1,180.00")
    assert asha.latest_invoice.captures == [59_000]
    assert credit_of(asha) == 0


def test_credit_of_a_wallet_goes_back_to_the_wallet(
    shop: Shop, asha: Customer, world: World
) -> None:
    """A grant paid for Pro: what a downgrade gives back is a grant again, never money."""
    shop.sells("Lite", at=inr("500.00"))
    wallet = Wallet.opened(asha)
    wallet.gets(inr("1,180.00"), paid=False)
    pro = asha.subscribes_to("Pro", starts="2025-02-01")
    world.wait_until("2025-02-15")
    pro.changes_to("Lite", when="now")
    # 590.00 come back; half a month of Lite with tax is 295.00.
    assert asha.latest_invoice.total == inr("295.00")
    assert (asha.latest_invoice.status, asha.latest_invoice.captures) == ("paid", [])
    assert (wallet.balance, credit_of(asha)) == (29_500, 0)
    assert owed(shop, "wallet_granted", "customer_credit", "receivable") == [29_500, 0, 0]
    assert shop.books_balance()


def test_what_is_no_top_up_is_refused(shop: Shop, asha: Customer) -> None:
    wallet = Wallet.opened(asha)
    for amount in (inr("0.00"), -inr("1.00")):
        with pytest.raises(TopUpOutOfRange):
            wallet.gets(amount)
    with pytest.raises(TopUpCurrencyDiffers):
        wallet.gets(usd("1.00"))
    with pytest.raises(ExpiryPassed):
        wallet.gets(inr("1.00"), until="2025-01-30")
    with pytest.raises(RechargeIncomplete):
        Wallet.opened(asha, below=inr("1.00"))
    command = OpenWallet(
        shop.tenant, wallet.id, shop.world.now, asha.id, "USD", "Dollars", 1, None, None, {}
    )
    with pytest.raises(WalletCurrencyDiffers):
        open_wallet(command, db=shop.db)
    assert shop.rows("select 1 from wallet_top_ups") == []
    assert shop.rows("select 1 from entries") == []


def told(shop: Shop, type: str) -> list[dict[str, int]]:
    """The facts of all events of a type, the oldest first."""
    return [
        facts
        for (facts,) in shop.rows(
            "select facts from events where type = %(type)s order by at, id", type=type
        )
    ]
