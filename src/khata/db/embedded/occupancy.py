"""Who is using a data folder: many processes may share its server, and the last one stops it.

Locks of the kernel, not files with process ids: they vanish with a process that was killed.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Occupancy:
    """A place in the folder's guest list."""

    def __init__(self, folder: Path) -> None:
        self._door = folder / "start.lock"
        self._guests = folder / "users.lock"
        self._place: int | None = None

    @contextmanager
    def door(self) -> Iterator[None]:
        """Be the only one who starts, stops, enters or leaves."""
        handle = os.open(self._door, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def enter(self) -> None:
        """Take a place; only inside `door`."""
        if self._place is None:
            self._place = os.open(self._guests, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._place, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Give the place back and say whether nobody is left; only inside `door`."""
        if self._place is not None:
            os.close(self._place)
            self._place = None
        handle = os.open(self._guests, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(handle)
        return True
