"""The story of a subscription at the API's door."""

from tests.api.recipes import subscribed
from tests.api.seller import Seller


def test_a_life_in_sentences(seller: Seller) -> None:
    made = subscribed(seller)
    path = f"/v1/subscriptions/{made['id']}"
    seller.post(f"{path}/cancel", {"when": "period_end"})
    seller.post(f"{path}/uncancel")
    plan = seller.create(
        "/v1/plans",
        {
            "product": seller.id("products"),
            "name": "Team",
            "code": "team",
            "interval": "month",
            "prices": [{"currency": "INR", "model": "flat", "amount": 200_000}],
        },
    )
    changed = seller.post(f"{path}/change", {"items": [{"plan": plan["id"]}], "when": "now"})
    assert changed.is_success, changed.text
    told = seller.get(f"{path}/story").json()
    assert (told["object"], told["subscription"]) == ("subscription_story", made["id"])
    texts = [one["text"] for one in told["sentences"]]
    assert texts[:2] == ["Was agreed", "Became active"]
    assert texts[2].startswith("Invoice ")
    assert texts.index("Its end was taken back") > texts.index(
        next(text for text in texts if text.startswith("Was set to end on "))
    )
    [change] = [one for one in told["sentences"] if one["text"] == "A change of plans was made"]
    assert (change["detail"], change["by"]) == ("from Premium to Team", "api")
    assert change["about"].startswith("chg_")
    assert change["when"].endswith(f"in {told['timezone']}")
    assert any(text.startswith("Credit note ") for text in texts)
    times = [one["at"] for one in told["sentences"]]
    assert times == sorted(times)


def test_nobody_elses(seller: Seller) -> None:
    assert seller.get("/v1/subscriptions/sub_x/story").status_code == 404
