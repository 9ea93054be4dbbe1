"""The wire to a provider of sales tax: one question, one answer that can be read, or neither."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import httpx

from khata.ports.tax_provider import ProviderAway, ProviderRefused

SECONDS: Final = 20.0
_PASSING: Final = frozenset({401, 403, 408, 409, 423, 425, 429})  # mended without another question


class Unreadable(ProviderAway):
    """An answer that does not say what its documents promise; it is never guessed at."""


def open_http(
    base_url: str, headers: Mapping[str, str], transport: httpx.BaseTransport | None
) -> httpx.Client:
    """Return a client that stays with one host and has no patience without end."""
    return httpx.Client(
        base_url=base_url.rstrip("/") + "/",
        timeout=httpx.Timeout(SECONDS, connect=5.0),
        follow_redirects=False,
        transport=transport,
        headers={"Accept": "application/json", **headers},
    )


def asked(http: httpx.Client, method: str, path: str, **content: Any) -> dict[str, Any]:
    """Return the JSON object of an answer.

    Numbers with a point are read as decimals. Raises: ProviderAway, ProviderRefused.
    """
    try:
        reply = http.request(method, path, **content)
        said = reply.json(parse_float=Decimal)
    except httpx.HTTPError as fault:
        raise ProviderAway(type(fault).__name__) from None
    except ValueError:
        raise Unreadable(f"HTTP {reply.status_code} without JSON") from None
    if reply.status_code in _PASSING or reply.status_code >= 500:
        raise ProviderAway(_PLAIN.get(reply.status_code, f"HTTP {reply.status_code}"))
    if not isinstance(said, dict):
        raise Unreadable(f"HTTP {reply.status_code} without an object")
    if reply.status_code >= 400:
        raise ProviderRefused(*_named(reply.status_code, said))
    if reply.status_code >= 300:
        raise Unreadable(f"HTTP {reply.status_code}")
    return said


_PLAIN: Final = {401: "The key is not let in", 403: "The key may not do this"}


def _named(status: int, said: Mapping[str, Any]) -> tuple[str, str]:
    """Return code and sentence: Stripe's stand under `error`, TaxJar's are `error` and `detail`."""
    error = said.get("error")
    if isinstance(error, dict):
        return str(error.get("code") or error.get("type")), str(error.get("message"))[:500]
    return f"http_{status}", str(said.get("detail") or error)[:500]


def whole(value: object) -> int:
    """Return an amount in minor units. Raises: Unreadable."""
    if type(value) is not int:
        raise Unreadable("an amount that is no whole number")
    return value


def percent(value: object) -> str:
    """Return a rate in percent as a decimal without needless zeros. Raises: Unreadable."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise Unreadable("a rate that is no number") from None
    if not 0 <= found <= 100:  # NaN is neither
        raise Unreadable("a rate beyond 0 to 100 percent")
    return format(found.normalize(), "f")
