"""Stylesheets, scripts and fonts: compressed once, named by their content, kept by browsers."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from fastapi import APIRouter, Request, Response

BASE: Final = "/dashboard/static"

_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
    "txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of `static/`, plain and (where that is smaller) gzipped."""

    plain: bytes
    small: bytes | None
    media_type: str
    version: str


def url_of(name: str) -> str:
    """Return the address of an asset; it changes when the content does."""
    return f"{BASE}/{name}?v={_assets()[name].version}"


def router() -> APIRouter:
    """Serve the assets; what is not one of them does not exist."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(BASE + "/{name:path}")
    def asset(name: str, request: Request) -> Response:
        found = _assets().get(name)
        if found is None:
            return Response(status_code=404)
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable",
            "X-Content-Type-Options": "nosniff",
            "Vary": "Accept-Encoding",
        }
        if found.small and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(found.small, headers=headers, media_type=found.media_type)
        return Response(found.plain, headers=headers, media_type=found.media_type)

    return routes


@cache
def _assets() -> dict[str, Asset]:
    """Read every file of `static/` and of its `vendor/` once."""
    folder = resources.files("khata.dashboard") / "static"
    found = {}
    for prefix, place in (("vendor/", folder / "vendor"), ("", folder)):
        for file in place.iterdir():
            kind = file.name.rpartition(".")[2]
            if file.is_file() and kind in _TYPES:
                found[prefix + file.name] = _asset(file.read_bytes(), kind)
    return found


def _asset(plain: bytes, kind: str) -> Asset:
    small = gzip.compress(plain, 9, mtime=0) if kind != "woff2" else None
    return Asset(plain, small, _TYPES[kind], hashlib.sha256(plain).hexdigest()[:10])
