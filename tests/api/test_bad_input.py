"""What bad input gets, on every route that takes a body: a named no, the field, nothing stored."""

import json
from typing import Any

import httpx
import pytest

from khata.api.edge import LARGER_BODIES, LARGEST_BODY
from khata.db.transaction import Database
from tests.api.described import Operation, operations, resolved
from tests.api.recipes import BODIES, RECIPES, subscribed
from tests.api.seller import Seller

WITH_BODY = [operation for operation in operations() if operation.body is not None]
WITHOUT_BODY = [
    operation
    for operation in operations()
    if operation.body is None and operation.method in ("POST", "DELETE")
]
JSON_HEADERS = {"Content-Type": "application/json"}
HOLE = "@here@"
COUNTS: list[str] = []  # the question that counts the rows of all tables, once it is known

# What stands in a field → the code of the refusal.
NONSENSE = {
    "NaN": ("NaN", "not_a_number"),
    "Infinity": ("-Infinity", "not_a_number"),
    "1e400": ("1e400", "not_a_number"),
    "5000 digits": ("9" * 5000, "number_too_large"),
    "19 digits": ("-" + "9" * 19, "number_too_large"),
    "NUL": (r'"a\u0000b"', "bad_text"),
    "lone surrogate": (r'"\ud800"', "bad_text"),
    "NUL in a key": (r'{"a\u0000b": 1}', "bad_text"),
    "lone surrogate in a key": (r'{"\udfff": 1}', "bad_text"),
    "33 levels": ("[" * 32 + "]" * 32, "json_too_deep"),
    "the same key twice": ('{"a": 1, "a": 2}', "duplicate_key"),
}

# What stands instead of the whole body → status and code.
NO_BODY_AT_ALL: dict[str, tuple[bytes, int, str]] = {
    "no JSON": (b"{name: 'x'}", 400, "malformed_json"),
    "cut off": (b'{"name": "x', 400, "malformed_json"),
    "two values": (b"{} {}", 400, "malformed_json"),
    "not UTF-8": (b'{"name": "\xff"}', 400, "malformed_json"),
    "UTF-16": ('{"name": "x"}'.encode("utf-16"), 400, "malformed_json"),
    "a list": (b"[]", 422, "wrong_type"),
    "a text": (b'"x"', 422, "wrong_type"),
    "100,000 levels": (b"[" * 100_000 + b"]" * 100_000, 422, "json_too_deep"),
}

# A value that no field of this JSON type may take.
WRONG: dict[str, list[Any]] = {
    "string": [12345, True, ["x"], {"x": 1}],
    "integer": ["1", 1.0, 1.5, True, [1], -(10**17)],
    "boolean": ["true", 1, 0],
    "array": [{"x": 1}, "x", 7],
    "object": [["x"], "x", 7],
}


def test_every_route_has_a_valid_body() -> None:
    """Whoever adds a route adds a body to tests/api/recipes.py."""
    posted = {op.name for op in operations() if op.method in ("POST", "PATCH", "PUT")}
    assert posted - BODIES.keys() == set()


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.name)
def test_unknown_fields_are_refused_by_name(
    operation: Operation, standing: Seller, db: Database
) -> None:
    valid = BODIES[operation.name](standing)
    before = stored(db, standing)
    refused(send(standing, operation, valid | {"nope": 1}), 422, "unknown_field", "nope")
    for field, value in valid.items():
        if isinstance(value, dict) and field not in ("metadata", "series", "credentials"):
            inside = valid | {field: value | {"nope": 1}}
            answer = send(standing, operation, inside)
            refused(answer, 422, "unknown_field", f"{field}.nope")
    assert stored(db, standing) == before


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.name)
def test_wrong_types_are_refused(operation: Operation, standing: Seller, db: Database) -> None:
    valid = BODIES[operation.name](standing) or {}
    before = stored(db, standing)
    assert operation.body is not None
    for field, schema in operation.body["properties"].items():
        for value in _wrong(schema):
            answer = send(standing, operation, valid | {field: value})
            assert answer.status_code == 422, (field, value, answer.text)
            assert _root(answer.json()["param"]) == field, (field, value, answer.text)
    assert stored(db, standing) == before


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.name)
def test_nonsense_in_any_field_is_refused(
    operation: Operation, standing: Seller, db: Database
) -> None:
    valid = BODIES[operation.name](standing) or {}
    before = stored(db, standing)
    assert operation.body is not None
    for field in operation.body["properties"]:
        body = json.dumps(valid | {field: HOLE})
        for raw, code in NONSENSE.values():
            answer = send_raw(standing, operation, body.replace(f'"{HOLE}"', raw).encode())
            refused(answer, 422, code)
            assert _root(answer.json()["param"]) == field
    assert stored(db, standing) == before


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.name)
def test_what_is_no_body_is_refused(operation: Operation, standing: Seller, db: Database) -> None:
    before = stored(db, standing)
    for raw, status, code in NO_BODY_AT_ALL.values():
        refused(send_raw(standing, operation, raw), status, code)
    most = LARGER_BODIES.get(operation.path, LARGEST_BODY)
    too_large = b'{"name": "' + b"x" * most + b'"}'
    refused(send_raw(standing, operation, too_large), 413, "body_too_large")
    assert stored(db, standing) == before


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.name)
def test_a_body_that_is_not_said_to_be_json_is_refused(
    operation: Operation, standing: Seller
) -> None:
    for said in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "text/json; a=application/json",
    ):
        answer = standing.client.request(
            operation.method,
            filled(operation, standing),
            content=b"{}",
            headers={"Content-Type": said},
        )
        refused(answer, 415, "not_json")


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.name)
def test_a_field_twice_is_refused(operation: Operation, standing: Seller) -> None:
    assert operation.body is not None
    field = next(iter(operation.body["properties"]))
    raw = f'{{"{field}": "a", "{field}": "b"}}'.encode()
    refused(send_raw(standing, operation, raw), 422, "duplicate_key", field)


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda operation: operation.name)
def test_no_body_is_answered_with_what_is_asked_for(operation: Operation, standing: Seller) -> None:
    if not operation.details["requestBody"].get("required"):
        return  # every field may be left out, and so may all
    answer = standing.ask(operation.method, filled(operation, standing))
    refused(answer, 422, "field_required")
    assert answer.json()["detail"].startswith("A JSON body is asked for")


@pytest.mark.parametrize("operation", WITHOUT_BODY, ids=lambda operation: operation.name)
def test_where_nothing_is_asked_for_nothing_is_swallowed(
    operation: Operation, standing: Seller, db: Database
) -> None:
    """A field that a caller believes in must not be lost without a word."""
    before = stored(db, standing)
    refused(send(standing, operation, {"amount": 100}), 422, "unknown_field", "amount")
    for raw in (b"[]", b'"x"', b"7", b"null"):
        answer = send_raw(standing, operation, raw)
        refused(answer, 422, "wrong_type")
    assert stored(db, standing) == before


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.name)
def test_unknown_and_repeated_parameters_are_refused_by_name(
    operation: Operation, standing: Seller
) -> None:
    path = filled(operation, standing)
    if operation.path in ("/healthz", "/readyz", "/metrics"):
        return  # whoever looks after the machine may hang anything on these
    body = BODIES[operation.name](standing) if operation.body else None
    answer = standing.ask(operation.method, f"{path}?nope=1", json=body)
    refused(answer, 422, "unknown_field", "nope")
    for name in operation.query:
        answer = standing.ask(operation.method, f"{path}?{name}=1&{name}=1", json=body)
        refused(answer, 422, "parameter_twice", name)


def test_an_empty_object_is_nothing(seller: Seller) -> None:
    made = subscribed(seller)
    seller.post(f"/v1/subscriptions/{made['id']}/cancel", {"when": "period_end"})
    assert seller.post(f"/v1/subscriptions/{made['id']}/uncancel", {}).status_code == 200


# A name that would show nothing, or something else than what it is.
UNSEEN = ["\u200b", "\u00ad\u200d", "\u3164", "\u2800", "\u2060\ufeff", "Asha\u202etra", "\u2066x"]


@pytest.mark.parametrize("name", UNSEEN, ids=ascii)
def test_a_name_can_be_seen_and_reads_in_one_direction(name: str, standing: Seller) -> None:
    refused(standing.post("/v1/customers", {"name": name}), 422, "bad_text", "name")


@pytest.mark.parametrize("name", ["आशा ट्रेडर्स", "محل", "ക്‌ഷ", "👩‍🌾", "O’Neill & Söhne"])
def test_names_of_every_script_pass(name: str, standing: Seller) -> None:
    assert standing.create("/v1/customers", {"name": name})["name"] == name


@pytest.mark.parametrize(
    ("path", "body", "param", "detail"),
    [
        ("/v1/customers", {"name": ""}, "name", "name: At least 1 character"),
        ("/v1/customers", {"name": "x" * 201}, "name", "name: At most 200 characters"),
        ("/v1/customers", {"name": "x", "metadata": {"k" * 41: "v"}}, "metadata." + "k" * 41, None),
        ("/v1/plans", {"code": "has space"}, "code", "code: A code has letters, digits, dots,"),
        ("/v1/subscriptions", {"items": []}, "items", "items: At least 1 item"),
    ],
)
def test_what_is_wrong_is_a_sentence(
    path: str, body: dict[str, Any], param: str, detail: str | None, standing: Seller
) -> None:
    valid = BODIES[f"POST {path}"](standing)
    problem = standing.post(path, valid | body).json()
    assert problem["param"] == param
    assert "^" not in problem["detail"]
    assert detail is None or problem["detail"].startswith(detail)


def test_days_in_the_wrong_order_are_refused(standing: Seller) -> None:
    days = {"booked_from": "2026-02-02", "booked_to": "2026-02-01"}
    refused(standing.get("/v1/ledger/entries", **days), 422, "days_reversed", "booked_from")


def test_a_body_in_pieces_is_bounded_too(standing: Seller) -> None:
    def pieces() -> Any:
        yield b'{"name": "'
        for _ in range(110):
            yield b"x" * 10_000

    answer = standing.client.post("/v1/products", content=pieces(), headers=JSON_HEADERS)
    refused(answer, 413, "body_too_large")


def test_a_wrong_length_is_no_way_round_the_bound(standing: Seller) -> None:
    headers = JSON_HEADERS | {"Content-Length": "9" * 40}
    answer = standing.client.post("/v1/products", content=b"{}", headers=headers)
    refused(answer, 413, "body_too_large")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/products/%00",
        "/v1/products/prod_%00",
        "/v1/products/%ed%a0%80",
        "/v1/products/%ff%fe",
        "/v1/products/prod_" + "0" * 5000,
        "/v1/products/prod_ilouilouilouilouilouilouil",
        "/v1/products/prod_zzzzzzzzzzzzzzzzzzzzzzzzzz",
        "/v1/products/cus_01m85gqxa3e00800007t808g14",
        "/v1/products/' or 1=1 --",
        "/v1/products/..%2f..%2fetc",
    ],
)
def test_a_strange_id_is_an_unknown_id(path: str, standing: Seller) -> None:
    assert standing.get(path).status_code == 404


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=1e1", "limit"),
        ("limit=٣", "limit"),
        ("limit=" + "9" * 5000, "limit"),
        ("limit=", "limit"),
        ("limit=%00", "limit"),
        ("nope=1", "nope"),
        ("created%5Bgte%5D=yesterday", "created[gte]"),
        ("created%5Bgte%5D=2026-01-31", "created[gte]"),
        ("created%5Bgte%5D=9999-12-31T23:59:59-12:00", "created[gte]"),
        ("created%5Bgte%5D=0001-01-01T00:00:00%2B14:00", "created[gte]"),
        ("created%5Bnope%5D=2026-01-31T00:00:00Z", "created[nope]"),
        ("starting_after=" + "x" * 5000, "starting_after"),
    ],
)
def test_a_strange_query_is_refused(query: str, param: str, standing: Seller) -> None:
    answer = standing.client.get(f"/v1/products?{query}")
    assert answer.status_code == 422, answer.text
    assert answer.json()["param"] == param


@pytest.mark.parametrize("id", ["%00", "prod_%00", "%ed%a0%80", "x", "cus_01m85gqxa3e0080000"])
def test_a_strange_cursor_is_an_unknown_id(id: str, standing: Seller) -> None:
    answer = standing.client.get(f"/v1/products?starting_after={id}")
    refused(answer, 404, "not_found", "starting_after")


def test_headers_are_bounded(standing: Seller) -> None:
    answer = standing.client.get("/v1/products", headers={"X-Long": "x" * 20_000})
    refused(answer, 431, "headers_too_large")


def send(seller: Seller, operation: Operation, body: Any) -> httpx.Response:
    return seller.ask(operation.method, filled(operation, seller), json=body)


def send_raw(seller: Seller, operation: Operation, raw: bytes) -> httpx.Response:
    path = filled(operation, seller)
    return seller.ask(operation.method, path, content=raw, headers=JSON_HEADERS)


def filled(operation: Operation, seller: Seller) -> str:
    """The path with an id of this seller in it."""
    if "{id}" not in operation.path:
        return operation.path
    return operation.path.replace("{id}", seller.id(operation.kind))


def refused(answer: httpx.Response, status: int, code: str, param: str | None = None) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["request_id"] == answer.headers["request-id"]
    if param is not None:
        assert problem["param"] == param


def stored(db: Database, seller: Seller) -> dict[str, int]:
    """How many rows there are in each table that this tenant can see, once it has all it needs."""
    for kind in RECIPES:
        seller.one(kind)
    with db.transaction(seller.tenant) as uow:
        if not COUNTS:
            tables = uow.connection.execute(
                "select relname from pg_class where relkind = 'r' and relnamespace ="
                " 'public'::regnamespace and has_table_privilege(oid, 'select') order by 1"
            ).fetchall()
            COUNTS.append(
                " union all ".join(
                    f"select '{name}', count(*) from \"{name}\"" for (name,) in tables
                )
            )
        return dict(uow.connection.execute(COUNTS[0].encode()).fetchall())


def _wrong(schema: dict[str, Any]) -> list[Any]:
    choices = schema.get("anyOf", [schema])
    types = {resolved(choice).get("type", "object") for choice in choices}
    values = [value for kind in types - {"null"} for value in WRONG[kind]]
    fitting = tuple(
        {"string": str, "array": list, "object": dict}.get(kind, bool) for kind in types
    )
    wrong = [
        value
        for value in values
        if not (isinstance(value, fitting) and not ({"integer", "boolean"} & types))
        # Exact numbers may be whole, or a decimal in a text.
        and not ({"integer", "string"} <= types and value in ("1", 12345))
        and not ({"integer", "boolean"} <= types and type(value) in (bool, int) and value >= 0)
    ]
    return wrong if "null" in types else [*wrong, None]


def _root(param: str | None) -> str:
    return (param or "").split(".")[0]
