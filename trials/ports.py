"""Ports that are free, and waiting until somebody answers on one."""

import socket
import time


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def wait_for_port(port: int, seconds: float = 120) -> None:
    """Return when somebody listens. Raises: TimeoutError."""
    until = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise TimeoutError(f"nobody listens on port {port}") from None
            time.sleep(0.05)
