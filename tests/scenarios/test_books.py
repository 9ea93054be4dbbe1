"""Stories of the books: what is earned when, what is void, written off, and paid after all."""

import pytest

from khata.core.voiding import NotVoidable
from khata.usecases.invoices.write_off_invoice import NotWritableOff
from tests.scenarios.world import World, inr


def test_a_year_is_earned_by_the_day(world: World) -> None:
    shop = world.shop()
    shop.sells("Yearly", at=inr("12,000.00"), every="year")
    asha = shop.customer("Asha")
    world.today_is("2025-06-15")
    yearly = asha.subscribes_to("Yearly")
    assert shop.balance("deferred_revenue") == inr("-12,000.00")
    yearly.is_canceled()
    world.wait_until("2025-12-31")
    # June to November have 16, 31, 31, 30, 31, 30 of the 365 days: 169 in all,
    # 12,000.00 × 169 / 365 = 5,556.164
    assert shop.balance("revenue") == inr("-5,556.16")
    world.wait_until("2026-08-01")
    # 12,000.00 × days / 365 at each month's end; a month is the difference of two such totals
    assert shop.earned() == {
        "2025-06": 52_603,  # 16 days: 526.027
        "2025-07": 101_918,  # 47: 1,545.205
        "2025-08": 101_917,  # 78: 2,564.384
        "2025-09": 98_630,  # 108: 3,550.685
        "2025-10": 101_918,  # 139: 4,569.863
        "2025-11": 98_630,  # 169: 5,556.164
        "2025-12": 101_918,  # 200: 6,575.342
        "2026-01": 101_918,  # 231: 7,594.521
        "2026-02": 92_055,  # 259: 8,515.068
        "2026-03": 101_918,  # 290: 9,534.247
        "2026-04": 98_630,  # 320: 10,520.548
        "2026-05": 101_918,  # 351: 11,539.726
        "2026-06": 46_027,  # 365: 12,000.00
    }
    assert sum(shop.earned().values()) == 1_200_000
    assert shop.balance("deferred_revenue") == inr("0.00")
    assert shop.books_balance()


def test_a_month_that_is_closed_is_not_closed_again(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("3,100.00"))
    asha = shop.customer("Asha")
    world.today_is("2025-01-01")
    asha.subscribes_to("Pro")
    world.wait_until("2025-01-31")
    assert shop.earned() == {}
    world.wait_until("2025-02-01")
    world.wait_until("2025-02-02")
    assert shop.earned() == {"2025-01": 310_000}
    assert shop.rows("select count(*) from events where type = 'month.closed'") == [(1,)]


def test_what_is_caught_up_is_earned_in_the_month_that_is_open(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("3,100.00"))
    asha = shop.customer("Asha")
    world.today_is("2025-03-10")
    pro = asha.subscribes_to("Pro", starts="2025-01-01")
    pro.is_canceled()
    world.wait_until("2025-04-02")
    assert pro.starts == ["2025-01-01", "2025-02-01", "2025-03-01"]
    assert shop.earned() == {"2025-03": 930_000}  # January and February were closed already


def test_after_an_outage_nothing_is_earned_before_its_invoice(world: World) -> None:
    """From 10 January on 1,000.00 a month; on 11 January everything stops until 5 April."""
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha")
    world.today_is("2025-01-10")
    pro = asha.subscribes_to("Pro")
    shop.rows("update test_clocks set frozen_time = '2025-04-05T06:30:00Z' returning 1")
    world.wait_until("2025-04-06")
    assert pro.starts == ["2025-01-10", "2025-02-10", "2025-03-10"]
    assert [invoice.issued_on for invoice in pro.invoices[1:]] == ["2025-04-05"] * 2
    world.wait_until("2025-05-01")
    assert shop.earned() == {
        "2025-01": 70_968,  # 22 of the 31 days from 10 January: 709.677
        "2025-02": 29_032,  # the other 9; the next invoice is not there yet
        "2025-04": 270_000,  # both late periods whole, and 21 of the 30 days from 10 April: 700.00
    }
    deferred = shop.rows(
        "select booked_on, sum(case when credit = 'deferred_revenue' then amount else -amount end)"
        " over (order by booked_on, entry_id, position) from postings"
        " where 'deferred_revenue' in (debit, credit)"
    )
    assert min(left for _, left in deferred) >= 0
    assert shop.balance("deferred_revenue") == inr("-300.00")
    assert shop.books_balance()


def test_a_void_invoice_keeps_its_number_and_its_books_are_mirrored(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    ravi = shop.customer("Ravi", card="tok_declined")
    asha = shop.customer("Asha")
    world.today_is("2025-01-21")
    pro = ravi.subscribes_to("Pro")
    world.wait_until("2025-02-02")
    assert shop.earned() == {"2025-01": 35_484}  # 11 of 31 days: 354.838
    wrong = ravi.latest_invoice
    wrong.is_voided()
    assert (ravi.latest_invoice.status, ravi.latest_invoice.number) == ("void", "INV/24-25/00001")
    assert wrong.entries == [
        ("invoice_issued", "receivable", "deferred_revenue", 100_000),
        ("invoice_issued", "receivable", "cgst_payable", 9_000),
        ("invoice_issued", "receivable", "sgst_payable", 9_000),
        ("invoice_voided", "deferred_revenue", "receivable", 100_000),
        ("invoice_voided", "cgst_payable", "receivable", 9_000),
        ("invoice_voided", "sgst_payable", "receivable", 9_000),
        ("recognition_reversed", "revenue", "deferred_revenue", 35_484),
    ]
    for account in ("receivable", "deferred_revenue", "cgst_payable", "sgst_payable", "revenue"):
        assert shop.balance(account) == inr("0.00"), account
    assert pro.status == "active"  # it owes nothing any more
    asha.subscribes_to("Pro")
    assert asha.latest_invoice.number == "INV/24-25/00002"
    with pytest.raises(NotVoidable):
        wrong.is_voided()
    with pytest.raises(NotVoidable):
        asha.latest_invoice.is_voided()  # a paid one is credited, not voided
    world.wait_until("2025-02-20")
    assert wrong.attempts[1:] == [
        ("2025-01-22", "failed"),
        ("2025-01-24", "failed"),
        ("2025-01-28", "failed"),
    ]  # the try of 5 February never came
    assert pro.starts == ["2025-01-21"]


def test_money_that_comes_for_a_void_invoice_goes_back(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    ravi = shop.customer("Ravi", card="tok_pending")  # it succeeds an hour later
    world.today_is("2025-01-10")
    ravi.subscribes_to("Pro")
    ravi.latest_invoice.is_voided()
    world.wait_until("2025-01-11")
    assert ravi.latest_invoice.status == "void"
    assert shop.rows("select status, amount from refunds") == [("succeeded", 118_000)]
    assert shop.balance("customer_credit") == inr("0.00")
    assert shop.balance("receivable") == inr("0.00")
    assert shop.balance("gateway_clearing") == inr("-23.60")  # its fee stays with the gateway
    assert shop.books_balance()


def test_a_loss_is_written_off_with_its_tax_and_recovered(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    ravi = shop.customer("Ravi", card="tok_declined")
    world.today_is("2025-01-10")
    ravi.subscribes_to("Pro")
    world.wait_until("2025-02-01")
    ravi.latest_invoice.is_written_off()
    assert ravi.latest_invoice.status == "uncollectible"
    # 22 of 31 days were delivered, 709.68; with the tax of 180.00 that is lost, 290.32 never were
    assert shop.balance("bad_debt") == inr("889.68")
    assert shop.balance("revenue") == inr("-709.68")
    assert shop.balance("deferred_revenue") == inr("0.00")
    assert shop.balance("receivable") == inr("0.00")
    assert shop.balance("cgst_payable") == inr("-90.00")  # GST gives no relief
    with pytest.raises(NotWritableOff):
        ravi.latest_invoice.is_written_off()
    with pytest.raises(NotVoidable):
        ravi.latest_invoice.is_voided()

    ravi.transfers(ravi.latest_invoice)
    assert ravi.latest_invoice.status == "paid"
    assert shop.balance("bad_debt") == inr("0.00")
    assert shop.balance("deferred_revenue") == inr("-290.32")
    assert shop.balance("bank") == inr("1,180.00")
    assert shop.balance("receivable") == inr("0.00")
    assert shop.books_balance()


def test_a_loss_is_written_off_by_policy_when_it_is_given_up(world: World) -> None:
    shop = world.shop(write_off_when_given_up=True, retry_days=[1])
    shop.sells("Pro", at=inr("1,000.00"))
    ravi = shop.customer("Ravi", card="tok_declined")
    world.today_is("2025-01-10")
    ravi.subscribes_to("Pro")
    world.wait_until("2025-01-11")
    assert ravi.latest_invoice.status == "uncollectible"
    assert shop.balance("bad_debt") == inr("212.26")  # a day of 31, 32.26, and the tax of 180.00


def test_papers_and_letters_bear_the_right_amounts(world: World) -> None:
    shop = world.shop("Chai Cloud Pvt Ltd")
    shop.sells("Premium", at=inr("1,23,456.00"))
    asha = shop.customer("Asha Traders", gstin="29AABCR1718E1ZL")
    world.today_is("2025-06-01")
    asha.subscribes_to("Premium")
    world.wait_until("2025-06-02")
    # 9 % of 1,23,456.00 is 11,111.04, twice 22,222.08
    document = asha.latest_invoice.document
    assert (document.subtotal, document.tax, document.total) == (12_345_600, 2_222_208, 14_567_808)
    assert (document.title, document.number) == ("Tax Invoice", "INV/25-26/00001")
    assert (document.place_of_supply, document.amount_due) == ("29-Karnataka", 0)
    assert (document.seller.tax_id or "")[:2] == "29"
    assert document.buyer.tax_id == "29AABCR1718E1ZL"
    assert [(line.tax_code, line.quantity, line.amount) for line in document.lines] == [
        ("998314", 1, 12_345_600)
    ]
    pdf = world.engine.pdf.render(document)
    assert pdf.startswith(b"%PDF-")
    assert len(pdf) < 100_000
    assert asha.inbox.kinds == ["invoice_issued", "receipt"]
    assert "INV/25-26/00001" in asha.inbox.subjects[0]
    assert "₹1,45,678.08" in asha.inbox.last
    assert "INV/25-26/00001" in asha.inbox.last_text
    assert "₹1,45,678.08" in asha.inbox.last_text
