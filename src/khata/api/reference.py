"""/docs: the published description as one page to read, which needs neither a script nor a CDN."""

import base64
import hashlib
import re
from functools import cache
from typing import Any, Final

from fastapi import FastAPI, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from khata.api.reference_entries import groups_of

_PAGES: Final = Environment(
    loader=PackageLoader("khata.api"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def install_reference(app: FastAPI) -> None:
    """Serve the page at /docs. It is rendered once, when it is first asked for."""

    @cache
    def rendered() -> tuple[str, dict[str, str]]:
        style, _, _ = _loaded("reference.css")
        page = _PAGES.get_template("reference.html.j2")
        html = page.render(
            about=prose(app.openapi()["info"]["description"]),
            summary=app.openapi()["info"]["summary"],
            version=app.version,
            groups=groups_of(app.openapi()),
            prose=prose,
            style=Markup(style),
        )
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = (
            f"default-src 'none'; style-src 'sha256-{digest}'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        return html, {"Content-Security-Policy": policy}

    def docs(request: Request) -> HTMLResponse:
        """Show the reference of the API."""
        html, headers = rendered()
        here = str(request.base_url).rstrip("/")
        return HTMLResponse(html.replace("https://khata.example", str(escape(here))), 200, headers)

    app.add_api_route("/docs", docs, include_in_schema=False)


def prose(text: str) -> Markup:
    """Turn our own few marks (**bold**, `code`, blank lines) into HTML; all else is escaped."""
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        html = str(escape(" ".join(paragraph.split())))
        html = re.sub(r"`([^`]+)`", r"<code>\1</code>", html)
        html = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", html)
        paragraphs.append(f"<p>{html}</p>")
    return Markup("\n".join(paragraphs))


def _loaded(name: str) -> tuple[str, str | None, Any]:
    assert _PAGES.loader is not None
    return _PAGES.loader.get_source(_PAGES, name)
