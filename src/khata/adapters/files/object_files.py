"""Files as objects of a store: all clouds and the local folder through one library."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore

from khata.ports.files import FilesAway, checked

T = TypeVar("T")


class ObjectFiles:
    """Satisfies `khata.ports.files.Files`, on any store that obstore speaks to."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def put(self, key: str, content: bytes) -> None:
        _asked(lambda: obstore.put(self._opened(), checked(key), content, use_multipart=False))

    def get(self, key: str) -> bytes | None:
        try:
            return _asked(lambda: obstore.get(self._opened(), checked(key)).bytes().to_bytes())
        except FileNotFoundError:
            return None

    def exists(self, key: str) -> bool:
        try:
            _asked(lambda: obstore.head(self._opened(), checked(key)))
        except FileNotFoundError:
            return False
        return True

    def remove(self, key: str) -> None:
        with suppress(FileNotFoundError):
            _asked(lambda: obstore.delete(self._opened(), checked(key)))

    def _opened(self) -> ObjectStore:
        return self._store


class FolderFiles(ObjectFiles):
    """In a folder of this machine, which is made when it is first asked for, for our eyes only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, content: bytes) -> None:
        """Keep a file; it is on the disk when this returns, also after a power cut."""
        super().put(key, content)
        file = self._folder / key
        _asked(lambda: _flush(file))
        _asked(lambda: _flush(file.parent))

    def _opened(self) -> ObjectStore:
        if not self._folder.exists():
            self._folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        return LocalStore(self._folder, automatic_cleanup=True)  # no empty folders are left


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _asked(ask: Callable[[], T]) -> T:
    """Ask the store. Raises: FileNotFoundError, FilesAway."""
    try:
        return ask()
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as failure:
        raise FilesAway(str(failure).partition("\n")[0]) from failure
