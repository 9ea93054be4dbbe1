"""The wish for secrets that must be read back: sealed for one place, they open nowhere else."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


class SealBroken(Exception):
    """What is stored does not open: another key, another place, or a changed byte."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed secret stands: moved to another, it does not open."""

    table: str
    column: str
    row: UUID


class Vault(Protocol):
    def seal(self, secret: str, place: Place) -> bytes:
        """Return the secret as it may be stored at this place."""

    def open(self, sealed: bytes, place: Place) -> str:
        """Return what was sealed for this place. Raises: SealBroken."""
