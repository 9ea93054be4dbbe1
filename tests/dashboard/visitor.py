"""Somebody with a browser: keeps cookies, fills in forms, follows nothing by itself."""

import re
from urllib.parse import quote_from_bytes, urlsplit

from fastapi.testclient import TestClient
from httpx import Response


class Visitor:
    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, address: str) -> Response:
        """Open a page, by its path or by a whole link."""
        parts = urlsplit(address)
        answer: Response = self.client.get(
            f"{parts.path}?{parts.query}" if parts.query else parts.path
        )
        return answer

    def post(self, path: str, **fields: str) -> Response:
        answer: Response = self.client.post(
            path,
            content="&".join(f"{name}={_encoded(value)}" for name, value in fields.items()),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        return answer

    def sign_in(self, email: str, password: str, then: str = "") -> Response:
        form = form_of(self.get("/dashboard/sign-in").text)
        return self.post("/dashboard/sign-in", form=form, email=email, password=password, then=then)


def form_of(html: str) -> str:
    """Return the token that the page's forms carry."""
    found = re.search(r'name="form" value="([0-9a-f]{64})"', html)
    assert found, "there is no form on the page"
    return found.group(1)


def _encoded(value: str) -> str:
    return quote_from_bytes(value.encode(errors="surrogatepass"))
