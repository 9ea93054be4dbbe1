"""Another currency: where nothing is owed in the old one, and from the end of what is paid for.

The figures are arithmetic by hand; 18 % GST inside Karnataka is two halves of 9 %.
"""

from datetime import date
from decimal import Decimal

import pytest

from khata.core.catalog import NoPriceInCurrency, PriceModel, PriceTerms
from khata.core.change_direction import Direction, direction_of
from khata.core.currency_swap import CurrencyInPeriod, CurrencyOwed, discounts_left_behind
from khata.core.plan_change import ChangeNotAllowed, Invoicing
from khata.db.reads import metrics
from khata.db.reads.story import story_of
from khata.usecases.billing.foresee_calendar import ForeseeCalendar, foresee_calendar
from khata.usecases.billing.preview_invoice import PreviewInvoice, preview_invoice
from khata.usecases.subscriptions.cancel_change import CancelChange, cancel_change
from tests.scenarios.funds import credit_of, has_credit, offers
from tests.scenarios.shop import Shop
from tests.scenarios.subscription import Subscribed
from tests.scenarios.world import World, inr, usd


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop()
    shop.has_lut("AD290425001234X", begins="2025-04-01", ends="2026-03-31")
    shop.sells("Pro", at=[inr("999.00"), usd("12.00")])
    shop.sells("Team", at=[inr("2,500.00"), usd("30.00")])
    shop.sells("Local", at=inr("500.00"))
    world.today_is("2025-04-01")
    return shop


def changes_of(pro: Subscribed) -> list[tuple[str, str | None]]:
    return [
        (status, failure)
        for status, failure in pro.shop.rows(
            "select status, failure from scheduled_changes where subscription_id = %(id)s"
            " order by id",
            id=pro.id,
        )
    ]


def calendar_of(pro: Subscribed) -> list[tuple[str, str, str, int | None]]:
    command = ForeseeCalendar(pro.shop.tenant, pro.shop.world.now, subscription_id=pro.id)
    return [
        (str(one.on), one.kind.value, one.currency, one.amount)
        for one in foresee_calendar(command, db=pro.shop.db)
    ]


def mrr_of(shop: Shop, day: str) -> dict[str, int]:
    with shop.db.transaction(shop.tenant) as uow:
        return {s.currency: s.amount for s in metrics.mrr(uow.connection, date.fromisoformat(day))}


def test_rupees_become_dollars_when_the_month_that_is_paid_for_ends(
    world: World, shop: Shop
) -> None:
    acme = shop.customer("Acme", country="US", state=None)
    pro = acme.subscribes_to("Pro")
    [april] = pro.invoices
    assert (april.total, april.status) == (inr("999.00"), "paid")
    world.wait_until("2025-04-16")
    seen = pro.would_change_to("Pro", currency="USD")
    assert (str(seen.effective_on), seen.decided.after.currency) == ("2025-05-01", "USD")
    assert (seen.decided.invoice, seen.decided.notes) == (None, ())
    assert direction_of(seen.standing, seen.wish) is Direction.SAME  # nothing is converted
    assert changes_of(pro) == []
    assert pro.changes_to("Pro", currency="USD").status == "scheduled"
    ahead = preview_invoice(PreviewInvoice(shop.tenant, pro.id, world.now), db=shop.db)
    assert (ahead.currency, ahead.total) == ("USD", 1_200)
    assert calendar_of(pro)[:2] == [
        ("2025-05-01", "changes", "INR", None),
        ("2025-05-01", "renews", "USD", 1_200),
    ]
    assert pro.now.currency == "INR"

    world.wait_until("2025-05-02")
    may = pro.invoices[-1]
    assert (may.lines, may.total, may.tax) == ([("Pro", 1_200)], usd("12.00"), usd("0.00"))
    assert (may.kind, may.treatment, may.status) == (april.kind, april.treatment, "paid")
    assert may.endorsement == april.endorsement  # an export under the letter, as before
    assert may.captures == [1_200]
    assert (pro.now.currency, pro.now.mrr, pro.period) == (
        "USD",
        1_200,
        ("2025-05-01", "2025-06-01"),
    )
    assert pro.credit_notes == []
    assert mrr_of(shop, "2025-04-30") == {"INR": 99_900}
    assert {c: a for c, a in mrr_of(shop, "2025-05-01").items() if a} == {"USD": 1_200}
    with shop.db.transaction(shop.tenant) as uow:
        told = [sentence.text for sentence in story_of(uow.connection, pro.id)]
    assert f"Invoice {april.number} of ₹999.00" in told
    assert f"Invoice {may.number} of $12.00" in told


def test_the_place_of_the_buyer_decides_the_tax_as_ever(world: World, shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    pro.changes_to("Pro", currency="USD")
    world.wait_until("2025-05-02")
    may = pro.invoices[-1]
    assert may.taxes == [("CGST", "9", 108), ("SGST", "9", 108)]  # 9 % of 12.00 each
    assert may.total == usd("14.16")


def test_in_a_trial_it_is_swapped_at_once(world: World, shop: Shop) -> None:
    acme = shop.customer("Acme", country="US", state=None)
    pro = acme.subscribes_to("Pro", trial_days=14)
    assert pro.changes_to("Team", currency="USD").status == "applied"
    assert (pro.now.currency, pro.status) == ("USD", "trialing")
    world.wait_until("2025-04-16")
    assert [(one.lines, one.total) for one in pro.invoices] == [([("Team", 3_000)], usd("30.00"))]
    assert pro.changes_to("Team", currency="INR", when="period_end").status == "scheduled"


def test_while_an_invoice_is_open_the_currency_stays(world: World, shop: Shop) -> None:
    asha = shop.customer("Asha", card=None)
    pro = asha.subscribes_to("Pro", pays_by="transfer", days_to_pay=30)
    with pytest.raises(CurrencyOwed, match="Invoice INV/25-26/00001 in INR is not paid yet"):
        pro.changes_to("Pro", currency="USD")
    with pytest.raises(CurrencyOwed):
        pro.would_change_to("Pro", currency="USD")
    assert changes_of(pro) == []
    asha.transfers(asha.latest_invoice)
    assert pro.changes_to("Pro", currency="USD").status == "scheduled"


def test_in_the_middle_of_what_is_paid_for_it_is_refused(world: World, shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    for when in ("now", date(2025, 4, 20), date(2025, 5, 2)):
        with pytest.raises(CurrencyInPeriod, match="2025-05-01"):
            pro.changes_to("Pro", currency="USD", when=when)
    assert changes_of(pro) == []
    assert pro.changes_to("Pro", currency="USD", when=date(2025, 5, 1)).status == "scheduled"


def test_what_is_owed_on_the_day_drops_the_swap_and_the_story_says_so(
    world: World, shop: Shop
) -> None:
    asha = shop.customer("Asha")
    pro = asha.subscribes_to("Pro")
    pro.changes_to("Pro", currency="USD")
    world.wait_until("2025-04-29")
    asha.card.will_be_declined()
    pro.changes_to("Team", when="now")  # 2 of 30 days of 2,500.00: 166.67 and 30.00 of tax
    assert pro.invoices[-1].status == "open"
    assert calendar_of(pro)[:2] == [
        ("2025-05-01", "changes", "INR", None),
        ("2025-05-01", "renews", "INR", 295_000),  # 2,500.00 and 18 %
    ]
    world.wait_until("2025-05-01")
    why = "Invoice INV/25-26/00002 in INR is not paid yet; swap the currency once nothing is owed"
    assert changes_of(pro)[0] == ("failed", why)
    may = pro.invoices[-1]
    assert (may.lines, may.subtotal) == ([("Team", 250_000)], inr("2,500.00"))
    assert pro.now.currency == "INR"
    [(facts,)] = shop.rows("select facts from events where type = 'subscription.change_dropped'")
    assert (facts["code"], facts["reason"]) == ("currency_owed", why)
    with shop.db.transaction(shop.tenant) as uow:
        told = {sentence.text: sentence.detail for sentence in story_of(uow.connection, pro.id)}
    assert told["A change of plans could not be made"] == why


def test_what_waits_is_billed_in_its_own_currency_first(world: World, shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    world.wait_until("2025-04-16")
    pro.changes_to("Team", invoicing=Invoicing.NEXT)
    with pytest.raises(CurrencyOwed, match="waits for the next invoice in INR"):
        pro.changes_to("Pro", currency="USD")


def test_a_minimum_commitment_is_settled_first(world: World, shop: Shop) -> None:
    seats = PriceTerms(PriceModel.PER_UNIT, Decimal(30_000), minimum_commitment=90_000)
    shop.sells("Seats", at=inr("300.00"), terms=seats)
    pro = shop.customer("Asha").subscribes_to("Seats", seats=[2])
    with pytest.raises(CurrencyOwed, match="minimum commitment in INR"):
        pro.changes_to("Pro", currency="USD")


def test_all_items_are_swapped_or_none(world: World, shop: Shop) -> None:
    both = shop.customer("Asha").subscribes_to("Pro", "Local")
    with pytest.raises(NoPriceInCurrency, match="local has no price in USD"):
        both.changes_to("Pro", "Local", currency="USD")
    assert changes_of(both) == []
    both.changes_to("Pro", "Team", currency="USD")
    world.wait_until("2025-05-02")
    assert both.invoices[-1].lines == [("Pro", 1_200), ("Team", 3_000)]


def test_a_later_change_is_of_the_currency_that_it_will_find(world: World, shop: Shop) -> None:
    pro = shop.customer("Asha").subscribes_to("Pro")
    later = pro.changes_to("Team", when=date(2025, 6, 1))
    with pytest.raises(ChangeNotAllowed, match="scheduled for after the currency's, in INR"):
        pro.changes_to("Pro", currency="USD")
    cancel_change(CancelChange(shop.tenant, later.id, world.now), db=shop.db)
    pro.changes_to("Pro", currency="USD")
    pro.changes_to("Team", when=date(2025, 6, 1))
    world.wait_until("2025-06-02")
    assert [invoice.subtotal for invoice in pro.invoices] == [
        inr("999.00"), usd("12.00"), usd("30.00")
    ]  # fmt: skip


def test_amounts_of_the_old_currency_lower_nothing_and_credit_stays_in_it(
    world: World, shop: Shop
) -> None:
    offers(shop, "HUNDRED", off=inr("100.00"), lasts="forever")
    offers(shop, "TENTH", percent="10", lasts="forever")
    asha = shop.customer("Asha")
    has_credit(asha, inr("2,000.00"))
    pro = asha.subscribes_to("Pro", coupons=["HUNDRED", "TENTH"])
    # 999.00 less 10 % is 899.10, less 100.00 is 799.10; 9 % of it are 71.92, twice: 942.94
    left = credit_of(asha)
    assert (pro.invoices[0].total, left) == (inr("942.94"), 105_706)
    seen = pro.would_change_to("Pro", currency="USD")
    ended = discounts_left_behind(seen.due.discounts, "USD")
    assert [discount.coupon.code for discount in ended] == ["HUNDRED"]
    pro.changes_to("Pro", currency="USD")
    world.wait_until("2025-05-02")
    may = pro.invoices[-1]
    assert may.total == usd("12.74")  # 12.00 less 1.20 is 10.80; 9 % of it are 0.97, twice
    assert (may.paid, credit_of(asha)) == (usd("12.74"), left)
    assert pro.now.mrr == 1_080
