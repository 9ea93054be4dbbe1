"""A connection to a portal: by which the documents of one registration are registered."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from khata.core.e_invoice.dated import ExemptClass

# The portals' own addresses: each is of the live portal or of its sandbox.
LIVE: Final = ("https://einvoice1.gst.gov.in", "https://einvoice2.gst.gov.in")
SANDBOX: Final = ("https://einv-apisandbox.nic.in",)


@dataclass(frozen=True, slots=True)
class IrpConnection:
    """`credentials` are sealed; documents of `valid_from` and later are sent by it.

    With `trouble` nothing is sent: the portal has refused the login, and locks out who goes on.
    """

    registration_id: UUID
    base_url: str
    credentials: bytes
    portal_key: str
    signing_keys: tuple[str, ...]
    voluntary: bool
    exempt_as: ExemptClass | None
    valid_from: date
    version: int
    trouble: str | None
    created_at: datetime
