"""A card that is declined in February: where many stories of dunning begin."""

from typing import Any

from tests.scenarios.customer import Customer
from tests.scenarios.shop import Shop
from tests.scenarios.subscription import Subscribed
from tests.scenarios.world import World, inr


def declined_in_february(world: World, **policies: Any) -> tuple[Shop, Customer, Subscribed]:
    """Ravi pays on 10 January, and on 10 February his card is declined for the first time."""
    shop = world.shop(**policies)
    shop.sells("Pro", at=inr("1,000.00"))
    ravi = shop.customer("Ravi", card="tok_ok_then_declined_2")
    world.today_is("2025-01-10")
    pro = ravi.subscribes_to("Pro")
    world.wait_until("2025-02-10")
    return shop, ravi, pro
