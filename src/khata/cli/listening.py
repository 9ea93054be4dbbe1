"""Take the address that an engine answers at, before anything heavy is loaded.

The web framework takes two seconds to load; what is wrong with a setting or an address is said
before that.
"""

import errno
import socket
from typing import NoReturn

from khata.cli.terminal import fail
from khata.settings import Settings


def listen(settings: Settings) -> tuple[socket.socket, Settings]:
    """Take the address, and return the settings with the port that it has really become."""
    host, port = settings.host, settings.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=1024)
    except OSError as refused:
        _say_why(refused, host, port)
    # asyncio does this only for sockets made with a protocol number, which create_server gives
    # none; without it the last piece of every answer waits 40 ms. Connections inherit it.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener, settings.model_copy(update={"port": listener.getsockname()[1]})


def _say_why(refused: OSError, host: str, port: int) -> NoReturn:
    if isinstance(refused, socket.gaierror) or refused.errno == errno.EADDRNOTAVAIL:
        fail(
            "address_unknown",
            f"{host} is no address of this machine; choose another with --host, such as 127.0.0.1",
        )
    why = refused.strerror
    fail("address_taken", f"cannot listen on {host} port {port}: {why}; choose another with --port")
