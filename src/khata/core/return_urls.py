"""Where payers may be sent back to: only to places that the seller has named beforehand."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from khata.core.refusal import Refusal

_HERE = ("localhost", "127.0.0.1")


class ReturnUrlNotAllowed(Refusal):
    """Payers are sent back only to origins that stand in the account's policy `return_urls`."""


class NotAnOrigin(Refusal):
    """An origin is https://, a host, perhaps a port, and nothing behind it."""


def check_origins(origins: Sequence[str], *, livemode: bool) -> None:
    """Check a list of origins. Raises: NotAnOrigin, with the place in the list."""
    for place, origin in enumerate(origins):
        if origin_of(origin) != origin or not _is_safe(origin, livemode=livemode):
            raise NotAnOrigin(
                f"{origin[:100]!r} is not an origin: https://, the host, perhaps a port, nothing "
                "more; in test mode also http://localhost",
                param=f"policies.return_urls[{place}]",
            )


def check_return_url(
    url: str, *, origins: Sequence[str], livemode: bool, param: str = "return_url"
) -> None:
    """Check that an address is at one of the seller's origins, to the letter.

    Raises: ReturnUrlNotAllowed.
    """
    origin = origin_of(url)
    if origin is None or origin not in origins or not _is_safe(origin, livemode=livemode):
        raise ReturnUrlNotAllowed(
            "Payers cannot be sent back there: put its origin (https://, host, port) into the "
            "account's policy return_urls first",
            param=param,
        )


def origin_of(url: str) -> str | None:
    """Return the origin of an address as browsers see it; None: it has none that is plain."""
    plain = url.isascii() and url.isprintable() and not set(url) & set(' \\"<>^`{|}')
    if not plain:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname
    if not host or "@" in parts.netloc or parts.scheme not in ("http", "https"):
        return None
    usual = {"http": 80, "https": 443}[parts.scheme]
    where = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{where}" + ("" if port in (None, usual) else f":{port}")


def with_words(url: str, **words: str) -> str:
    """Return the address with words added to its query; those it has stay as they are."""
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *words.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _is_safe(origin: str, *, livemode: bool) -> bool:
    parts = urlsplit(origin)
    return parts.scheme == "https" or (not livemode and parts.hostname in _HERE)
