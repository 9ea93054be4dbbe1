"""A seller at the API's door: a key, and one object of each kind, made when it is asked for."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from fastapi.testclient import TestClient

from khata.core.ids import parse_id

BUSINESS = {
    "business_name": "Chai Cloud Pvt Ltd",
    "password": "correct horse battery staple",
    "country": "IN",
    "state": "KA",
    "timezone": "Asia/Kolkata",
    "currency": "INR",
    "gstin": "29ABCCT1234E1ZL",
}


class Seller:
    """One tenant's client. `id("customers")` is an id of that kind, made at the first asking."""

    def __init__(self, app: FastAPI, opened: dict[str, Any], *, mode: str) -> None:
        self.opened = opened
        self.key: str = opened[mode]["secret_key"]
        self.tenant: UUID = parse_id("ten", opened[mode]["tenant"])
        self.client = TestClient(
            app, headers={"Authorization": f"Bearer {self.key}"}, raise_server_exceptions=False
        )
        self._made: dict[str, dict[str, Any]] = {}

    def ask(self, method: str, path: str, **parts: Any) -> httpx.Response:
        """Send a request with this seller's key."""
        answer: httpx.Response = self.client.request(method, path, **parts)
        return answer

    def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.ask("POST", path, json=body, headers=headers)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.ask("GET", path, params=query)

    def patch(self, path: str, body: Any) -> httpx.Response:
        return self.ask("PATCH", path, json=body)

    def create(self, path: str, body: Any) -> dict[str, Any]:
        """Make an object; the test ends here when that is refused."""
        answer = self.post(path, body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def one(self, kind: str) -> dict[str, Any]:
        """Return one object of this kind (`customers`), always the same."""
        if kind not in self._made:
            from tests.api.recipes import RECIPES  # it knows sellers, so it cannot come first

            self._made[kind] = RECIPES[kind](self)
        return self._made[kind]

    def id(self, kind: str) -> str:
        return str(self.one(kind)["id"])


Recipe = Callable[[Seller], dict[str, Any]]


def an_address() -> str:
    """An address of the network that nobody had before: sign-ups are counted by it."""
    return ".".join(["10", *(str(byte) for byte in uuid4().bytes[:3])])


def sign_up(app: FastAPI, *, mode: str = "test", **different: Any) -> Seller:
    """Open an account that nobody had before."""
    body = BUSINESS | {"email": f"{uuid4().hex}@chai.example"} | different
    answer = TestClient(app, client=(an_address(), 50_000)).post("/v1/accounts", json=body)
    assert answer.status_code == 201, answer.text
    return Seller(app, answer.json(), mode=mode)
