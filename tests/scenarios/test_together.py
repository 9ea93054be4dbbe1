"""One invoice for several subscriptions of one payer that fall due together.

The figures are arithmetic by hand; 18 % GST inside Karnataka is two halves of 9 %.
"""

from datetime import date
from decimal import Decimal

import pytest

from khata.core.catalog import PriceModel
from khata.core.ids import new_id
from khata.core.price_terms import PriceTerms
from khata.core.proration import ProrationPolicy
from khata.db.stores.due import DueWork
from khata.usecases.billing.preview_invoice import PreviewInvoice, preview_invoice
from khata.usecases.credit_notes.credit_invoice import CreditInvoice, credit_invoice
from tests.scenarios.customer import Customer
from tests.scenarios.funds import credit_of, offers, redeems
from tests.scenarios.money import inr
from tests.scenarios.shop import Shop
from tests.scenarios.subscription import Subscribed
from tests.scenarios.world import World, at


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop()
    shop.sells("Pro", at=inr("1000.00"))
    shop.sells("Team", at=inr("2500.00"))
    shop.sells("Annual", at=inr("10000.00"), every="year")
    shop.sells("Odd", at=inr("999.99"))
    world.today_is("2025-04-01")
    return shop


@pytest.fixture
def asha(shop: Shop) -> Customer:
    asha = shop.customer("Asha")
    asha.wants_one_invoice()
    return asha


def test_two_that_are_due_on_one_day_stand_on_one_invoice(
    world: World, shop: Shop, asha: Customer
) -> None:
    pro, team = asha.subscribes_to("Pro"), asha.subscribes_to("Team")
    assert len(asha.invoices) == 2  # each begins when it is asked for
    world.wait_until("2025-05-01")
    [_, _, made] = asha.invoices
    assert made.lines == [("Pro", 100_000), ("Team", 250_000)]
    assert made.total == inr("4130.00")  # 3,500.00 and two halves of 9 %: 315.00 each
    assert made.taxes == [
        ("CGST", "9", 9_000),
        ("SGST", "9", 9_000),
        ("CGST", "9", 22_500),
        ("SGST", "9", 22_500),
    ]
    assert (made.status, made.captures) == ("paid", [413_000])
    assert [one.number for one in pro.invoices] == ["INV/25-26/00001", "INV/25-26/00003"]
    assert [one.number for one in team.invoices] == ["INV/25-26/00002", "INV/25-26/00003"]
    assert pro.period == team.period == ("2025-05-01", "2025-06-01")
    assert (pro.status, team.status, pro.now.mrr, team.now.mrr) == (
        "active",
        "active",
        100_000,
        250_000,
    )
    assert shop.rows("select count(*) from payments where status = 'succeeded'") == [(3,)]


def test_what_was_earned_is_each_ones_own(world: World, shop: Shop, asha: Customer) -> None:
    asha.subscribes_to("Pro")
    asha.subscribes_to("Annual")
    world.wait_until("2026-04-02")
    # the year began with April, as the month did: they meet again a year later
    last = asha.latest_invoice
    assert last.lines == [("Pro", 100_000), ("Annual", 1_000_000)]
    # each month 1,000.00, and April's 30 of 365 days of 10,000.00: 821.92
    assert shop.earned()["2025-04"] == 100_000 + 82_192


def test_on_different_days_there_are_two(world: World, asha: Customer) -> None:
    asha.subscribes_to("Pro")
    world.wait_until("2025-04-02")
    asha.subscribes_to("Team")
    world.wait_until("2025-05-02")
    assert [invoice.lines for invoice in asha.invoices[2:]] == [
        [("Pro", 100_000)],
        [("Team", 250_000)],
    ]


def test_without_the_wish_there_are_two(world: World, shop: Shop) -> None:
    ravi = shop.customer("Ravi")
    ravi.subscribes_to("Pro")
    ravi.subscribes_to("Team")
    world.wait_until("2025-05-01")
    assert len(ravi.invoices) == 4
    ravi.wants_one_invoice()
    world.wait_until("2025-06-01")
    assert len(ravi.invoices) == 5


def test_what_cannot_stand_on_one_stands_apart(world: World, asha: Customer) -> None:
    asha.subscribes_to("Pro")
    asha.subscribes_to("Team", pays_by="transfer", days_to_pay=10)
    asha.subscribes_to("Odd")
    world.wait_until("2025-05-01")
    assert [invoice.lines for invoice in asha.invoices[3:]] == [
        [("Pro", 100_000), ("Odd", 99_999)],
        [("Team", 250_000)],
    ]


def test_a_payers_own_and_its_childrens_are_one(world: World, shop: Shop, asha: Customer) -> None:
    for name in ("North", "South"):
        branch = shop.customer(name, card=None)
        branch.is_paid_for_by(asha)
        branch.subscribes_to("Pro")
    asha.subscribes_to("Team")
    asha.owes_once("Training", inr("200.00"))
    world.wait_until("2025-05-01")
    made = asha.latest_invoice
    assert made.lines == [
        ("Pro, for North", 100_000),
        ("Training", 20_000),
        ("Pro, for South", 100_000),
        ("Team", 250_000),
    ]
    assert made.total == inr("5546.00")  # 4,700.00 and 18 %: 846.00
    assert len(asha.invoices) == 4


def test_it_is_rounded_as_a_whole(world: World) -> None:
    shop = world.shop(round_off="rupee")
    shop.sells("Odd", at=inr("100.25"))
    world.today_is("2025-04-01")
    asha = shop.customer("Asha")
    asha.wants_one_invoice()
    asha.subscribes_to("Odd")
    asha.subscribes_to("Odd")
    assert asha.latest_invoice.total == inr("118.00")  # 100.25, 2 × 9.02 = 118.29, -0.29
    world.wait_until("2025-05-01")
    made = asha.latest_invoice
    assert (made.round_off, made.total) == (inr("0.42"), inr("237.00"))  # 236.58


def test_a_payment_that_fails_makes_both_past_due(world: World, asha: Customer) -> None:
    pro, team = asha.subscribes_to("Pro"), asha.subscribes_to("Team")
    asha.card.will_be_declined()
    world.wait_until("2025-05-01")
    owed = asha.latest_invoice
    assert (pro.status, team.status) == ("past_due", "past_due")
    assert asha.inbox.kinds.count("payment_failed") == 1
    asha.card.will_be_accepted()
    world.wait_until("2025-05-02")  # the first retry
    assert (pro.status, team.status, owed.captures) == ("active", "active", [413_000])


def test_what_was_given_up_takes_both_and_paying_brings_both_back(
    world: World, asha: Customer
) -> None:
    pro, team = asha.subscribes_to("Pro"), asha.subscribes_to("Team")
    asha.card.will_be_declined()
    world.wait_until("2025-05-20")
    assert (pro.status, team.status) == ("unpaid", "unpaid")
    asha.transfers(asha.latest_invoice)
    assert (pro.status, team.status) == ("active", "active")
    asha.card.will_be_accepted()
    world.wait_until("2025-06-01")
    assert asha.latest_invoice.lines == [("Pro", 100_000), ("Team", 250_000)]


def test_one_is_canceled_and_the_other_is_still_collected(world: World, asha: Customer) -> None:
    pro, team = asha.subscribes_to("Pro"), asha.subscribes_to("Team")
    asha.card.will_be_declined()
    world.wait_until("2025-05-01")
    owed = asha.latest_invoice
    pro.is_canceled(now=True)
    asha.gives_card("tok_ok")
    world.wait_until("2025-05-02")
    assert asha.latest_invoice.number == owed.number
    assert (asha.latest_invoice.status, team.status, pro.status) == ("paid", "active", "canceled")
    world.wait_until("2025-06-01")
    assert asha.latest_invoice.lines == [("Team", 250_000)]


def test_both_canceled_stop_the_retries(world: World, asha: Customer) -> None:
    pro, team = asha.subscribes_to("Pro"), asha.subscribes_to("Team")
    asha.card.will_be_declined()
    world.wait_until("2025-05-01")
    pro.is_canceled(now=True)
    team.is_canceled(now=True)
    asha.gives_card("tok_ok")
    world.wait_until("2025-05-20")
    assert (asha.latest_invoice.status, len(asha.latest_invoice.attempts)) == ("open", 1)


def test_one_that_ends_with_credit_takes_back_only_its_own(world: World, asha: Customer) -> None:
    pro, team = asha.subscribes_to("Pro"), asha.subscribes_to("Team")
    world.wait_until("2025-05-16")
    team.is_canceled(now=True, policy=ProrationPolicy.BY_DAY)
    # 16 May was used: 15 of 31 days of 2,500.00, 1,209.68, and 2 × 108.87 of tax
    assert [(net, total) for _, net, total in team.credit_notes] == [(120_968, 142_742)]
    assert (pro.credit_notes, credit_of(asha)) == ([], 142_742)


def test_a_change_credits_its_own_lines_on_the_common_invoice(world: World, asha: Customer) -> None:
    pro, team = asha.subscribes_to("Pro"), asha.subscribes_to("Team")
    world.wait_until("2025-06-16")
    pro.changes_to("Team")
    # 15 of June's 30 days of 1,000.00
    assert [net for _, net, _ in pro.credit_notes] == [50_000]
    assert team.credit_notes == []
    assert pro.invoices[-1].lines == [("Team (15 of 30 days)", 125_000)]
    team.changes_to("Pro", when="now")
    assert [net for _, net, _ in team.credit_notes] == [125_000]
    world.wait_until("2025-07-01")
    assert asha.latest_invoice.lines == [("Team", 250_000), ("Pro", 100_000)]


def test_what_is_credited_in_whole_brings_both_back(
    world: World, shop: Shop, asha: Customer
) -> None:
    pro, team = asha.subscribes_to("Pro"), asha.subscribes_to("Team")
    asha.card.will_be_declined()
    world.wait_until("2025-05-01")
    owed = asha.latest_invoice
    assert (pro.status, team.status) == ("past_due", "past_due")
    credit_invoice(
        CreditInvoice(shop.tenant, new_id(world.now), world.now, owed.id, "Our fault"), db=shop.db
    )
    assert (pro.status, team.status, asha.latest_invoice.status) == ("active", "active", "paid")
    world.wait_until("2025-05-20")
    assert len(owed.attempts) == 1


def test_an_overdue_invoice_makes_both_past_due(world: World, asha: Customer) -> None:
    pro = asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=0)
    team = asha.subscribes_to("Team", pays_by="transfer", days_to_pay=0)
    for invoice in asha.invoices:
        asha.transfers(invoice)
    world.wait_until("2025-05-03")
    assert (pro.status, team.status) == ("past_due", "past_due")
    asha.latest_invoice.is_voided()
    assert (pro.status, team.status) == ("active", "active")


def test_a_minimum_counts_what_its_own_lines_gave(world: World, shop: Shop) -> None:
    terms = PriceTerms(PriceModel.PER_UNIT, Decimal(30_000), minimum_commitment=100_000)
    shop.sells("Seat", at=inr("300.00"), terms=terms)
    asha = shop.customer("Asha")
    asha.wants_one_invoice()
    asha.subscribes_to("Seat", seats=[2])
    asha.subscribes_to("Team")
    world.wait_until("2025-06-01")
    # two seats are 600.00: 400.00 are missing of each period
    assert [amount for _, amount in asha.latest_invoice.lines] == [60_000, 40_000, 250_000]


def test_whoever_takes_the_first_takes_them_all(world: World, shop: Shop, asha: Customer) -> None:
    pro, team = asha.subscribes_to("Pro"), asha.subscribes_to("Team")
    midnight = at("2025-05-01", "00:00")
    with shop.db.transaction(shop.tenant) as first, shop.db.transaction(shop.tenant) as second:
        taken = DueWork(first.connection).take_due(midnight, limit=1)
        assert [one.subscription.id for one in taken] == [pro.id, team.id]
        assert DueWork(second.connection).take_due(midnight, limit=9) == []
    with shop.db.transaction(shop.tenant) as first, shop.db.transaction(shop.tenant) as second:
        first.subscriptions.lock([pro.id])  # somebody is changing it: the other waits for it
        assert DueWork(second.connection).take_due(midnight, limit=9) == []
        named = DueWork(second.connection).take_due(midnight, limit=9, but=[pro.id])
        assert [one.subscription.id for one in named] == [team.id]


def test_two_pauses_on_one_day_lower_what_the_common_invoice_owes(
    world: World, shop: Shop, asha: Customer
) -> None:
    pro, team = asha.subscribes_to("Pro"), asha.subscribes_to("Team")
    asha.card.will_be_declined()
    world.wait_until("2025-05-01")
    for one in (pro, team):
        one.is_paused("2025-05-02")
    world.wait_until(at("2025-05-02", "00:00"))
    # 30 of 31 days: 967.74 and 2 × 87.10; 2,419.35 and 2 × 217.74
    assert [(net, total) for _, net, total in pro.credit_notes] == [(96_774, 114_194)]
    assert [(net, total) for _, net, total in team.credit_notes] == [(241_935, 285_483)]
    owed = 413_000 - 114_194 - 285_483
    assert shop.rows("select amount from payments where status = 'scheduled'") == [(owed,)]
    asha.card.will_be_accepted()
    world.wait_until("2025-05-05")
    assert asha.latest_invoice.captures == [owed]


def test_a_change_on_the_common_day_is_made_first(world: World, asha: Customer) -> None:
    pro, odd = asha.subscribes_to("Team"), asha.subscribes_to("Odd")
    pro.changes_to("Pro")
    assert [change.status for change in pro.changes] == ["scheduled"]
    world.wait_until("2025-05-01")
    assert asha.latest_invoice.lines == [("Pro", 100_000), ("Odd", 99_999)]
    assert len(asha.invoices) == 3
    assert odd.status == "active"


def test_discounts_of_one_and_of_all(world: World, shop: Shop, asha: Customer) -> None:
    pro, team = asha.subscribes_to("Pro"), asha.subscribes_to("Team")
    offers(shop, "PRO", percent="50", lasts="forever")
    offers(shop, "OFF", off=inr("300.00"))
    offers(shop, "TWO", percent="10", lasts="2 cycles")
    redeems(pro, "PRO")
    redeems(asha, "OFF")
    redeems(asha, "TWO")
    before = preview(shop, team)
    world.wait_until("2025-05-01")
    # 500.00 and 2,500.00; 10 % off: 450.00 and 2,250.00; 300.00 off, one part of six and five:
    # 400.00 and 2,000.00
    assert asha.latest_invoice.lines == before == [("Pro", 40_000), ("Team", 200_000)]
    world.wait_until("2025-06-01")
    assert asha.latest_invoice.lines == [("Pro", 45_000), ("Team", 225_000)]
    world.wait_until("2025-07-01")
    assert asha.latest_invoice.lines == [("Pro", 50_000), ("Team", 250_000)]


def test_the_preview_of_either_is_what_comes(world: World, shop: Shop, asha: Customer) -> None:
    pro, team = asha.subscribes_to("Pro"), asha.subscribes_to("Team")
    team.changes_to("Odd")
    seen = preview(shop, pro)
    assert seen == preview(shop, team) == [("Pro", 100_000), ("Odd", 99_999)]
    world.wait_until("2025-05-01")
    assert asha.latest_invoice.lines == seen


def test_a_trial_that_ends_on_the_common_day(world: World, shop: Shop, asha: Customer) -> None:
    asha.subscribes_to("Pro")
    trial = asha.subscribes_to("Team", trial_days=30)
    seen = preview(shop, trial)
    world.wait_until("2025-05-01")
    assert asha.latest_invoice.lines == seen == [("Pro", 100_000), ("Team", 250_000)]
    assert trial.states == ["incomplete", "trialing", "active"]


def test_one_jump_is_day_by_day(world: World) -> None:
    months = [f"2025-{month:02}-{day:02}" for month in range(4, 8) for day in (2, 16, 30)]
    jumped, walked = lived(world, []), lived(world, months)
    assert jumped == walked
    assert jumped[-1][2] == [("Pro", 100_000), ("Pro", 100_000)]


def lived(world: World, days: list[str]) -> list[tuple[str, str, list[tuple[str, int]]]]:
    """The invoices of a shop that lived until August, by way of some days."""
    world.shops.clear()
    world.now = at("2025-01-01")
    shop = world.shop()
    shop.sells("Pro", at=inr("1000.00"))
    shop.sells("Team", at=inr("2500.00"))
    world.today_is("2025-04-01")
    asha = shop.customer("Asha")
    asha.wants_one_invoice()
    asha.subscribes_to("Pro")
    team = asha.subscribes_to("Team")
    asha.subscribes_to("Pro", starts="2025-04-20")
    team.changes_to("Pro", when=date(2025, 6, 10))
    for day in (*days, "2025-08-02"):
        world.wait_until(day)
    return [(one.number, one.issued_on, one.lines) for one in shop.invoices]


def test_many_payers_in_small_batches(world: World, shop: Shop) -> None:
    payers = [shop.customer(f"Payer {n}") for n in range(4)]
    for payer in payers:
        payer.wants_one_invoice()
        for _ in range(3):
            payer.subscribes_to("Pro")
    world.wait_until(at("2025-04-30", "12:00"))
    shop.bills("2025-05-01", batch=2)
    for payer in payers:
        assert payer.latest_invoice.lines == [("Pro", 100_000)] * 3
    assert len(shop.invoices) == 4 * 3 + 4


def preview(shop: Shop, of: Subscribed) -> list[tuple[str, int]]:
    """The lines of the invoice that is to come, as they would be stored."""
    command = PreviewInvoice(shop.tenant, of.id, shop.world.now)
    made = preview_invoice(command, db=shop.db)
    return [(line.description, line.amount) for line in made.lines]
