"""What stories of tax at the API's door begin from: a plan, a customer, a first invoice."""

from typing import Any

from tests.api.recipes import BODIES
from tests.api.seller import Seller

KA, MH = {"country": "IN", "state": "KA"}, {"country": "IN", "state": "MH"}
USA = {"country": "US", "state": "CA", "line1": "1 Market St", "city": "San Francisco"}
ASHA = [{"type": "in_gst", "value": "29AABCR1718E1ZL"}]
PUNE = [{"type": "in_gst", "value": "27AAPFU0939F1ZV"}]


def registration(seller: Seller) -> str:
    return str(seller.get("/v1/registrations").json()["data"][0]["id"])


def plan(seller: Seller, **product: Any) -> str:
    """A plan at 1,000.00 rupees, or 15.00 dollars, of a product of its own."""
    made = seller.create("/v1/products", {"name": "Chai", "tax_code": "998314"} | product)
    body = BODIES["POST /v1/plans"](seller) | {"product": made["id"]}
    return str(seller.create("/v1/plans", body)["id"])


def customer(seller: Seller, **of: Any) -> str:
    return str(seller.create("/v1/customers", {"name": "Asha", "address": KA} | of)["id"])


def asked(seller: Seller, of: str, *plans: str, **more: Any) -> dict[str, Any]:
    return {
        "customer": of,
        "items": [{"plan": one, "quantity": 1} for one in plans],
        "collection_method": "send_invoice",
        **more,
    }


def invoice(seller: Seller, of: str, *plans: str, **more: Any) -> dict[str, Any]:
    """The first invoice of a new subscription."""
    made = seller.create("/v1/subscriptions", asked(seller, of, *plans, **more))
    found: dict[str, Any] = seller.get(f"/v1/invoices/{made['latest_invoice']}").json()
    return found


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def taxes(of: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(row["name"], row["rate"], row["amount"]) for row in of["taxes"]]
