"""Names to addresses: the system's resolver, which may be slow, under a deadline."""

import queue
import socket
import threading
from collections.abc import Callable, Sequence

from khata.core.addresses import Address, read_address

Resolve = Callable[[str, float], Sequence[Address]]
"""All addresses of a host, within so many seconds. Raises: NoSuchHost, TimeoutError."""


class NoSuchHost(Exception):
    """The name leads to no address, or nobody could be asked."""


def resolve(host: str, seconds: float) -> Sequence[Address]:
    """Return all addresses of a host in the order in which they are to be tried.

    The system's resolver cannot be interrupted, so a thread that nobody waits for asks it.
    """
    answer: queue.SimpleQueue[Sequence[Address]] = queue.SimpleQueue()
    asking = threading.Thread(
        target=lambda: answer.put(_of_system(host)), name="resolver", daemon=True
    )
    asking.start()
    try:
        found = answer.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if not found:
        raise NoSuchHost(host)
    return found


def _of_system(host: str) -> Sequence[Address]:
    try:
        rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        return [read_address(str(row[4][0])) for row in rows]
    except (OSError, ValueError):  # a name that cannot be encoded is a ValueError
        return []
