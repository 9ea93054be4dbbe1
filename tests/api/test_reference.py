"""/docs: every operation can be read, without a script and without another machine."""

import gzip
import html
import json
import re

from fastapi.testclient import TestClient

from tests.api.described import operations


def test_every_operation_is_on_the_page(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    for operation in operations():
        assert f'id="{operation.details["operationId"]}"' in page.text
        assert operation.path in page.text


def test_the_page_needs_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs")
    assert "<script" not in page.text
    assert set(re.findall(r'(?:src|href)="([^#"]+)"', page.text)) == {"/openapi.json"}
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert len(page.content) < 1_250_000
    as_it_travels = len(gzip.compress(page.content))
    assert as_it_travels < 400 * len(list(operations()))  # bytes for each of them


def test_the_examples_name_the_address_one_came_by(client: TestClient) -> None:
    page = client.get("/docs")
    assert "curl -X POST http://testserver/v1/products" in page.text
    assert "khata.example" not in page.text


def test_the_first_example_works_as_it_stands(client: TestClient) -> None:
    page = html.unescape(client.get("/docs").text)
    example = re.search(r"POST http://testserver/v1/accounts .*?-d '(.*?)'", page, re.DOTALL)
    assert example is not None
    body = json.loads(example[1])
    assert body["state"] == "KA"
    answer = client.post("/v1/accounts", json=body | {"email": "reader@docs.example"})
    assert answer.status_code == 201, answer.text
