"""Secret keys: who has one is let in, to one mode, until it is revoked."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from khata.core.secret_keys import could_be_key, new_secret_key
from khata.db.transaction import Database
from tests.api.seller import Seller


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic c2s6",
        "Bearer sk_test_",
        "Bearer nonsense",
        f"Bearer {'x' * 5000}",
        # Well made, but nobody's; named, as every worker must collect the same names.
        pytest.param(f"Bearer {new_secret_key(livemode=False)}", id="unknown test key"),
        pytest.param(f"Bearer {new_secret_key(livemode=True)}", id="unknown live key"),
    ],
)
def test_without_a_key_that_works_nothing_is_told(header: str | None, client: TestClient) -> None:
    headers = {} if header is None else {"Authorization": header}
    for method, path in (
        ("GET", "/v1/products"),
        ("GET", "/v1/products/prod_01m85gqxa3e00800007t808g14"),
        ("POST", "/v1/products"),
    ):
        answer = client.request(method, path, headers=headers)
        assert answer.status_code == 401, answer.text
        assert answer.json()["code"] == "unauthenticated"
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_key_is_checked_by_its_own_spelling_first() -> None:
    key = new_secret_key(livemode=False)
    assert could_be_key(key)
    swapped = key[:12] + key[13] + key[12] + key[14:]
    assert could_be_key(swapped) == (swapped == key)
    assert not could_be_key(key[:-1])
    assert not could_be_key(key.replace("sk_test_", "sk_live_"))


def test_keys_are_kept_as_hashes(seller: Seller, db: Database) -> None:
    with db.transaction(seller.tenant) as uow:
        rows = uow.connection.execute("select * from api_keys").fetchall()
    assert len(rows) == 1
    body = seller.key.removeprefix("sk_test_")
    assert body[:-4] not in str(rows)
    assert body.encode() not in b"".join(cell for cell in rows[0] if isinstance(cell, bytes))


def test_two_keys_at_once_and_the_old_one_revoked(app: FastAPI, seller: Seller) -> None:
    new = seller.post("/v1/api_keys").json()
    old = next(
        key["id"] for key in seller.get("/v1/api_keys").json()["data"] if key["id"] != new["id"]
    )
    client = TestClient(app, headers={"Authorization": f"Bearer {new['secret_key']}"})
    assert client.get("/v1/account").json()["tenant"] == seller.opened["test"]["tenant"]
    revoked = client.post(f"/v1/api_keys/{old}/revoke")
    assert revoked.json()["revoked"] is True
    assert seller.get("/v1/account").status_code == 401
    assert client.get("/v1/account").status_code == 200


def test_the_last_key_stays(seller: Seller) -> None:
    (only,) = seller.get("/v1/api_keys").json()["data"]
    answer = seller.post(f"/v1/api_keys/{only['id']}/revoke")
    assert (answer.status_code, answer.json()["code"]) == (409, "last_api_key")
    assert seller.get("/v1/account").status_code == 200


def test_twenty_keys_are_enough(seller: Seller) -> None:
    for _ in range(19):
        assert seller.post("/v1/api_keys").status_code == 201
    answer = seller.post("/v1/api_keys")
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_api_keys")
