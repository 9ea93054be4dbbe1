"""The wish for files: bytes go in under a key and come back, to the byte, years later."""

import re
from typing import Final, Protocol
from uuid import UUID

KEY: Final = re.compile(r"[0-9a-f-]{36}(/[a-z0-9-]+)*/[a-z0-9-]+\.[a-z0-9]+")


class FilesAway(Exception):
    """The store cannot be asked, or refuses us: the same may go well later."""


class Files(Protocol):
    """Keeps files by key; threads may share it. A key is one that `file_key` made.

    Raises, from each: FilesAway, and ValueError for what is no key.
    """

    def put(self, key: str, content: bytes) -> None:
        """Keep a file, whole or not at all; what was under the key is replaced."""

    def get(self, key: str) -> bytes | None:
        """Return a file as it was kept, or None where there is none."""

    def exists(self, key: str) -> bool:
        """Say whether there is a file under the key."""

    def remove(self, key: str) -> None:
        """Let go of a file; where there is none, that is well."""


def file_key(tenant: UUID, *names: str) -> str:
    """Return the key of a tenant's file: the tenant's id, and names of ours, never of a user's.

    Raises: ValueError, where a name could lead elsewhere.
    """
    return checked("/".join([str(tenant), *names]))


def checked(key: str) -> str:
    """Return the key. Raises: ValueError, where it is none."""
    if not KEY.fullmatch(key):
        raise ValueError(f"not a file's key: {key!r}")
    return key
