"""A broker's address: looked through before anybody calls it."""

from typing import Final
from urllib.parse import urlsplit

EXAMPLES: Final = "redis://host:6379/0 or amqp://user:password@host:5672//"
_OURS: Final = frozenset({"redis", "rediss", "amqp", "amqps"})
_WITHOUT_HOST: Final = frozenset({"memory", "filesystem", "sqs", "sentinel", "confluentkafka"})


def broker_address(url: str) -> str:
    """Return the address if a broker can be reached by it.

    Raises: ValueError, with a sentence that does not repeat the address: it may hold a password.
    """
    scheme = url.partition("://")[0].lower() if "://" in url else ""
    if scheme not in _OURS and not _is_spoken(scheme):
        named = f"{scheme}:// is" if scheme else "without a scheme such as redis:// it is"
        raise ValueError(f"{named} no address of a broker; write {EXAMPLES}")
    if scheme in _WITHOUT_HOST:
        return url
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_whole = False
    if not is_whole:
        raise ValueError(f"names no host, or a port that is none; write {EXAMPLES}")
    database = parts.path.strip("/")
    if scheme in ("redis", "rediss") and database and not database.isdigit():
        raise ValueError("the database of a Redis is a number: redis://host:6379/0")
    return url


def shown(url: str) -> str:
    """Return the address as it may be shown: neither user nor password, nor any option."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}"


def _is_spoken(scheme: str) -> bool:
    # Here, because it takes a while to load, and the four above are what almost everybody has.
    from kombu.transport import TRANSPORT_ALIASES

    return scheme.partition("+")[0] in TRANSPORT_ALIASES
