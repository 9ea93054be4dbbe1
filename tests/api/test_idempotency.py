"""Idempotency-Key: sent twice, done once, answered the same."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest

from khata.api import idempotency, posting
from khata.api.idempotency import Answered, Claim, ClaimingDatabase
from khata.db.transaction import Database, UnitOfWork
from tests.api.described import Operation, operations
from tests.api.recipes import ACTED_ON, BODIES
from tests.api.seller import BUSINESS, Seller

PRODUCT = {"name": "Chai Cloud", "tax_code": "998314"}
KEY = {"Idempotency-Key": "make the product"}


def test_the_same_request_takes_effect_once(seller: Seller) -> None:
    first = seller.post("/v1/products", PRODUCT, **KEY)
    second = seller.post("/v1/products", PRODUCT, **KEY)
    assert first.status_code == second.status_code == 201
    assert second.content == first.content
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert len(seller.get("/v1/products").json()["data"]) == 1


def test_the_answer_is_the_first_one_also_when_the_object_has_changed(seller: Seller) -> None:
    first = seller.post("/v1/products", PRODUCT, **KEY)
    seller.patch(f"/v1/products/{first.json()['id']}", {"name": "Changed"})
    assert seller.post("/v1/products", PRODUCT, **KEY).content == first.content


def test_another_body_under_the_same_key_is_refused(seller: Seller) -> None:
    seller.post("/v1/products", PRODUCT, **KEY)
    answer = seller.post("/v1/products", PRODUCT | {"name": "Other"}, **KEY)
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_key_reused"
    assert len(seller.get("/v1/products").json()["data"]) == 1


def test_a_key_belongs_to_its_route(seller: Seller) -> None:
    made = seller.post("/v1/products", PRODUCT, **KEY)
    customer = seller.post("/v1/customers", {"name": "Asha"}, **KEY)
    assert (made.status_code, customer.status_code) == (201, 201)


def test_a_key_belongs_to_its_tenant(seller: Seller, standing: Seller) -> None:
    key = {"Idempotency-Key": f"shared by {seller.tenant}"}
    mine = seller.post("/v1/products", PRODUCT, **key)
    theirs = standing.post("/v1/products", PRODUCT, **key)
    assert mine.json()["id"] != theirs.json()["id"]
    assert "idempotent-replayed" not in theirs.headers


def test_a_refusal_is_not_remembered(seller: Seller) -> None:
    wrong = seller.post("/v1/products", PRODUCT | {"tax_code": "1"}, **KEY)
    assert wrong.status_code == 422
    right = seller.post("/v1/products", PRODUCT, **KEY)
    assert right.status_code == 201
    assert "idempotent-replayed" not in right.headers


@pytest.mark.parametrize("key", ["x" * 256, "", "tab\there", "naïve".encode("latin-1")])
def test_a_key_is_1_to_255_printable_characters(key: Any, seller: Seller) -> None:
    answer = seller.client.post("/v1/products", json=PRODUCT, headers={b"Idempotency-Key": key})
    assert answer.status_code == 422
    assert answer.json()["param"] == "Idempotency-Key"
    assert seller.get("/v1/products").json()["data"] == []


def test_eight_at_once_make_one(seller: Seller) -> None:
    start = threading.Barrier(8)

    def ask(_: int) -> tuple[int, dict[str, Any]]:
        start.wait()
        answer = seller.post("/v1/products", PRODUCT, **KEY)
        return answer.status_code, answer.json()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    made = {body["id"] for status, body in answers if status == 201}
    assert len(made) == 1
    others = [body for status, body in answers if status != 201]
    assert all(body["code"] == "idempotency_key_in_use" for body in others)
    assert len(seller.get("/v1/products").json()["data"]) == 1


def test_what_is_finished_is_told_to_all_who_ask_at_once(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One who asks again and is slow must not make the others wait, or hear a false 409."""
    first = seller.post("/v1/products", PRODUCT, **KEY)
    inside, go_on = threading.Event(), threading.Event()
    real = idempotency.look_up

    def slow(uow: UnitOfWork, claim: Claim) -> Answered | None:
        answered = real(uow, claim)
        if not inside.is_set():
            inside.set()
            assert go_on.wait(30)
        return answered

    monkeypatch.setattr(idempotency, "look_up", slow)
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(seller.post, "/v1/products", PRODUCT, **KEY)
        assert inside.wait(30)
        third = seller.post("/v1/products", PRODUCT, **KEY)
        go_on.set()
        assert second.result().content == third.content == first.content


def test_while_the_first_is_running_the_second_is_told_to_wait(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, go_on = threading.Event(), threading.Event()
    real = ClaimingDatabase.transaction

    @contextmanager
    def slow(self: ClaimingDatabase, tenant: UUID) -> Iterator[UnitOfWork]:
        with real(self, tenant) as uow:
            yield uow
            if not inside.is_set():
                inside.set()
                assert go_on.wait(30)

    monkeypatch.setattr(ClaimingDatabase, "transaction", slow)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(seller.post, "/v1/products", PRODUCT, **KEY)
        assert inside.wait(30)
        second = seller.post("/v1/products", PRODUCT, **KEY)
        go_on.set()
        assert first.result().status_code == 201
    assert second.status_code == 409
    assert second.json()["code"] == "idempotency_key_in_use"
    assert second.headers["retry-after"] == "1"


def test_after_a_crash_between_commit_and_answer_it_is_told_again(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: Any) -> None:
        raise RuntimeError("the machine is gone")

    with monkeypatch.context() as broken:
        broken.setattr(posting, "store_body", crash)
        assert seller.post("/v1/products", PRODUCT, **KEY).status_code == 500
    again = seller.post("/v1/products", PRODUCT, **KEY)
    assert again.status_code == 201
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json()["name"] == "Chai Cloud"
    assert [found["id"] for found in seller.get("/v1/products").json()["data"]] == [
        again.json()["id"]
    ]
    assert seller.post("/v1/products", PRODUCT, **KEY).content == again.content


def test_after_a_crash_before_commit_it_is_done_anew(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: Any) -> None:
        raise RuntimeError("the machine is gone")

    with monkeypatch.context() as broken:
        broken.setattr("khata.db.stores.catalog.Catalog.add_product", crash)
        assert seller.post("/v1/products", PRODUCT, **KEY).status_code == 500
    again = seller.post("/v1/products", PRODUCT, **KEY)
    assert again.status_code == 201
    assert "idempotent-replayed" not in again.headers


def test_a_secret_is_told_once_and_never_stored(seller: Seller, db: Database) -> None:
    first = seller.post("/v1/api_keys", **KEY)
    second = seller.post("/v1/api_keys", **KEY)
    secret = first.json()["secret_key"]
    assert secret.startswith("sk_test_")
    assert second.json() == first.json() | {"secret_key": None}
    with db.transaction(seller.tenant) as uow:
        bodies = uow.connection.execute("select body from idempotency_keys").fetchall()
    assert secret not in str(bodies)


def test_signing_up_twice_opens_one_account(client: Any) -> None:
    body = BUSINESS | {"email": "twice@chai.example"}
    first = client.post("/v1/accounts", json=body, headers=KEY)
    second = client.post("/v1/accounts", json=body, headers=KEY)
    assert first.status_code == second.status_code == 201
    assert second.headers["idempotent-replayed"] == "true"
    one, two = first.json(), second.json()
    for mode in ("test", "live"):
        told = one[mode].pop("secret_key")
        assert two[mode].pop("secret_key") == f"{told[:8]}…{told[-4:]}"
    assert one == two


def test_signing_up_again_with_another_body_or_without_the_key_is_refused(client: Any) -> None:
    body = BUSINESS | {"email": "again@chai.example"}
    assert client.post("/v1/accounts", json=body, headers=KEY).status_code == 201
    other = client.post("/v1/accounts", json=body | {"password": "a guess at it"}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    bare = client.post("/v1/accounts", json=body)
    assert (bare.status_code, bare.json()["code"]) == (409, "email_taken")


POSTS = [operation for operation in operations() if operation.method == "POST"]


@pytest.mark.parametrize("operation", POSTS, ids=lambda operation: operation.name)
def test_every_post_takes_a_key_and_is_answered_the_same_twice(
    operation: Operation, seller: Seller
) -> None:
    names = {parameter["name"] for parameter in operation.details["parameters"]}
    assert "Idempotency-Key" in names
    path = operation.path
    if operation.name in ACTED_ON:
        path = path.replace("{id}", ACTED_ON[operation.name](seller)["id"])
    elif "{id}" in path:
        path = path.replace("{id}", seller.id(operation.kind))
    body = BODIES[operation.name](seller)
    first = seller.post(path, body, **{"Idempotency-Key": operation.name})
    assert first.status_code < 300, first.text
    second = seller.post(path, body, **{"Idempotency-Key": operation.name})
    assert second.status_code == first.status_code
    assert second.headers["idempotent-replayed"] == "true"
    assert second.json().get("id") == first.json().get("id")
