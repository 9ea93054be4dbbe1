"""What never comes as far as a page is a page all the same, on the app as it is served."""

import pytest
from fastapi.testclient import TestClient

from khata.cli.serving import both_doors
from khata.ports.files import FilesAway
from tests.dashboard.trading import Trade
from tests.dashboard.world import World

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
UPLOAD = b'--x\r\nContent-Disposition: form-data; name="card"; filename="a"\r\n\r\nb\r\n--x--\r\n'
NO_BOUNDARY = {"Content-Type": "multipart/form-data"}
BOUNDARY = {"Content-Type": "multipart/form-data; boundary=x"}


@pytest.fixture(scope="module")
def client(standing_world: World) -> TestClient:
    return TestClient(both_doors(standing_world.engine), follow_redirects=False)


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "sentence"),
    [
        ("GET", "/dashboard/nowhere", b"", {}, 404, "There is no such page"),
        ("GET", "/i/x", b"", {}, 404, "There is no such page"),
        ("DELETE", "/dashboard", b"", {}, 405, "This address is no page to open"),
        ("GET", "/i/x/y/pay", b"", {}, 405, "This address is no page to open"),
        (
            "POST",
            "/i/x/y/pay",
            b"card=" + b"x" * 2_000_000,
            FORM,
            413,
            "larger than 1,000,000 bytes",
        ),
        ("POST", "/dashboard/sign-in", b"form=" + b"x" * 2_000_000, FORM, 413, "larger than"),
        ("POST", "/i/x/y/pay", b"--x", NO_BOUNDARY, 400, "could not be read"),
        (
            "POST",
            "/i/x/y/pay",
            UPLOAD,
            BOUNDARY,
            422,
            "could not be read",
        ),
    ],
)
def test_people_are_answered_with_a_page(
    method: str,
    path: str,
    body: bytes,
    headers: dict[str, str],
    status: int,
    sentence: str,
    client: TestClient,
) -> None:
    answer = client.request(method, path, content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert sentence in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["request-id"].startswith("req_")
    assert ("Go to the overview" in answer.text) == path.startswith("/dashboard")
    assert client.head("/dashboard/nowhere").content == b""


def test_a_customer_is_told_that_the_files_are_away(
    client: TestClient, trade: Trade, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise FilesAway("the bucket does not answer")

    monkeypatch.setattr(type(world.engine.files), "put", away)
    answer = client.get(f"{trade.hosted(trade.declined)}/pdf")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "file store cannot be reached" in answer.text
    assert "bucket" not in answer.text


def test_a_page_says_what_it_can_be_asked_with(client: TestClient) -> None:
    assert client.delete("/dashboard").headers["allow"] == "GET, HEAD"


def test_programs_are_answered_with_a_problem(client: TestClient) -> None:
    for path in ("/v1/nowhere", "/nowhere", "/dashboards", "/v1/i/x"):
        answer = client.get(path)
        assert answer.headers["content-type"] == "application/problem+json"
