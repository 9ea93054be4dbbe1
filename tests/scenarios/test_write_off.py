"""Stories of what is written off: what was never delivered is neither revenue nor a loss."""

from tests.scenarios.world import World, inr


def test_a_year_that_was_never_paid_is_lost_for_a_day_and_its_tax(world: World) -> None:
    """12,000.00 for 2025, 18 % GST: declined on 1 January, given up on the 2nd.

    One of 365 days was delivered: 12,000.00 / 365 = 32.876…, so 32.88 are earned and lost. The
    tax of 2,160.00 is owed to the state whatever the customer does. 11,967.12 were never delivered.
    """
    shop = world.shop(retry_days=[1], write_off_when_given_up=True)
    shop.sells("Year", at=inr("12,000.00"), every="year")
    ravi = shop.customer("Ravi", card="tok_declined")
    world.today_is("2025-01-01")
    year = ravi.subscribes_to("Year")
    world.wait_until("2025-01-03")
    assert ravi.latest_invoice.entries[-2:] == [
        ("invoice_written_off", "deferred_revenue", "receivable", 1_196_712),
        ("invoice_written_off", "bad_debt", "receivable", 219_288),
    ]
    world.wait_until("2026-03-01")
    assert (year.status, ravi.latest_invoice.status) == ("unpaid", "uncollectible")
    assert shop.balance("revenue") == inr("-32.88")
    assert shop.balance("bad_debt") == inr("2,192.88")
    assert shop.balance("deferred_revenue") == inr("0.00")
    assert shop.balance("receivable") == inr("0.00")
    assert shop.earned() == {"2025-01": 3_288}


def test_paid_after_all_it_is_earned_from_there_on(world: World) -> None:
    """Recovered on 1 March: January and February are earned when March is closed.

    To 1 April are 90 days: 12,000.00 × 90 / 365 = 2,958.904…, less the 32.88 of 1 January.
    April: 12,000.00 × 120 / 365 = 3,945.205…; 3,945.21 − 2,958.90 = 986.31.
    """
    shop = world.shop(retry_days=[1], write_off_when_given_up=True)
    shop.sells("Year", at=inr("12,000.00"), every="year")
    ravi = shop.customer("Ravi", card="tok_declined")
    world.today_is("2025-01-01")
    ravi.subscribes_to("Year")
    world.wait_until("2025-03-01")
    ravi.gives_card("tok_ok")
    world.wait_until("2025-03-02")
    assert ravi.latest_invoice.status == "paid"
    assert ravi.latest_invoice.entries[-2:] == [
        ("write_off_recovered", "receivable", "deferred_revenue", 1_196_712),
        ("write_off_recovered", "receivable", "bad_debt", 219_288),
    ]
    assert shop.balance("bad_debt") == inr("0.00")
    assert shop.balance("deferred_revenue") == inr("-11,967.12")
    world.wait_until("2025-05-02")
    assert shop.earned() == {"2025-01": 3_288, "2025-03": 292_602, "2025-04": 98_631}
    world.wait_until("2026-01-01")
    assert sum(shop.earned().values()) == 1_200_000
    assert shop.balance("deferred_revenue") == inr("-12,000.00")  # the next year's
    assert shop.books_balance()


def test_in_the_middle_of_a_month_the_closed_months_stay_as_they_are(world: World) -> None:
    """12,000.00 for a year from 15 June 2025, written off by hand on 10 August.

    June earned 526.03, July 1,019.18 (docs/accounting.md); 56 days to 10 August are 1,841.0958…,
    so August earns 1,841.10 − 1,545.21 = 295.89. 10,158.90 are not delivered, and
    1,841.10 + 2,160.00 = 4,001.10 are lost.
    """
    shop = world.shop(retry_days=[90])
    shop.sells("Year", at=inr("12,000.00"), every="year")
    ravi = shop.customer("Ravi", card="tok_declined")
    world.today_is("2025-06-15")
    ravi.subscribes_to("Year")
    world.wait_until("2025-08-10")
    ravi.latest_invoice.is_written_off()
    assert shop.earned() == {"2025-06": 52_603, "2025-07": 101_918, "2025-08": 29_589}
    assert shop.balance("bad_debt") == inr("4,001.10")
    assert shop.balance("deferred_revenue") == inr("0.00")
    world.wait_until("2025-09-20")
    assert shop.earned() == {"2025-06": 52_603, "2025-07": 101_918, "2025-08": 29_589}

    # 108 days to 1 October are 3,550.6849…: September earns all since 10 August
    ravi.transfers(ravi.latest_invoice)
    assert (shop.balance("bad_debt"), shop.balance("bank")) == (inr("0.00"), inr("14,160.00"))
    assert shop.balance("deferred_revenue") == inr("-10,158.90")
    world.wait_until("2025-10-02")
    assert shop.earned() == {
        "2025-06": 52_603,
        "2025-07": 101_918,
        "2025-08": 29_589,
        "2025-09": 170_958,
    }
    assert shop.books_balance()


def test_what_was_delivered_whole_is_lost_whole(world: World) -> None:
    shop = world.shop(retry_days=[40], write_off_when_given_up=True)
    shop.sells("Pro", at=inr("1,000.00"))
    ravi = shop.customer("Ravi", card="tok_declined")
    world.today_is("2025-01-10")
    pro = ravi.subscribes_to("Pro")
    world.wait_until("2025-02-10")
    pro.is_canceled(now=True)
    world.wait_until("2025-03-05")
    invoice = ravi.invoices[0]
    invoice.is_written_off()
    # 22 of 31 days are January's, 9 February's; so are 19 of the 28 days of the second invoice
    assert shop.earned() == {"2025-01": 70_968, "2025-02": 29_032 + 67_857}
    assert invoice.entries[-1] == ("invoice_written_off", "bad_debt", "receivable", 118_000)
    assert shop.earned() == {"2025-01": 70_968, "2025-02": 96_889}
