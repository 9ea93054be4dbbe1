"""A deadline for a whole call: however slowly the other side drips, the call ends by then."""

import io
import socket
import time
from typing import Any, Final

MOST_READ: Final = 64 * 1024  # bytes of one answer, its head included


class Deadline:
    """Seconds that are left, counted down by a clock that nobody sets."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return what is left of it. Raises: TimeoutError."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class Line:
    """A connected socket under a deadline, as far as `http.client` needs one.

    A socket's own time-out begins anew with every byte; this one does not. Head and body leave
    together, when the answer is asked for. Whoever connected the socket closes it.
    """

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket, self._deadline = connected, deadline
        self._outgoing = b""

    def sendall(self, content: Any) -> None:
        self._outgoing += content

    def makefile(self, mode: str) -> io.BufferedReader:
        self._socket.settimeout(self._deadline.left())
        self._socket.sendall(self._outgoing)
        return io.BufferedReader(_Incoming(self._socket, self._deadline))

    def close(self) -> None:
        pass


class _Incoming(io.RawIOBase):
    """What comes in until the deadline, and not more than anybody needs to send."""

    def __init__(self, connected: socket.socket, deadline: Deadline) -> None:
        self._socket, self._deadline, self._room = connected, deadline, MOST_READ

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self._room)
        if wanted == 0:
            return 0
        self._socket.settimeout(self._deadline.left())
        count = self._socket.recv_into(buffer, wanted)
        self._room -= count
        return count
