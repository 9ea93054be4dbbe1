"""The wish for whoever lives in a tenant's time beside the engine, such as a pretend gateway."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Beside(Protocol):
    """Has things happen at instants of its own, which a test clock must not jump over."""

    def next_at(self, tenant: UUID) -> datetime | None:
        """Return when the next thing happens there; None: nothing is planned."""
        ...

    def come_to(self, tenant: UUID, at: datetime) -> None:
        """Let everything happen until an instant, and tell the engine what there is to tell.

        Called outside of any transaction, before the engine does what is due at that instant.
        """
        ...
