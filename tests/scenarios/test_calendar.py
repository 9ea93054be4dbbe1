"""What will be due in the next twelve months is what then happens."""

from datetime import date
from decimal import Decimal

import pytest

from khata.core.billing_calendar import CalendarEntry
from khata.core.catalog import PriceModel
from khata.core.plan_change import Invoicing
from khata.core.price_terms import PriceTerms
from khata.core.refusal import NotFound
from khata.usecases.billing.foresee_calendar import ForeseeCalendar, foresee_calendar
from tests.scenarios.money import inr
from tests.scenarios.shop import Shop
from tests.scenarios.subscription import Subscribed
from tests.scenarios.world import World


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop()
    shop.sells("Pro", at=inr("1000.00"))
    shop.sells("Team", at=inr("2500.00"))
    shop.sells("Trial", at=inr("500.00"), trial_days=14)
    world.today_is("2025-01-31")
    return shop


def foreseen(of: Subscribed) -> list[CalendarEntry]:
    command = ForeseeCalendar(of.shop.tenant, of.shop.world.now, subscription_id=of.id)
    return foresee_calendar(command, db=of.shop.db)


def told(of: Subscribed) -> list[tuple[str, str, int | None]]:
    return [(str(entry.on), entry.kind.value, entry.amount) for entry in foreseen(of)]


def test_month_ends_come_as_they_will(world: World, shop: Shop) -> None:
    """Anchored on the 31st, 1,000.00 and 18 % of tax."""
    pro = shop.customer("Asha").subscribes_to("Pro")
    days = ["02-28", "03-31", "04-30", "05-31", "06-30", "07-31", "08-31", "09-30", "10-31",
            "11-30", "12-31"]  # fmt: skip
    expected = [(f"2025-{day}", "renews", 118_000) for day in days]
    expected.append(("2026-01-31", "renews", 118_000))
    assert told(pro) == expected
    before = foreseen(pro)
    world.wait_until("2026-01-31")
    assert [(str(e.period.start), e.amount) for e in before if e.period] == [
        (str(invoice.period.start), invoice.total.amount) for invoice in pro.invoices[1:]
    ]
    assert shop.rows("select count(*) from invoices") == [(13,)]  # looking made none


def test_a_trial_then_what_it_costs(shop: Shop) -> None:
    trial = shop.customer("Asha").subscribes_to("Trial", starts="2025-02-10")
    assert told(trial)[:4] == [
        ("2025-02-10", "starts", None),
        ("2025-02-24", "trial_ends", None),
        ("2025-02-24", "renews", 59_000),
        ("2025-03-24", "renews", 59_000),
    ]
    assert foreseen(trial)[0].summary == "Trial begins with a trial"


def test_an_end_is_the_last_of_it(shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    pro.is_canceled()
    assert told(pro) == [("2025-02-28", "ends", None)]
    pro.is_canceled(now=True)
    assert told(pro) == []


def test_what_is_scheduled_is_in_it(world: World, shop: Shop) -> None:
    team = shop.customer("Asha").subscribes_to("Team")
    team.changes_to("Pro")  # costs less: when what is paid for ends
    entries = foreseen(team)
    assert [(str(e.on), e.kind.value, e.amount, e.summary) for e in entries[:3]] == [
        ("2025-02-28", "changes", None, "Team becomes Pro"),
        ("2025-02-28", "renews", 118_000, "Pro renews: ₹1,180.00"),
        ("2025-03-31", "renews", 118_000, "Pro renews: ₹1,180.00"),
    ]
    world.wait_until("2025-03-01")
    assert team.invoices[-1].total == inr("1180.00")


def test_a_pause_and_its_end_are_told_as_such(world: World, shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    pro.is_paused("2025-02-10", until="2025-03-15")
    before = [(str(e.on), e.kind.value, e.summary) for e in foreseen(pro)]
    assert before[:4] == [
        ("2025-02-10", "pauses", "Pro is paused until 15 March 2025"),
        ("2025-03-15", "resumes", "Pro resumes"),
        # 16 of the 31 days from 28 February to 31 March: 516.13, and 2 × 46.45 of tax
        ("2025-03-15", "renews", "Pro renews: ₹609.03"),
        ("2025-03-31", "renews", "Pro renews: ₹1,180.00"),
    ]
    world.wait_until("2025-03-15")
    assert pro.invoices[-1].total == inr("609.03")
    pro.is_paused("period_end")
    last = foreseen(pro)
    assert [entry.summary for entry in last] == ["Pro is paused"]


def test_a_minimum_is_made_up_as_it_will_be(world: World, shop: Shop) -> None:
    """Two seats of 300.00 and a minimum of 1,000.00: 400.00 are missing of each period."""
    terms = PriceTerms(
        PriceModel.PER_UNIT, Decimal(30_000), setup_fee=50_000, minimum_commitment=100_000
    )
    shop.sells("Seat", at=inr("300.00"), terms=terms)
    seats = shop.customer("Asha").subscribes_to("Seat", seats=[2])
    before = foreseen(seats)
    assert [entry.amount for entry in before[:3]] == [118_000] * 3  # (600.00 + 400.00) × 1.18
    world.wait_until("2025-05-01")
    assert [entry.amount for entry in before[:3]] == [
        invoice.total.amount for invoice in seats.invoices[1:4]
    ]


def test_what_a_change_charges_later_is_on_the_next_invoice(world: World, shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    pro.changes_to("Team", when=date(2025, 2, 14), invoicing=Invoicing.NEXT)
    before = foreseen(pro)
    world.wait_until("2025-03-01")
    assert (str(before[0].on), before[0].kind.value) == ("2025-02-14", "changes")
    assert (str(before[1].on), before[1].amount) == (
        "2025-02-28",
        pro.invoices[-1].total.amount,
    )


def test_a_pause_and_its_end_are_told(world: World, shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    pro.is_paused("2025-02-10", until="2025-02-20")
    # 20 to 28 February: 8 of the 28 days from 31 January, 285.71, and 25.71 of tax twice
    assert [(str(one.on), one.kind, one.summary) for one in foreseen(pro)[:4]] == [
        ("2025-02-10", "pauses", "Pro is paused until 20 February 2025"),
        ("2025-02-20", "resumes", "Pro resumes"),
        ("2025-02-20", "renews", "Pro renews: ₹337.13"),
        ("2025-02-28", "renews", "Pro renews: ₹1,180.00"),
    ]
    world.wait_until("2025-02-28")
    assert [one.total for one in pro.invoices[1:]] == [inr("337.13"), inr("1,180.00")]


def test_what_cannot_be_decided_says_why(shop: Shop) -> None:
    asha = shop.customer("Asha")
    pro = asha.subscribes_to("Pro")
    shop.rows("update customers set state = null where id = %(id)s returning 1", id=asha.id)
    [entry] = foreseen(pro)
    assert (str(entry.on), entry.amount) == ("2025-02-28", None)
    assert entry.reason is not None
    assert "state" in entry.reason


def test_a_customer_has_all_in_one(shop: Shop) -> None:
    asha = shop.customer("Asha")
    asha.subscribes_to("Pro")
    asha.subscribes_to("Team", starts="2025-02-15")
    command = ForeseeCalendar(shop.tenant, shop.world.now, customer_id=asha.id)
    entries = foresee_calendar(command, db=shop.db)
    assert [(str(e.on), e.summary) for e in entries[:3]] == [
        ("2025-02-15", "Team begins: ₹2,950.00"),
        ("2025-02-28", "Pro renews: ₹1,180.00"),
        ("2025-03-15", "Team renews: ₹2,950.00"),
    ]
    nobody = ForeseeCalendar(shop.tenant, shop.world.now, customer_id=shop.tenant)
    with pytest.raises(NotFound):
        foresee_calendar(nobody, db=shop.db)
