"""A recipe of what waits to change a subscription."""

from itertools import count
from typing import Any

from tests.api.seller import Seller

_SEATS = count(3)


def scheduled_change(seller: Seller) -> dict[str, Any]:
    """A change of a subscription that waits for its period to end."""
    path = f"/v1/subscriptions/{seller.id('subscriptions')}"
    seats = next(_SEATS)  # never those of an earlier change, which would change nothing
    body = {"items": [{"plan": seller.id("plans"), "quantity": seats}], "when": "period_end"}
    assert seller.post(f"{path}/change", body).is_success
    changes = seller.get(f"{path}/changes").json()["data"]
    first: dict[str, Any] = changes[0]
    return first
