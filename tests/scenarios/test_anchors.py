"""Stories of calendars: month ends, leap years, anchors, and every length of interval."""

from itertools import pairwise

import pytest

from tests.scenarios.world import World, inr


def test_the_31st_through_a_leap_year(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha")
    world.today_is("2024-01-31")
    pro = asha.subscribes_to("Pro")
    world.wait_until("2025-03-31")
    assert pro.starts == [
        "2024-01-31",
        "2024-02-29",
        "2024-03-31",
        "2024-04-30",
        "2024-05-31",
        "2024-06-30",
        "2024-07-31",
        "2024-08-31",
        "2024-09-30",
        "2024-10-31",
        "2024-11-30",
        "2024-12-31",
        "2025-01-31",
        "2025-02-28",
        "2025-03-31",
    ]
    assert pro.period == ("2025-03-31", "2025-04-30")
    invoices = pro.invoices
    assert {invoice.total for invoice in invoices} == {inr("1,180.00")}
    for before, after in pairwise(invoices):
        assert before.period.end == after.period.start
    assert [invoice.issued_on for invoice in invoices] == pro.starts
    assert shop.balance("receivable") == inr("0.00")
    assert shop.books_balance()


def test_the_numbers_of_a_financial_year_begin_again_in_april(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha")
    world.today_is("2024-01-31")
    asha.subscribes_to("Pro")
    world.wait_until("2024-06-01")
    assert shop.numbers == [
        "INV/23-24/00001",
        "INV/23-24/00002",
        "INV/23-24/00003",  # 31 March is the year's last day
        "INV/24-25/00001",
        "INV/24-25/00002",
    ]


def test_the_29th_of_february_every_year(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("12,000.00"), every="year")
    asha = shop.customer("Asha")
    world.today_is("2024-02-29")
    pro = asha.subscribes_to("Pro")
    world.wait_until("2028-03-01")
    assert pro.starts == ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]
    assert pro.period == ("2028-02-29", "2029-02-28")


@pytest.mark.parametrize(
    ("every", "until", "starts"),
    [
        ("day", "2025-01-04", ["2025-01-01", "2025-01-02", "2025-01-03", "2025-01-04"]),
        ("10 days", "2025-01-25", ["2025-01-01", "2025-01-11", "2025-01-21"]),
        ("week", "2025-01-21", ["2025-01-01", "2025-01-08", "2025-01-15"]),
        ("2 weeks", "2025-02-01", ["2025-01-01", "2025-01-15", "2025-01-29"]),
        ("2 months", "2025-06-01", ["2025-01-01", "2025-03-01", "2025-05-01"]),
        ("3 months", "2025-08-01", ["2025-01-01", "2025-04-01", "2025-07-01"]),
        ("2 years", "2029-02-01", ["2025-01-01", "2027-01-01", "2029-01-01"]),
    ],
)
def test_intervals_of_every_unit(world: World, every: str, until: str, starts: list[str]) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("100.00"), every=every)
    asha = shop.customer("Asha")
    world.today_is("2025-01-01")
    pro = asha.subscribes_to("Pro")
    world.wait_until(until)
    assert pro.starts == starts
    assert [invoice.total for invoice in pro.invoices] == [inr("118.00")] * len(starts)


def test_an_anchor_of_its_own_makes_the_first_period_short(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha")
    world.today_is("2025-01-18")
    pro = asha.subscribes_to("Pro", anchor="2025-02-01")
    first = asha.latest_invoice
    assert (str(first.period.start), str(first.period.end)) == ("2025-01-18", "2025-02-01")
    # 14 of January's 31 days: all until the 18th cost 1,000 × 17 / 31 = 548.387 → 548.39,
    # the rest is 1,000.00 − 548.39 = 451.61; 9 % of it is 40.6449 → 40.64, twice
    assert first.lines == [("Pro (14 of 31 days)", 45161)]
    assert first.taxes == [("CGST", "9", 4064), ("SGST", "9", 4064)]
    assert first.total == inr("532.89")
    world.wait_until("2025-04-02")
    assert pro.starts == ["2025-01-18", "2025-02-01", "2025-03-01", "2025-04-01"]
    assert asha.latest_invoice.total == inr("1,180.00")


def test_an_anchor_in_the_past_is_counted_on(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("900.00"))
    asha = shop.customer("Asha")
    world.today_is("2025-04-16")
    pro = asha.subscribes_to("Pro", anchor="2024-12-31")
    # 31 March to 30 April has 30 days, and 14 of them are left:
    # 900.00 × 16 / 30 = 480.00 are over, 420.00 remain; 9 % of that is 37.80
    first = asha.latest_invoice
    assert (first.subtotal, first.tax, first.total) == (
        inr("420.00"),
        inr("75.60"),
        inr("495.60"),
    )
    world.wait_until("2025-06-30")
    assert pro.starts == ["2025-04-16", "2025-04-30", "2025-05-31", "2025-06-30"]


def test_a_start_to_come_waits_for_its_day(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha")
    world.today_is("2025-01-10")
    pro = asha.subscribes_to("Pro", starts="2025-02-15")
    assert (pro.status, pro.invoices) == ("incomplete", [])
    world.wait_until("2025-02-14")
    assert pro.status == "incomplete"
    world.wait_until("2025-03-16")
    assert pro.starts == ["2025-02-15", "2025-03-15"]
    assert pro.history == [
        ("incomplete", "2025-01-10", "created"),
        ("active", "2025-02-14", "started"),  # midnight in India is 18:30 UTC of the day before
    ]


def test_a_start_a_year_back_catches_up_in_order(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha")
    world.today_is("2025-03-31")
    pro = asha.subscribes_to("Pro", starts="2024-03-31")
    assert len(pro.starts) == 13
    assert pro.starts[:3] == ["2024-03-31", "2024-04-30", "2024-05-31"]
    assert pro.starts[-1] == "2025-03-31"
    assert [invoice.number for invoice in pro.invoices] == [
        f"INV/24-25/{n:05}" for n in range(1, 14)
    ]
    assert {invoice.issued_on for invoice in pro.invoices} == {"2025-03-31"}
    assert {invoice.status for invoice in pro.invoices} == {"paid"}
    assert shop.balance("gateway_clearing") == inr("15,033.20")  # 13 × 1,180.00 less 2 % each
    world.wait_until("2025-04-30")
    assert len(pro.starts) == 14


def test_a_year_back_by_the_day(world: World) -> None:
    shop = world.shop()
    shop.sells("Daily", at=inr("10.00"), every="day")
    asha = shop.customer("Asha", card=None)
    world.today_is("2025-03-31")
    daily = asha.subscribes_to("Daily", starts="2024-03-31", pays_by="transfer")
    assert len(daily.starts) == 366  # 31 March 2024 to 31 March 2025, both included
    assert shop.parked == []
    assert shop.balance("receivable") == inr("4,318.80")  # 366 × 11.80


@pytest.mark.parametrize(
    ("zone", "edge"),
    [
        ("America/New_York", "2025-02-10 05:00"),  # UTC−5 in winter
        ("Asia/Kathmandu", "2025-02-09 18:15"),  # UTC+5:45
        ("Pacific/Auckland", "2025-02-09 11:00"),  # UTC+13 in summer
    ],
)
def test_periods_end_at_the_customers_midnight(world: World, zone: str, edge: str) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha", zone=zone)
    world.today_is("2025-01-10")
    pro = asha.subscribes_to("Pro")
    assert pro.now.next_billing_at is not None
    assert f"{pro.now.next_billing_at:%Y-%m-%d %H:%M}" == edge
    world.wait_until("2025-04-11")
    assert pro.starts == ["2025-01-10", "2025-02-10", "2025-03-10", "2025-04-10"]


def test_an_invoice_bears_the_shops_day_and_its_period_the_customers(world: World) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    anahera = shop.customer("Anahera", zone="Pacific/Auckland")
    world.today_is("2025-01-10")
    anahera.subscribes_to("Pro")
    world.wait_until("2025-02-10")
    renewal = anahera.latest_invoice
    # 10 February begins in Auckland at 16:30 of the 9th in India.
    assert (str(renewal.period.start), renewal.issued_on) == ("2025-02-10", "2025-02-09")


def test_a_customer_who_moves_keeps_the_running_period_and_gets_new_midnights(
    world: World,
) -> None:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    asha = shop.customer("Asha")
    world.today_is("2025-01-10")
    pro = asha.subscribes_to("Pro")
    asha.goes_to_live_in("America/New_York")
    world.wait_until("2025-04-12")
    assert pro.starts == ["2025-01-10", "2025-02-10", "2025-03-10", "2025-04-10"]
    assert shop.rows("select created_at::text from invoices order by id") == [
        ("2025-01-10 06:30:00+00",),
        ("2025-02-09 18:30:00+00",),  # the period that was running ends at midnight in India
        ("2025-03-10 04:00:00+00",),  # summer time began in New York the day before
        ("2025-04-10 04:00:00+00",),
    ]
