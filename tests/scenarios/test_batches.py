"""A batch of the billing run: what it asks of the database does not grow with what is in it."""

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from tests.scenarios.customer import Customer
from tests.scenarios.funds import offers, redeems
from tests.scenarios.money import inr
from tests.scenarios.shop import Shop
from tests.scenarios.usage import shop_of_usage, uses
from tests.scenarios.world import World, at


def test_many_with_usage_and_coupons_take_no_more_statements_than_two(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = shop_of_usage(world)
    offers(shop, "TENTH", percent="10", lasts="forever")
    offers(shop, "TWICE", off=inr("50.00"), lasts="2 cycles")
    first = _subscribers(shop, 2)
    few = _statements(shop, "2025-05-01", first, monkeypatch)
    assert shop.rows(_LEFT) == [(1, 2), (None, 2)]
    world.wait_until("2025-05-01")
    others = _subscribers(shop, 5)
    many = _statements(shop, "2025-06-01", [*first, *others], monkeypatch)
    assert shop.rows(_LEFT) == [(0, 2), (1, 5), (None, 7)]
    assert many == few


_LEFT = "select uses_left, count(*) from discounts group by 1 order by 1"


def _subscribers(shop: Shop, count: int) -> list[Customer]:
    customers = [shop.customer(f"Asha {n}") for n in range(count)]
    for asha in customers:
        subscribed = asha.subscribes_to("Base", "Calls")
        redeems(subscribed, "TENTH")
        redeems(asha, "TWICE")
    return customers


def _statements(
    shop: Shop, day: str, customers: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> int:
    """Bill what is due on a day, and return how many statements that took."""
    before = date.fromisoformat(day) - timedelta(days=1)
    shop.world.wait_until(at(before.isoformat(), "12:00"))
    for asha in customers:
        uses(asha, "calls", 100, on=before.replace(day=20).isoformat())
    asked = 0
    execute = psycopg.Cursor.execute

    def counting(self: Any, *words: Any, **how: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(self, *words, **how)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", counting)
        shop.bills(day)
    for asha in customers:
        # 1,000.00 and 100 × 0.125 = 12.50; 10 % off: 900.00 and 11.25; 50.00 off, in proportion:
        # 49.38 (50.00 × 900.00 / 911.25) and 0.62
        assert asha.latest_invoice.lines == [("Base", 85_062), ("Calls (usage)", 1_063)]
    return asked
