"""Usage in the lives of subscriptions: billed when its period is over, and corrected later.

The figures are arithmetic by hand; 18 % GST inside Karnataka is two halves of 9 %.
"""

from decimal import Decimal

import pytest

from khata.core.catalog import PriceModel
from khata.core.price_terms import PriceTerms
from khata.core.refusal import Refusal
from khata.usecases.billing.next_invoice import NothingToCome
from khata.usecases.usage.read_usage import ReadUsage, read_usage
from tests.scenarios.customer import Customer
from tests.scenarios.money import inr
from tests.scenarios.shop import Shop
from tests.scenarios.usage import foreseen, measures, shop_of_usage, uses
from tests.scenarios.world import World, at


@pytest.fixture
def shop(world: World) -> Shop:
    return shop_of_usage(world)


def test_usage_of_the_month_stands_beside_the_fee_of_the_next(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Base", "Calls")
    assert metered.invoices[0].lines == [("Base", 100_000)]
    world.wait_until("2025-04-20")
    uses(asha, "calls", 4_000, on="2025-04-03")
    uses(asha, "calls", 1_001, on="2025-04-19")
    # 5,001 × 0.125 = 625.125, which is 62,513 paise: half up
    lines = [("Base", 100_000), ("Calls (usage)", 62_513)]
    # 1,625.13 and twice 9 % of 1,000.00 and of 625.13 (56.26 each): 180.00 + 112.52
    assert foreseen(metered) == (lines, 191_765)
    world.wait_until("2025-05-01")
    uses(asha, "calls", 1_000, on="2025-05-01", hour="00:00")  # its instant is May's
    invoice = metered.invoices[-1]
    assert (invoice.lines, invoice.total) == (lines, inr("1917.65"))
    assert shop.rows(
        "select kind, period_start::text, period_end::text, priced_quantity::text"
        " from invoice_lines where kind = 'usage'"
    ) == [("usage", "2025-04-01", "2025-05-01", "5001")]
    assert invoice.document.lines[1].description == "Calls (usage): 5,001 used"
    world.wait_until("2025-06-02")
    assert metered.invoices[-1].lines == [("Base", 100_000), ("Calls (usage)", 12_500)]
    assert metered.now.mrr == 100_000  # usage is not recurring
    assert shop.books_balance()


def test_what_is_used_alone_is_billed_from_the_end_of_the_first_month(
    world: World, shop: Shop
) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Calls")
    assert metered.invoices == []
    assert metered.status == "active"
    assert metered.period == ("2025-04-01", "2025-05-01")
    uses(asha, "calls", 80, on="2025-04-01", hour="11:59")  # before it subscribed, at noon
    uses(asha, "calls", 8, on="2025-04-01", hour="12:00")
    assert foreseen(metered) == ([("Calls (usage)", 100)], 118)
    world.wait_until("2025-05-03")
    assert [invoice.lines for invoice in metered.invoices] == [[("Calls (usage)", 100)]]
    world.wait_until("2025-06-03")  # nothing was used: an invoice of nothing says so
    assert metered.invoices[-1].lines == [("Calls (usage)", 0)]
    assert metered.invoices[-1].status == "paid"


def test_a_change_of_price_bills_what_was_used_at_the_old_one(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Calls")
    world.wait_until("2025-04-02")
    uses(asha, "calls", 1_000, on="2025-04-01", hour="15:00")
    world.wait_until("2025-04-10")
    uses(asha, "calls", 600, on="2025-04-10", hour="11:59")
    metered.changes_to("Dear calls", when="now")
    # 1,600 × 0.125 until noon
    assert metered.invoices[-1].lines == [("Calls (usage)", 20_000)]
    uses(asha, "calls", 100, on="2025-04-10", hour="12:01")
    uses(asha, "calls", 80, on="2025-04-09", id="late")  # at the old price, later
    world.wait_until("2025-05-01")
    # 100 × 0.20; 80 × 0.125
    assert sorted(metered.invoices[-1].lines) == [
        ("Calls (usage, late)", 1_000),
        ("Dear calls (usage)", 2_000),
    ]
    assert shop.books_balance()


def test_a_change_at_the_end_of_the_period_bills_both_prices_in_turn(
    world: World, shop: Shop
) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Base", "Calls")
    metered.changes_to("Base", "Dear calls", when="period_end")
    world.wait_until("2025-04-02")
    uses(asha, "calls", 1_000, on="2025-04-01", hour="15:00")
    world.wait_until("2025-05-02")
    assert sorted(metered.invoices[-1].lines) == [("Base", 100_000), ("Calls (usage)", 12_500)]
    uses(asha, "calls", 1_000, on="2025-05-01", hour="15:00")
    world.wait_until("2025-06-02")
    assert metered.invoices[-1].lines == [("Base", 100_000), ("Dear calls (usage)", 20_000)]


def test_an_end_now_bills_what_was_used(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Base", "Calls")
    world.wait_until("2025-04-10")
    uses(asha, "calls", 800, on="2025-04-02")
    metered.is_canceled(now=True)
    last = metered.invoices[-1]
    assert last.lines == [("Calls (usage)", 10_000)]
    assert (last.status, last.captures) == ("paid", [11_800])  # at once, and not with the round
    assert metered.status == "canceled"
    world.wait_until("2025-07-10")
    assert len(metered.invoices) == 2


def test_an_end_with_the_period_bills_what_was_used(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Base", "Calls")
    metered.is_canceled()
    world.wait_until("2025-04-20")
    uses(asha, "calls", 800, on="2025-04-19")
    world.wait_until("2025-05-02")
    assert metered.invoices[-1].lines == [("Calls (usage)", 10_000)]
    assert metered.status == "canceled"


def test_a_level_is_charged_for_the_time_that_it_held(world: World, shop: Shop) -> None:
    # 10.00 a gigabyte and month, for as long as it is kept; what is kept goes on into May
    stored = measures(shop, "stored", "weighted_sum", resets=False)
    terms = PriceTerms(PriceModel.PER_UNIT, Decimal(1_000), meter_id=stored, prorated=True)
    shop.sells("Storage", at=inr("0.00"), terms=terms)
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Storage", starts="2025-04-01")
    world.wait_until("2025-04-16")
    uses(asha, "stored", 30, on="2025-04-16", hour="00:00")
    world.wait_until("2025-05-02")
    # subscribed at noon: 29.5 of 30 days are charged, and 30 GB held for 15 of those 29.5:
    # 30 × 15/29.5 × 10.00 × 29.5/30 = 150.00, each of the two steps rounded half up
    assert metered.invoices[-1].lines == [("Storage (usage)", 15_000)]
    world.wait_until("2025-06-02")
    assert metered.invoices[-1].lines == [("Storage (usage)", 30_000)]


def test_a_percentage_is_taken_of_each_event(world: World, shop: Shop) -> None:
    # 2 % and 3.00 for each payment, at most 50.00
    terms = PriceTerms(
        PriceModel.PERCENTAGE,
        rate=Decimal(2),
        fixed_fee=Decimal(300),
        maximum=Decimal(5_000),
        meter_id=measures(shop, "payments"),
    )
    shop.sells("Payments", at=inr("0.00"), terms=terms)
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Payments")
    world.wait_until("2025-04-02")
    uses(asha, "payments", 10_000, on="2025-04-01", hour="13:00")  # 2.00 + 3.00
    uses(asha, "payments", 1_000_000, on="2025-04-01", hour="14:00")  # 203.00: 50.00 at most
    world.wait_until("2025-05-02")
    assert metered.invoices[-1].lines == [("Payments (usage)", 5_500)]


def test_a_trial_is_not_measured(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Calls", trial_days=14)
    world.wait_until("2025-04-20")
    uses(asha, "calls", 8_000, on="2025-04-14", hour="23:59")
    uses(asha, "calls", 8, on="2025-04-15", hour="00:00")
    world.wait_until("2025-05-16")
    assert metered.invoices[-1].lines == [("Calls (usage)", 100)]


def test_a_pause_does_not_lose_what_was_used_before(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Base", "Calls")
    world.wait_until("2025-04-10")
    uses(asha, "calls", 80, on="2025-04-09")
    metered.is_paused(until="2025-05-10")
    world.wait_until("2025-05-10")
    assert ("Calls (usage)", 1_000) in metered.invoices[-1].lines
    world.wait_until("2025-06-10")
    assert [line for one in metered.invoices for line in one.lines if "Calls" in line[0]] == [
        ("Calls (usage)", 1_000),
        ("Calls (usage)", 0),
    ]


def test_nothing_is_charged_of_what_was_sent_twice(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Calls")
    world.wait_until("2025-04-02")
    for _ in range(3):
        uses(asha, "calls", 8, on="2025-04-01", hour="13:00", id="t1")
    with pytest.raises(Refusal):
        uses(asha, "calls", 9, on="2025-04-01", hour="13:00", id="t1")
    world.wait_until("2025-05-02")
    assert metered.invoices[-1].lines == [("Calls (usage)", 100)]


def test_one_jump_is_as_day_by_day(world: World, shop: Shop) -> None:
    def lived(customer: Customer) -> list[list[tuple[str, int]]]:
        return [invoice.lines for invoice in customer.invoices]

    asha, ben = shop.customer("Asha"), shop.customer("Ben")
    for one in (asha, ben):
        one.subscribes_to("Base", "Calls")
    world.wait_until("2025-04-02")
    for one in (asha, ben):
        uses(one, "calls", 16, on="2025-04-01", hour="13:00")
    world.wait_until("2025-07-10")
    assert lived(asha) == lived(ben)
    assert [lines[1:] for lines in lived(asha)] == [
        [],
        [("Calls (usage)", 200)],
        [("Calls (usage)", 0)],
        [("Calls (usage)", 0)],
    ]


def test_there_is_nothing_to_foresee_before_there_is_a_period(world: World, shop: Shop) -> None:
    later = shop.customer("Asha").subscribes_to("Calls", starts="2025-05-01")
    with pytest.raises(NothingToCome):
        foreseen(later)


def test_what_was_used_so_far_and_its_price_can_be_read(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    metered = asha.subscribes_to("Base", "Calls")
    world.wait_until("2025-05-10")
    uses(asha, "calls", 100, on="2025-05-09")
    uses(asha, "calls", 8, on="2025-04-20")
    command = ReadUsage(shop.tenant, metered.id, world.now)
    _, [may, april] = read_usage(command, db=shop.db)
    assert (may.quantity, may.price, may.period.billed) == (Decimal(100), 1_250, 0)
    assert (april.quantity, april.price, april.period.billed) == (Decimal(8), 100, 0)
    assert may.period.ends is None
    assert april.until == at("2025-05-01", "00:00")


def test_usage_is_earned_with_its_invoice(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha")
    asha.subscribes_to("Calls")
    world.wait_until("2025-04-20")
    uses(asha, "calls", 800, on="2025-04-19")
    world.wait_until("2025-05-20")
    assert shop.balance("deferred_revenue") == inr("-100.00")
    world.wait_until("2025-06-02")  # May is closed: all days of April are over
    assert shop.balance("revenue") == inr("-100.00")
    assert shop.balance("deferred_revenue") == inr("0.00")
