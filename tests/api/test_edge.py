"""The edge: every answer names its request, and nothing of the inside leaves."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.api.seller import Seller


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


def test_what_nobody_foresaw_is_told_by_its_number_only(
    standing: Seller, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
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
    logged = capsys.readouterr().out
    assert problem["request_id"] in logged
    assert "RuntimeError" in logged
    assert "canary of the body" not in logged


def test_the_log_knows_no_secret(
    client: TestClient, standing: Seller, capsys: pytest.CaptureFixture[str]
) -> None:
    standing.client.get("/v1/products?starting_after=prod_canary")
    client.post("/v1/accounts", json={"password": "canary password", "email": "canary@x.example"})
    logged = capsys.readouterr().out
    assert "/v1/accounts" in logged
    assert "canary" not in logged
    assert standing.key not in logged
    assert standing.key[8:] not in logged


def test_health_and_figures(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}
    figures = client.get("/metrics")
    assert figures.headers["content-type"].startswith("text/plain")
    counted = 'khata_http_requests_total{method="GET",route="/healthz",status="200"}'
    assert counted in figures.text
    assert "khata_http_request_seconds_count" in figures.text


def test_an_id_in_a_path_makes_no_new_figure(client: TestClient, standing: Seller) -> None:
    standing.get(f"/v1/products/{standing.id('products')}")
    figures = client.get("/metrics").text
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
    assert "10.0.0.7" not in answer.text
    assert client.get("/healthz").status_code == 200
