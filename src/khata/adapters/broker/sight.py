"""What can be seen of a broker from outside: its release, and how much waits in its queues."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from kombu.connection import Connection
from kombu.exceptions import KombuError

from khata.adapters.broker.address import shown
from khata.watch.masks import masked_text

SECONDS: Final = 3
_OPTIONS: Final[Mapping[str, Any]] = {
    "socket_timeout": SECONDS,
    "socket_connect_timeout": SECONDS,
    "max_retries": 0,
}


class BrokerAway(Exception):
    """The broker does not answer, or lets us not in; the sentence holds no password."""


@dataclass(frozen=True, slots=True)
class Release:
    """Which broker answers. `evicts`: it may throw messages away when its memory is full."""

    product: str
    version: str
    evicts: bool = False

    @property
    def number(self) -> tuple[int, ...]:
        """The version as it is compared."""
        parts = self.version.split("-")[0].split(".")
        return tuple(int(part) for part in parts if part.isdigit())


class BrokerSight:
    """Looks at the broker behind a URL; each look is a connection of its own, soon closed."""

    def __init__(self, url: str) -> None:
        self._url = url

    def release(self) -> Release:
        """Say who answers. Raises: BrokerAway."""
        with self._connected() as connection:
            if connection.transport.driver_type == "redis":
                told = connection.default_channel.client.info()
                policy = str(told.get("maxmemory_policy", "noeviction"))
                evicts = policy != "noeviction" and bool(told.get("maxmemory"))
                return Release("Redis", str(told.get("redis_version", "")), evicts)
            if connection.transport.driver_type == "amqp":
                properties = connection.connection.server_properties
                return Release(str(properties["product"]), str(properties["version"]))
            connection.default_channel  # noqa: B018 - asking for it is what connects
            return Release(str(connection.transport.driver_type), "")

    def lengths(self, queues: Iterable[str]) -> dict[str, int]:
        """Return how many messages wait in each queue; none in one that is not there yet.

        Raises: BrokerAway.
        """
        found = {}
        with self._connected() as connection:
            for queue in queues:
                found[queue] = self._length(connection, queue)
        return found

    def _length(self, connection: Any, queue: str) -> int:
        # A channel each: on AMQP the one that is told "no such queue" is closed by it.
        channel = connection.channel()
        try:
            return int(channel.queue_declare(queue, passive=True).message_count)
        except connection.channel_errors:
            return 0
        finally:
            with _closing_may_fail():
                channel.close()

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        options = dict(_OPTIONS) if self._url.startswith(("redis", "sentinel")) else {}
        connect: Any = Connection
        connection = connect(self._url, connect_timeout=SECONDS, transport_options=options)
        try:
            connection.ensure_connection(max_retries=1, timeout=SECONDS)
            yield connection
        except (OSError, KombuError, *connection.connection_errors) as failure:
            raise BrokerAway(_sentence(self._url, failure)) from failure
        finally:
            with _closing_may_fail():
                connection.release()


def _sentence(url: str, failure: BaseException) -> str:
    why = masked_text(" ".join(str(failure).split())) or type(failure).__name__
    return f"{shown(url)}: {why}"


@contextmanager
def _closing_may_fail() -> Iterator[None]:
    try:
        yield
    except Exception:  # it is being let go of: what is broken needs no closing
        return
