"""The edge: every answer names its request, and nothing of the inside leaves."""

from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from khata.api.app import create_app
from khata.wiring import Engine
from tests.api.seller import Seller
from tests.log_lines import Logged


def test_every_answer_names_its_request_and_is_not_to_be_kept(
    client: TestClient, standing: Seller
) -> None:
    answers = [
        client.get("/healthz"),
        client.get("/nowhere"),
        client.delete("/healthz"),
        client.get("/v1/products"),
        client.post("/v1/products", content=b"x" * 2_000_000),
        standing.get("/v1/products"),
        standing.post("/v1/products", {}),
    ]
    ids = {answer.headers["request-id"] for answer in answers}
    assert len(ids) == len(answers)
    assert all(id.startswith("req_") for id in ids)
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "unknown_route"),
        ("GET", "/v1/products/", 404, "unknown_route"),
        ("GET", "/v1/nothing", 404, "unknown_route"),
        ("DELETE", "/v1/products", 405, "method_not_allowed"),
        ("PUT", "/healthz", 405, "method_not_allowed"),
        ("TRACE", "/healthz", 405, "method_not_allowed"),
    ],
)
def test_an_unknown_address(
    method: str, path: str, status: int, code: str, standing: Seller
) -> None:
    answer = standing.client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code


@pytest.mark.parametrize(
    "path", ["/v1/products", "/v1/account", "/healthz", "/openapi.json", "/docs", "/v1/nothing"]
)
def test_head_is_get_without_the_body(path: str, standing: Seller) -> None:
    got, head = standing.client.get(path), standing.client.head(path)
    assert head.status_code == got.status_code
    assert head.content == b""
    for name in ("content-type", "content-length"):
        assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/products", "GET, HEAD, POST"),
        ("/v1/products/prod_x", "GET, HEAD, PATCH"),
        ("/v1/test_clock", "GET, HEAD, POST, DELETE"),
        ("/v1/test_clock/advance", "POST"),
        ("/healthz", "GET, HEAD"),
    ],
)
def test_what_an_address_can_be_asked_with_is_told_whole(
    path: str, allowed: str, standing: Seller
) -> None:
    answer = standing.client.put(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_a_head_is_counted_by_its_own_name(app: FastAPI, standing: Seller) -> None:
    standing.client.head("/v1/customers")
    counted = '_seconds_count{method="HEAD",route="/v1/customers",status="2xx"}'
    assert f"http_server_request_duration{counted}" in figures_of(app)


def test_what_nobody_foresaw_is_told_by_its_number_only(
    standing: Seller, monkeypatch: pytest.MonkeyPatch, logged: Logged
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret in the machine")

    monkeypatch.setattr("khata.db.stores.catalog.Catalog.add_product", fail)
    body = {"name": "canary of the body", "tax_code": "998314"}
    answer = standing.post("/v1/products", body)
    assert answer.status_code == 500
    problem = answer.json()
    assert problem["code"] == "internal_error"
    assert problem["request_id"] == answer.headers["request-id"]
    assert "secret" not in answer.text
    assert "RuntimeError" not in answer.text
    [line] = [one for one in logged.lines if one["event"] == "unforeseen"]
    assert (line["request_id"], line["level"]) == (problem["request_id"], "error")
    assert "RuntimeError" in line["traceback"]
    assert "canary of the body" not in logged.text


def test_the_log_knows_no_secret(client: TestClient, standing: Seller, logged: Logged) -> None:
    standing.client.get("/v1/products?starting_after=prod_canary")
    client.post("/v1/accounts", json={"password": "canary password", "email": "canary@x.example"})
    assert "/v1/accounts" in logged.text
    assert "canary" not in logged.text
    assert standing.key not in logged.text
    assert standing.key[8:] not in logged.text


def test_a_line_tells_whose_request_it_was_and_in_which_trace(
    client: TestClient, standing: Seller, logged: Logged
) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    sent = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    answer = standing.client.get("/v1/products", headers=sent)
    client.get("/healthz", headers={"traceparent": "00-nonsense"})
    of_seller, of_nobody = logged.lines
    assert of_seller["request_id"] == answer.headers["request-id"]
    assert (of_seller["mode"], of_seller["trace_id"]) == ("test", trace)
    assert of_seller["tenant"].startswith("ten_")
    assert not {"tenant", "mode", "trace_id"} & set(of_nobody)


def figures_of(app: FastAPI) -> str:
    """What this machine is told about the requests."""
    answer = TestClient(app, client=("127.0.0.1", 50_000)).get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return str(answer.text)


def test_health_and_figures(app: FastAPI, client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {
        "status": "ok",
        "checks": {"database": "ok", "migrations": "ok"},
    }
    figures = figures_of(app)
    counted = (
        'http_server_request_duration_seconds_count{method="GET",route="/healthz",status="2xx"}'
    )
    assert counted in figures
    for name in ("ledger_imbalance 0.0", "khata_database_up 1.0", "outbox_pending", "dunning_open"):
        assert name in figures


@pytest.mark.parametrize(
    ("address", "sent", "status"),
    [
        ("127.0.0.1", "", 200),
        ("::1", "", 200),
        ("::ffff:127.0.0.1", "", 200),
        ("203.0.113.7", "", 403),
        ("203.0.113.7", "Bearer a token for figures", 200),
        ("203.0.113.7", "Bearer another token", 403),
        ("127.0.0.1", "Bearer another token", 403),
    ],
)
def test_figures_are_for_this_machine_and_for_who_has_the_token(
    address: str, sent: str, status: int, engine: Engine
) -> None:
    settings = engine.settings.model_copy(update={"metrics_token": "a token for figures"})
    app = create_app(replace(engine, settings=settings))
    client = TestClient(app, client=(address, 50_000))
    answer = client.get("/metrics", headers={"Authorization": sent} if sent else {})
    assert answer.status_code == status
    assert ("metrics_closed" in answer.text) == (status == 403)


def test_a_made_up_method_makes_no_new_figure(app: FastAPI, standing: Seller) -> None:
    for number in range(3):
        assert standing.client.request(f"MADEUP{number}", "/v1/products").status_code == 405
    figures = figures_of(app)
    assert "MADEUP" not in figures
    assert 'method="other"' in figures


def test_an_id_in_a_path_makes_no_new_figure(app: FastAPI, standing: Seller) -> None:
    standing.get(f"/v1/products/{standing.id('products')}")
    figures = figures_of(app)
    assert 'route="/v1/products/{id}"' in figures
    assert standing.id("products") not in figures


def test_not_ready_while_the_database_is_away(
    app: FastAPI, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from psycopg import OperationalError

    def away(*_: object) -> None:
        raise OperationalError("connection to 10.0.0.7 failed: password of khata_app is wrong")

    monkeypatch.setattr(app.state.engine.db, "ask", away)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["errors"] == [
        {"code": "away", "param": "database", "detail": "The database is away"}
    ]
    assert "10.0.0.7" not in answer.text
    assert client.get("/healthz").status_code == 200


def test_figures_of_the_process_are_told_while_the_database_is_away(
    app: FastAPI, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from psycopg import OperationalError

    def away(*_: object) -> None:
        raise OperationalError("connection refused")

    fresh = create_app(engine)
    monkeypatch.setattr(engine.db, "ask", away)
    figures = figures_of(fresh)
    assert "khata_database_up 0.0" in figures
    assert "http_server_request_duration_seconds" in figures
    assert "ledger_imbalance" not in figures  # unknown is not 0
