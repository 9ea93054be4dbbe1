"""Stylesheets and scripts: named by content, compressed, kept; and nothing else is served."""

import re
from importlib import resources

import pytest

from tests.dashboard.visitor import Visitor


def test_an_asset_is_kept_for_ever_under_a_name_of_its_content(visitor: Visitor) -> None:
    page = visitor.get("/dashboard/sign-in").text
    address = re.search(r'"(/dashboard/static/khata\.css\?v=[0-9a-f]{10})"', page)
    assert address
    answer = visitor.get(address.group(1))
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    plain = visitor.client.get(address.group(1), headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == answer.content  # which the client has unpacked


@pytest.mark.parametrize(
    "path", ["x.css", "../page.py", "%2e%2e/page.py", "/etc/passwd", "vendor/", "khata.css/", ""]
)
def test_what_is_no_asset_is_not_there(visitor: Visitor, path: str) -> None:
    assert visitor.get(f"/dashboard/static/{path}").status_code == 404


@pytest.mark.parametrize("name", ["pico", "htmx", "uplot", "fraunces"])
def test_what_others_wrote_carries_its_licence(name: str) -> None:
    vendor = resources.files("khata.dashboard") / "static" / "vendor"
    assert len((vendor / f"{name}.LICENSE.txt").read_text()) > 500
