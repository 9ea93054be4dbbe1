"""Stories that random histories told first: each went wrong once.

The figures are arithmetic by hand; 18 % GST inside Karnataka is two halves of 9 %.
"""

from decimal import Decimal

import pytest

from khata.core.catalog import PriceModel
from khata.core.ids import new_id
from khata.core.plan_change import Invoicing
from khata.core.policies import PauseCredit
from khata.core.price_terms import PriceTerms
from khata.core.proration import ProrationPolicy
from khata.usecases.billing.next_invoice import NothingToCome
from khata.usecases.billing.preview_invoice import PreviewInvoice, preview_invoice
from khata.usecases.invoices.add_invoice_item import AddInvoiceItem, add_invoice_item
from tests.scenarios.funds import offers
from tests.scenarios.shop import Shop
from tests.scenarios.subscription import Subscribed
from tests.scenarios.world import World, inr

FITTED = PriceTerms(PriceModel.PER_UNIT, Decimal(100_000), setup_fee=50_000)


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    shop.sells("Team", at=inr("2,500.00"))
    shop.sells("Fitted", at=inr("1,000.00"), terms=FITTED)
    return shop


def foreseen(of: Subscribed) -> tuple[list[tuple[str, int]], int]:
    """The lines and the total of the invoice that is said to come next."""
    command = PreviewInvoice(of.shop.tenant, of.id, of.shop.world.now)
    seen = preview_invoice(command, db=of.shop.db)
    return [(line.description, line.amount) for line in seen.lines], seen.total


def made(of: Subscribed) -> tuple[list[tuple[str, int]], int]:
    """The same of the invoice that came."""
    return of.invoices[-1].lines, of.invoices[-1].total.amount


def adds_once(of: Subscribed, amount: int) -> None:
    """Let something wait for the subscription's next invoice."""
    shop, at = of.shop, of.shop.world.now
    command = AddInvoiceItem(
        shop.tenant,
        new_id(at),
        at,
        of.now.customer_id,
        "Cable",
        "998314",
        amount,
        "INR",
        subscription_id=of.id,
    )
    add_invoice_item(command, tools=shop.world.engine.tools, db=shop.db)


def test_a_trial_that_is_ended_on_its_first_day_brings_the_set_up(world: World, shop: Shop) -> None:
    world.today_is("2025-01-10")
    fitted = shop.customer("Asha").subscribes_to("Fitted", trial_days=14)
    fitted.trial_ends()
    assert fitted.invoices[0].lines == [("Fitted", 100_000), ("Fitted (set-up)", 50_000)]
    world.wait_until("2025-02-10")
    assert fitted.invoices[-1].lines == [("Fitted", 100_000)]


def test_no_invoice_is_foreseen_of_a_trial_that_is_canceled(world: World, shop: Shop) -> None:
    world.today_is("2025-01-01")
    pro = shop.customer("Asha").subscribes_to("Pro", trial_days=14)
    pro.changes_to("Team", when=world.now.date().replace(day=8))
    pro.is_canceled()
    with pytest.raises(NothingToCome):
        foreseen(pro)
    world.wait_until("2025-03-01")
    assert (pro.status, pro.invoices) == ("canceled", [])


def test_a_change_that_charges_nothing_is_not_foreseen_as_a_period(
    world: World, shop: Shop
) -> None:
    world.today_is("2025-04-01")
    both = shop.customer("Asha").subscribes_to("Pro", "Team")
    both.changes_to("Pro", when=world.now.date().replace(day=16))  # Team goes, Pro stays
    assert foreseen(both) == ([("Pro", 100_000)], 118_000)  # on 1 May, and not a part of April
    world.wait_until("2025-05-01")
    assert made(both) == ([("Pro", 100_000)], 118_000)


def test_a_pause_that_ends_in_what_is_paid_for_is_not_foreseen_as_a_period(
    world: World, shop: Shop
) -> None:
    world.today_is("2025-04-01")
    pro = shop.customer("Asha").subscribes_to("Pro")
    pro.is_paused("2025-04-10", until="2025-04-20", credit=PauseCredit.NONE)
    assert foreseen(pro) == ([("Pro", 100_000)], 118_000)
    world.wait_until("2025-05-01")
    assert pro.starts == ["2025-04-01", "2025-05-01"]
    assert made(pro) == ([("Pro", 100_000)], 118_000)


@pytest.mark.parametrize("now", [True, False])
def test_coupons_lower_the_last_invoice_as_they_would_the_next(
    world: World, shop: Shop, now: bool
) -> None:
    world.today_is("2025-04-01")
    offers(shop, "EVER", percent="10", lasts="forever")
    pro = shop.customer("Asha").subscribes_to("Pro", coupons=["EVER"])
    world.wait_until("2025-04-16")
    pro.changes_to("Pro", "Team", invoicing=Invoicing.NEXT)
    pro.is_canceled(now=now)
    world.wait_until("2025-05-01")
    # 15 of 30 days of 2,500.00 are 1,250.00, less 125.00; 18 % of 1,125.00 is 202.50
    assert made(pro) == ([("Team (15 of 30 days)", 112_500)], 132_750)
    assert shop.rows("select name, amount from line_discounts order by invoice_id, position") == [
        ("EVER", 10_000),
        ("EVER", 12_500),
    ]


@pytest.mark.parametrize("now", [True, False])
def test_what_waits_is_billed_also_where_it_ends_in_a_pause(
    world: World, shop: Shop, now: bool
) -> None:
    world.today_is("2025-04-01")
    pro = shop.customer("Asha").subscribes_to("Pro")
    world.wait_until("2025-04-10")
    pro.is_paused(credit=PauseCredit.NONE, until="2025-06-01")
    adds_once(pro, 20_000)
    world.wait_until("2025-04-12")
    pro.is_canceled(now=now)
    world.wait_until("2025-05-01")
    # 200.00 and 36.00 of tax
    assert (pro.status, made(pro)) == ("canceled", ([("Cable", 20_000)], 23_600))


def test_days_that_a_pause_left_paid_for_are_credited_by_an_end_with_credit(
    world: World, shop: Shop
) -> None:
    world.today_is("2025-04-01")
    pro = shop.customer("Asha").subscribes_to("Pro")
    world.wait_until("2025-04-10")
    pro.is_paused(credit=PauseCredit.NONE)
    world.wait_until("2025-04-12")
    pro.is_canceled(now=True, policy=ProrationPolicy.BY_DAY)
    # the 12th was its last: 18 of 30 days of 1,000.00 back, and 108.00 of tax
    assert [(net, total) for _, net, total in pro.credit_notes] == [(60_000, 70_800)]


def test_what_came_meanwhile_is_not_charged_again_by_a_change_that_was_scheduled(
    world: World, shop: Shop
) -> None:
    world.today_is("2025-04-01")
    team = shop.customer("Asha").subscribes_to("Team")
    team.changes_to("Pro", "Team", when=world.now.date().replace(day=16))
    world.wait_until("2025-04-06")
    team.changes_to("Pro", when="now")
    world.wait_until("2025-04-16")
    # on the 6th Team's 25 of 30 days back, 2,083.33, and Pro's charged; on the 16th Pro stays
    assert [net for _, net, _ in team.credit_notes] == [208_333]
    assert [invoice.lines for invoice in team.invoices] == [
        [("Team", 250_000)],
        [("Pro (25 of 30 days)", 83_333)],
        [("Team (15 of 30 days)", 125_000)],
    ]


def test_what_recurs_is_taken_off_mrr_after_a_pause_as_before(world: World, shop: Shop) -> None:
    world.today_is("2025-04-01")
    offers(shop, "EVER", percent="20", lasts="forever")
    pro = shop.customer("Asha").subscribes_to("Pro", coupons=["EVER"])
    assert pro.now.mrr == 80_000
    world.wait_until("2025-04-10")
    pro.is_paused(credit=PauseCredit.NONE)
    assert pro.now.mrr == 0
    world.wait_until("2025-04-12")
    pro.is_resumed()  # April is paid for
    assert pro.now.mrr == 80_000
