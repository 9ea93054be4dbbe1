"""A history as it is lived: on the engine's side and on the model's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from tests.scenarios.customer import Customer
from tests.scenarios.funds import Wallet
from tests.scenarios.histories.commands import History
from tests.scenarios.histories.goods import OFFERS, offered
from tests.scenarios.histories.life import Life
from tests.scenarios.shop import Shop
from tests.scenarios.subscription import Subscribed
from tests.scenarios.world import World

Refused = type[Exception] | None
When = str | int  # now, period_end, or after so many days


_PURPOSES = (None, "998314")


@dataclass
class Lived:
    """`discounts` are the ids of what the model has as redeemed, in the same order."""

    world: World
    shop: Shop
    asha: Customer
    subscribed: Subscribed
    life: Life
    wallets: list[Wallet] = field(default_factory=list)
    discounts: list[UUID] = field(default_factory=list)

    @classmethod
    def begun(cls, world: World, shop: Shop, history: History) -> Lived:
        world.today_is(str(history.start))
        offered(shop)
        asha = shop.customer("Asha", card="tok_ok" if history.by_card else None)
        trial_end = history.start + timedelta(days=history.trial) if history.trial else None
        plans = [plan for plan, _ in history.items]
        codes = tuple(code for code in history.codes if OFFERS[code].plan in (None, *plans))
        life = Life(history.start, history.items, history.by_card, trial_end, codes)
        life.begins()
        subscribed = asha.subscribes_to(
            *plans,
            seats=[count for _, count in history.items],
            trial_days=history.trial,
            coupons=codes,
            pays_by="card" if history.by_card else "transfer",
            days_to_pay=None if history.by_card else 365,
        )
        lived = cls(world, shop, asha, subscribed, life)
        # What is paid into the second is an advance: the model's purse need not know.
        lived.wallets = [
            Wallet.opened(asha, priority=10 + n, tax_code=code) for n, code in enumerate(_PURPOSES)
        ]
        ids = shop.rows("select id from discounts order by id")
        lived.discounts = [id for (id,) in ids]
        return lived

    def day(self, when: When, *, end: date) -> date:
        """The day that is meant."""
        if isinstance(when, int):
            return self.life.today + timedelta(days=when)
        return self.life.today if when == "now" else end

    def asked(self, when: When) -> str | date:
        """How it is asked for."""
        return when if isinstance(when, str) else self.day(when, end=date.max)


def refuses(refusal: Refused, ask: Callable[[], Any]) -> bool:
    """Ask; say whether it was refused, which it is with this refusal and without it not."""
    if refusal is None:
        ask()
        return False
    try:
        ask()
    except refusal:
        return True
    raise AssertionError(f"it was not refused with {refusal.__name__}")
