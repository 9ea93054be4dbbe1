"""The wish for a payer in test mode: what can be done at the fake gateway's own page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from khata.core.visit import VisitStatus
from khata.ports.gateway_visits import VisitRequest


@dataclass(frozen=True, slots=True)
class SeenVisit:
    """A visit as its page shows it."""

    request: VisitRequest
    status: VisitStatus
    decline_code: str | None


class PretendPayer(Protocol):
    """Stands at the fake gateway's page for whoever tries khata out."""

    def seen(self, visit_id: UUID, *, at: datetime) -> SeenVisit | None:
        """Return what the page of a visit shows; None: there is none."""
        ...

    def agree(self, visit_id: UUID, card: str, *, at: datetime, is_slow: bool = False) -> bool:
        """Pay, or save, with a test card; say whether it went through.

        `is_slow`: the bank answers two hours later, also to a page that was closed meanwhile.
        What has an end already changes nothing.
        """
        ...
