"""What the shop of the histories sells and offers, told once for the engine and the model."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from khata.core.catalog import PriceModel, PriceTerms
from tests.scenarios.funds import offers
from tests.scenarios.shop import Shop
from tests.scenarios.world import World, inr


@dataclass(frozen=True)
class Good:
    price: int
    months: int = 1
    set_up: int = 0
    by_the_seat: bool = False


GOODS = {
    "Pro": Good(99_999),
    "Team": Good(250_001),
    "Seat": Good(30_007, by_the_seat=True),
    "Fitted": Good(45_055, set_up=77_777, by_the_seat=True),
    "Annual": Good(1_000_000, months=12),
    "Desk": Good(350_099, months=12, by_the_seat=True),
}


@dataclass(frozen=True)
class Offer:
    """A coupon; `uses` and `months` are None where they are without end."""

    percent: Decimal | None = None
    amount: int = 0
    uses: int | None = None
    months: int | None = None
    of_lines: bool = False
    plan: str | None = None

    @property
    def lasts(self) -> str:
        if self.months is not None:
            return f"{self.months} months"
        if self.uses is not None:
            return "once" if self.uses == 1 else f"{self.uses} cycles"
        return "forever"


OFFERS = {
    "ONCE": Offer(Decimal("33.3"), uses=1),
    "FREE": Offer(Decimal(100), uses=1),
    "QUARTER": Offer(Decimal(15), months=3),
    "TWICE": Offer(amount=25_000, uses=2),
    "EVER": Offer(Decimal("12.5")),
    "SEATS": Offer(Decimal(20), plan="Seat"),
    "LINE": Offer(amount=10_001, of_lines=True),
    "MUCH": Offer(amount=400_000, months=2),
}


def furnished(world: World) -> Shop:
    """A shop with all of that."""
    shop = world.shop()
    for name, good in GOODS.items():
        terms = None
        if good.set_up:
            terms = PriceTerms(PriceModel.PER_UNIT, Decimal(good.price), setup_fee=good.set_up)
        every = "year" if good.months == 12 else "month"
        price = inr(f"{good.price // 100}.{good.price % 100:02}")
        shop.sells(name, at=price, every=every, by_the_seat=good.by_the_seat, terms=terms)
    return shop


def offered(shop: Shop) -> None:
    """Make the coupons, on the day on which the history begins."""
    for code, offer in OFFERS.items():
        offers(
            shop,
            code,
            percent=None if offer.percent is None else str(offer.percent),
            off=inr(f"{offer.amount // 100}.{offer.amount % 100:02}") if offer.amount else None,
            lasts=offer.lasts,
            plans=(offer.plan,) if offer.plan else (),
            scope="line" if offer.of_lines else "invoice",
        )


def months_of(items: tuple[tuple[str, int], ...]) -> int:
    return GOODS[items[0][0]].months


FIRST, LAST = date(2023, 12, 1), date(2025, 3, 31)
