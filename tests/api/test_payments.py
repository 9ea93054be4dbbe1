"""Payments at the door: what became of each attempt, who said so, and what a person may say."""

from typing import Any, get_args

from khata.api.schemas import payments
from khata.core.payment import AttemptStatus, Cause, SaidBy
from tests.api.recipes import BODIES, subscribed, unknown_attempt
from tests.api.seller import Seller


def refusal(answer: Any) -> tuple[int, str, str | None]:
    problem = answer.json()
    return answer.status_code, problem["code"], problem["param"]


def buys(seller: Seller, token: str) -> dict[str, Any]:
    """A new customer's subscription, paid by this token."""
    customer = seller.create("/v1/customers", BODIES["POST /v1/customers"](seller))["id"]
    method = {"customer": customer, "gateway": "fake", "token": token}
    seller.create("/v1/payment_methods", method)
    return subscribed(seller, customer=customer)


def payment_of(seller: Seller, made: dict[str, Any]) -> dict[str, Any]:
    [payment] = seller.get("/v1/payments", invoice=made["latest_invoice"]).json()["data"]
    found: dict[str, Any] = payment
    return found


def test_an_attempt_tells_what_became_of_it_and_who_said_so(seller: Seller) -> None:
    [attempt] = payment_of(seller, buys(seller, "tok_ok"))["attempts"]
    assert (attempt["cause"], attempt["status"]) == ("schedule", "succeeded")
    [move] = attempt["moves"]
    assert (move["from_status"], move["to_status"], move["said_by"]) == (
        "sending",
        "succeeded",
        "sync",
    )
    assert move["reference"] == attempt["reference"]


def test_a_customers_own_try_is_told_apart(seller: Seller) -> None:
    made = buys(seller, "tok_declined")
    before = payment_of(seller, made)
    assert seller.post(f"/v1/invoices/{made['latest_invoice']}/pay").status_code == 200
    after = payment_of(seller, made)
    assert [attempt["cause"] for attempt in after["attempts"]] == ["schedule", "customer"]
    for field in ("status", "decline_count", "next_attempt_at"):
        assert after[field] == before[field]


def test_a_person_resolves_what_nobody_else_tells(seller: Seller) -> None:
    attempt = unknown_attempt(seller)
    path = f"/v1/payments/{attempt['payment']}/resolve"
    told = {"attempt": attempt["id"], "outcome": "succeeded"}
    assert refusal(seller.post(path, told)) == (422, "reference_missing", "reference")
    resolved = seller.post(path, told | {"reference": "ch_1", "fee": 2360}).json()
    assert (resolved["object"], resolved["status"]) == ("payment", "succeeded")
    [after] = resolved["attempts"]
    assert (after["status"], after["reference"], after["fee"]) == ("succeeded", "ch_1", 2360)
    assert [move["said_by"] for move in after["moves"]] == ["sync", "human"]
    assert seller.get(f"/v1/invoices/{resolved['invoice']}").json()["status"] == "paid"
    assert refusal(seller.post(path, told | {"reference": "ch_1"})) == (
        409,
        "attempt_resolved",
        None,
    )

    other = unknown_attempt(seller)
    path = f"/v1/payments/{other['payment']}/resolve"
    told = {"attempt": other["id"], "outcome": "succeeded", "reference": "ch_1"}
    assert refusal(seller.post(path, told)) == (409, "reference_used", "reference")
    wrong = told | {"attempt": attempt["id"], "reference": "ch_2"}
    assert refusal(seller.post(path, wrong)) == (404, "not_found", "attempt")
    failed = seller.post(path, {"attempt": other["id"], "outcome": "failed"}).json()
    assert (failed["status"], failed["decline_count"]) == ("scheduled", 1)
    assert failed["last_decline_code"] == "resolved_by_hand"


def test_a_subscription_is_paid_in_another_way_and_keeps_other_facts(seller: Seller) -> None:
    made = buys(seller, "tok_declined")
    path = f"/v1/subscriptions/{made['id']}"
    assert (made["payment_method"], made["status"]) == (None, "past_due")
    method = seller.create(
        "/v1/payment_methods",
        {"customer": made["customer"], "gateway": "fake", "token": "tok_ok", "default": False},
    )["id"]
    assert payment_of(seller, made)["decline_count"] == 1  # a card that is only kept
    changed = seller.patch(path, {"payment_method": method, "metadata": {"seat": "aisle"}}).json()
    assert (changed["payment_method"], changed["metadata"]) == (method, {"seat": "aisle"})
    payment = payment_of(seller, made)
    assert (payment["decline_count"], payment["status"]) == (0, "scheduled")

    same = seller.patch(path, {"metadata": {}}).json()
    assert (same["payment_method"], same["metadata"]) == (method, {})
    assert seller.patch(path, {"payment_method": None}).json()["payment_method"] is None
    strange = seller.id("payment_methods")
    assert refusal(seller.patch(path, {"payment_method": strange})) == (
        409,
        "payment_method_not_usable",
        "payment_method",
    )
    assert refusal(seller.patch(path, {"metadata": None}))[0] == 422


def test_what_the_description_names_is_what_there_is() -> None:
    assert set(get_args(payments.AttemptStatusName)) == set(AttemptStatus)
    said = payments.AttemptMoveObject.model_fields["said_by"].annotation
    assert set(get_args(said)) == set(SaidBy)
    cause = payments.AttemptObject.model_fields["cause"].annotation
    assert set(get_args(cause)) == set(Cause)
