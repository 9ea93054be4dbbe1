"""A customer's phone on the wire."""

from fastapi import FastAPI

from tests.api.recipes import BODIES
from tests.api.seller import sign_up

CUSTOMER = "POST /v1/customers"


def test_a_phone_is_given_changed_and_taken_away(app: FastAPI) -> None:
    seller = sign_up(app)
    customer = seller.create("/v1/customers", BODIES[CUSTOMER](seller))
    path = f"/v1/customers/{customer['id']}"
    assert customer["phone"] == "+919876543210"
    changed = seller.patch(path, {"phone": "+14155550123"}).json()
    assert changed["phone"] == "+14155550123"
    assert seller.patch(path, {"name": "Asha"}).json()["phone"] == "+14155550123"
    assert seller.patch(path, {"phone": None}).json()["phone"] is None
    assert seller.create("/v1/customers", {"name": "Ravi"})["phone"] is None
