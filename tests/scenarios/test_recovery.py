"""What was recovered of what failed, worked out by hand for fourteen payments."""

from datetime import date

import pytest

from khata.core.ids import new_id
from khata.core.periods import start_of_day
from khata.core.recovery import Recovery, Share, Tried, Way
from khata.db.reads.recovery import recovery
from khata.usecases.payments.pay_with_new_method import PayWithNewMethod, pay_with_new_method
from tests.scenarios.customer import Customer
from tests.scenarios.dunning import follows, steps
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, at, inr

PRO, BASIC = 118_000, 59_000  # 1,000.00 and 500.00 with 18 %


def pays_on_the_page(customer: Customer) -> None:
    """The customer follows the link in the mail and pays with another card."""
    shop, now = customer.shop, customer.shop.world.now
    invoice = customer.latest_invoice.id
    command = PayWithNewMethod(
        shop.tenant, new_id(now), new_id(now), now, customer.id, invoice, "fake", "tok_ok"
    )
    pay_with_new_method(command, db=shop.db, gateways=shop.world.engine.gateways)


def january(shop: Shop, first: str = "2025-01-10", last: str = "2025-01-10") -> list[Recovery]:
    zone = "Asia/Kolkata"
    begins = start_of_day(date.fromisoformat(first), zone)
    ends = start_of_day(date.fromisoformat(last).replace(day=int(last[-2:]) + 1), zone)
    with shop.db.transaction(shop.tenant) as uow:
        return recovery(uow.connection, begins, ends, zone=zone)


@pytest.fixture
def shop(world: World) -> Shop:
    shop = world.shop()
    shop.sells("Pro", at=inr("1,000.00"))
    shop.sells("Basic", at=inr("500.00"))
    follows(shop, "Pro", retry_days=(1, 2))
    follows(shop, "Basic", "Basic", retry_days=(1, 2))
    world.today_is("2025-01-10")  # noon in India
    return shop


TOKENS = {
    "One": "tok_ok",  # 1 to 3 are paid at once, and have not failed
    "Two": "tok_ok",
    "Three": "tok_ok",
    "Four": "tok_insufficient_funds",  # paid by the second try, on the 11th
    "Five": "tok_insufficient_funds",  # the same
    "Six": "tok_declined_twice",  # paid by the third, on the 13th
    "Seven": "tok_declined",  # declined twice, then a new card on the 12th
    "Eight": "tok_declined",  # pays on the page on the 11th, before the second try
    "Nine": "tok_declined",  # declined twice, then transfers on the 12th
    "Ten": "tok_declined",  # given up on the 13th
    "Eleven": "tok_lost_card",  # given up at once
    "Twelve": None,  # nobody to call; given up on the 13th
    "Thirteen": "tok_declined",  # given up on the 13th, transfers on 1 April
    "Fourteen": "tok_insufficient_funds",  # of Basic; paid by the second try
}


def lived_through(shop: Shop) -> dict[str, Customer]:
    """Fourteen who subscribe on one day, and what each of them does about it."""
    world = shop.world
    by_name = {name: shop.customer(name, card=card) for name, card in TOKENS.items()}
    for name, one in by_name.items():
        one.subscribes_to("Basic" if name == "Fourteen" else "Pro")
    world.wait_until(at("2025-01-11", "10:00"))
    pays_on_the_page(by_name["Eight"])
    world.wait_until("2025-01-12")
    by_name["Seven"].gives_card("tok_ok")
    by_name["Nine"].transfers(by_name["Nine"].latest_invoice)
    world.wait_until("2025-01-20")
    shop.rows("update subscriptions set next_billing_at = null returning 1")  # one invoice each
    world.wait_until("2025-04-01")
    by_name["Thirteen"].transfers(by_name["Thirteen"].latest_invoice)
    return by_name


def test_fourteen_payments_of_one_day(shop: Shop) -> None:
    by_name = lived_through(shop)
    [found] = january(shop)
    # failed: ten of Pro (4 to 13) and one of Basic
    assert found.total == Share("INR", 11, 10 * PRO + BASIC, 7, 6 * PRO + BASIC)
    assert (found.total.failed_amount, found.total.recovered_amount) == (1_239_000, 767_000)
    assert found.total.rate == "0.6190"  # 7,670.00 ÷ 12,390.00 = 0.61904…
    assert (found.given_up_count, found.given_up_amount) == (3, 3 * PRO)  # 10, 11, 12
    assert (found.late_count, found.late_amount) == (1, PRO)  # 13, after 81 days
    assert (found.running_count, found.running_amount) == (0, 0)
    assert set(found.by_class) == {
        Share("soft", 9, 8 * PRO + BASIC, 7, 6 * PRO + BASIC),
        Share("hard", 1, PRO, 0, 0),
        Share("customer_action", 1, PRO, 0, 0),
    }
    assert found.by_class[0].rate == "0.7647"  # 7,670.00 ÷ 10,030.00
    assert set(found.by_gateway) == {
        Share("fake", 10, 9 * PRO + BASIC, 7, 6 * PRO + BASIC),
        Share("none", 1, PRO, 0, 0),
    }
    assert set(found.by_way) == {
        Way("retry", 4, 3 * PRO + BASIC),  # 4, 5, 6, 14
        Way("new_method", 1, PRO),
        Way("link", 1, PRO),
        Way("by_hand", 1, PRO),
    }
    assert found.by_try == (
        Tried(2, 8, 3, 2 * PRO + BASIC),  # 4 to 7, 9, 10, 13, 14: of these 4, 5 and 14 paid
        Tried(3, 4, 2, 2 * PRO),  # 6, 7, 10, 13: of these 6 and 7 paid
    )
    assert [tried.rate for tried in found.by_try] == ["0.3750", "0.5000"]
    assert found.by_hour == (Tried(12, 12, 5, 4 * PRO + BASIC),)
    assert [step for _, step in steps(by_name["Eight"])] == ["declined", "recovered"]


def test_another_day_has_figures_of_its_own(world: World, shop: Shop) -> None:
    shop.customer("Ravi", card="tok_declined").subscribes_to("Pro")
    assert january(shop, "2025-01-09", "2025-01-09") == []
    [found] = january(shop)
    assert (found.running_count, found.running_amount) == (1, PRO)
    assert (found.total.rate, found.by_way, found.by_try) == ("0.0000", (), ())


def test_what_is_void_was_neither_recovered_nor_given_up(world: World, shop: Shop) -> None:
    ravi = shop.customer("Ravi", card="tok_declined")
    ravi.subscribes_to("Pro")
    ravi.latest_invoice.is_voided()
    [found] = january(shop)
    assert (found.total.failed_count, found.total.recovered_count) == (1, 0)
    assert (found.running_count, found.given_up_count) == (0, 0)
