"""A swap of currency at the door: asked, previewed, refused by name."""

from fastapi import FastAPI

from tests.api.recipes import frozen, subscribed
from tests.api.seller import sign_up


def test_a_swap_is_previewed_scheduled_and_made(app: FastAPI) -> None:
    seller = sign_up(app)
    frozen(seller)  # 30 June 2026
    made = subscribed(seller, payment_method=seller.id("payment_methods"))
    path = f"/v1/subscriptions/{made['id']}"
    asked = {"items": [{"id": made["items"][0]["id"]}], "currency": "USD"}
    seen = seller.post(f"{path}/preview_change", asked).json()
    told = {name: seen[name] for name in ("effective_on", "currency", "direction", "invoice")}
    assert told == {
        "effective_on": "2026-07-30",
        "currency": "USD",
        "direction": "same",
        "invoice": None,
    }
    assert seen["ends_discounts"] == []
    now = seller.post(f"{path}/change", asked | {"when": "now"})
    assert (now.status_code, now.json()["code"]) == (409, "currency_in_period")
    assert seller.post(f"{path}/change", asked).json()["currency"] == "INR"
    [change] = seller.get(f"{path}/changes").json()["data"]
    assert (change["currency"], change["status"], change["failure"]) == ("USD", "scheduled", None)
    ahead = seller.post("/v1/invoices/preview", {"subscription": made["id"]}).json()
    seller.post("/v1/test_clock/advance", {"to": "2026-07-30T12:00:00+05:30"})
    changed = seller.get(path).json()
    invoice = seller.get(f"/v1/invoices/{changed['latest_invoice']}").json()
    # 15.00 and 18 % of it
    assert (invoice["currency"], invoice["total"]) == ("USD", 1_770)
    assert (ahead["currency"], ahead["total"]) == ("USD", 1_770)
    assert (changed["currency"], changed["items"][0]["quantity"]) == ("USD", 1)


def test_with_an_open_invoice_it_is_refused_and_nothing_is_stored(app: FastAPI) -> None:
    seller = sign_up(app)
    made = subscribed(seller, collection_method="send_invoice", days_until_due=15)
    path = f"/v1/subscriptions/{made['id']}"
    asked = {"items": [{"plan": seller.id("plans")}], "currency": "USD"}
    for verb in ("change", "preview_change"):
        problem = seller.post(f"{path}/{verb}", asked).json()
        assert (problem["status"], problem["code"], problem["param"]) == (
            409,
            "currency_owed",
            "currency",
        )
    assert seller.get(f"{path}/changes").json()["data"] == []
    unknown = seller.post(f"{path}/change", asked | {"currency": "XXX"}).json()
    assert (unknown["status"], unknown["param"]) == (422, "currency")
