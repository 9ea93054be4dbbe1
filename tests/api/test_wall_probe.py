"""The wall, asked at every route: another tenant's id is answered as an id that never was."""

import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.api.described import Operation, operations
from tests.api.recipes import BODIES, KIND_OF_FIELD, RECIPES
from tests.api.seller import Seller, sign_up

BY_PATH = [operation for operation in operations() if "{id}" in operation.path]
BY_BODY = [operation for operation in operations() if operation.body and not operation.public]
LISTS = [operation for operation in operations() if "starting_after" in operation.query]
CURSORS = ("starting_after", "ending_before")


@pytest.fixture(scope="module")
def stranger(app: FastAPI) -> Seller:
    """Another business, whose objects must not be seen."""
    return sign_up(app)


@pytest.fixture(scope="module")
def asking(app: FastAPI) -> Seller:
    return sign_up(app)


def test_every_path_with_an_id_has_a_recipe() -> None:
    """Whoever adds a route says in tests/api/recipes.py how its object is made."""
    kinds = {operation.kind for operation in BY_PATH} | {found.listed for found in LISTS}
    assert kinds - RECIPES.keys() == set()


def test_every_path_is_asked_in_one_place_only() -> None:
    assert [op.name for op in operations() if re.findall(r"{(?!id})", op.path)] == []


@pytest.mark.parametrize("operation", BY_PATH, ids=lambda operation: operation.name)
def test_an_id_in_the_path(operation: Operation, asking: Seller, stranger: Seller) -> None:
    body = BODIES[operation.name](asking) if operation.name in BODIES else None
    foreign = stranger.id(operation.kind)
    told = [
        alike(ask(asking, operation, operation.path.replace("{id}", id), body), id)
        for id in (foreign, unknown(foreign))
    ]
    assert told[0] == told[1]
    assert told[0][0] == 404


@pytest.mark.parametrize("operation", BY_BODY, ids=lambda operation: operation.name)
def test_an_id_in_the_body(operation: Operation, asking: Seller, stranger: Seller) -> None:
    valid = BODIES[operation.name](asking)
    path = filled(operation, asking)
    for place in ids_in(valid):
        field = next(name for name in reversed(place) if isinstance(name, str))
        foreign = stranger.id(KIND_OF_FIELD[field])
        told = [
            alike(ask(asking, operation, path, put(valid, place, id)), id)
            for id in (foreign, unknown(foreign))
        ]
        assert told[0] == told[1]
        assert told[0][0] == 404
        assert told[0][1]["param"] == ".".join(map(str, place))


@pytest.mark.parametrize("operation", LISTS, ids=lambda operation: operation.name)
def test_an_id_in_a_filter_or_cursor(
    operation: Operation, asking: Seller, stranger: Seller
) -> None:
    for name in operation.query:
        kind = operation.listed if name in CURSORS else KIND_OF_FIELD.get(name)
        if kind is None:
            continue
        foreign = stranger.id(kind)
        told = [
            alike(asking.ask("GET", filled(operation, asking), params={name: id}), id)
            for id in (foreign, unknown(foreign))
        ]
        assert told[0] == told[1]
        assert told[0][0] == 404
        assert told[0][1]["param"] == name


@pytest.mark.parametrize("operation", LISTS, ids=lambda operation: operation.name)
def test_a_list_holds_nothing_of_another(
    operation: Operation, asking: Seller, stranger: Seller
) -> None:
    foreign = stranger.id(operation.listed)
    assert foreign in stranger.get(filled(operation, stranger), limit=100).text
    assert foreign not in asking.get(filled(operation, asking), limit=100).text


def test_fields_that_hold_an_id_are_known() -> None:
    """A field that is described as holding an id, by its example, has a kind."""
    for operation in operations():
        for name, field in ((operation.body or {}).get("properties", {})).items():
            examples = [str(example) for example in field.get("examples", [])]
            if any(re.fullmatch(r"[a-z]{2,5}_0[0-9a-z]+", example) for example in examples):
                assert name in KIND_OF_FIELD


def test_the_two_modes_of_one_account_do_not_meet(app: FastAPI) -> None:
    test = sign_up(app)
    live = Seller(app, test.opened, mode="live")
    kinds = [kind for kind in RECIPES if kind in ("products", "customers", "registrations")]
    for kind in kinds:
        id = test.id(kind)
        assert test.get(f"/v1/{kind}/{id}").status_code == 200
        hidden = alike(live.get(f"/v1/{kind}/{id}"), id)
        strange = unknown(id)
        assert hidden == alike(live.get(f"/v1/{kind}/{strange}"), strange)
        assert hidden[0] == 404
    assert test.get("/v1/account").json()["livemode"] is False
    assert live.get("/v1/account").json()["livemode"] is True


def filled(operation: Operation, seller: Seller) -> str:
    """The path with an id of this seller in it."""
    if "{id}" not in operation.path:
        return operation.path
    return operation.path.replace("{id}", seller.id(operation.kind))


def ask(seller: Seller, operation: Operation, path: str, body: Any) -> httpx.Response:
    return seller.ask(operation.method, path, json=body)


def unknown(id: str) -> str:
    """An id of the same kind that nobody has."""
    prefix, tail = id.split("_")
    return f"{prefix}_{'0' * 6}{tail[6:][::-1]}"


def alike(answer: httpx.Response, id: str) -> tuple[int, Any, Any]:
    """The answer without what must differ: the id that was asked for, and the request's own."""
    body = answer.text.replace(id, "ID").replace(answer.headers["request-id"], "REQUEST")
    headers = {
        name: value
        for name, value in answer.headers.items()
        if name not in ("request-id", "date", "content-length")
    }
    return answer.status_code, httpx.Response(200, content=body).json(), headers


def ids_in(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in a body ids stand."""
    if isinstance(value, dict):
        return [found for key, part in value.items() for found in ids_in(part, (*place, key))]
    if isinstance(value, list):
        return [found for key, part in enumerate(value) for found in ids_in(part, (*place, key))]
    is_id = isinstance(value, str) and re.fullmatch(r"[a-z]{2,5}_[0-9a-z]{26}", value)
    return [place] if is_id else []


def put(value: Any, place: tuple[Any, ...], id: str) -> Any:
    if not place:
        return id
    first, *rest = place
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[first] = put(value[first], tuple(rest), id)
    return copy
