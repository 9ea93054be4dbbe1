"""Pauses to come, as callers plan them, read them and take them back."""

from tests.api.recipes import subscribed
from tests.api.seller import Seller


def test_a_pause_to_come_is_a_change_like_others(seller: Seller) -> None:
    made = subscribed(seller)
    path = f"/v1/subscriptions/{made['id']}"
    end = made["current_period"]["end"]
    assert seller.patch("/v1/account", {"policies": {"pause_credit": "none"}}).is_success
    paused = seller.post(f"{path}/pause", {"when": "period_end"})
    assert paused.is_success, paused.text
    [change] = seller.get(f"{path}/changes", status="scheduled").json()["data"]
    assert (change["kind"], change["effective_on"], change["items"]) == ("pause", end, [])
    assert change["pause"] == {"until": None, "credit": "none", "proration": "by_day"}
    calendar = seller.get(f"{path}/calendar").json()["entries"]
    assert [one["kind"] for one in calendar] == ["pauses"]
    taken_back = seller.post(f"/v1/subscription_changes/{change['id']}/cancel").json()
    assert taken_back["status"] == "canceled"
    again = seller.post(f"/v1/subscription_changes/{change['id']}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "change_not_scheduled")
    calendar = seller.get(f"{path}/calendar").json()["entries"]
    assert {one["kind"] for one in calendar} == {"renews"}
    seller.post(f"{path}/pause", {"when": "period_end", "credit": "prorated"})
    [change] = seller.get(f"{path}/changes", status="scheduled").json()["data"]
    assert change["pause"]["credit"] == "prorated"
    [told] = [
        one["text"]
        for one in seller.get(f"{path}/story").json()["sentences"]
        if one["text"].startswith("A pause was taken back")
    ]
    assert told
