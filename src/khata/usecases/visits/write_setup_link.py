"""Write a setup link down, in the caller's transaction."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.links import LIVES, SetupLink
from khata.core.mandate_terms import MandateTerms
from khata.core.payment_method import MethodKind
from khata.db.stores.setup_links import SetupLinks
from khata.db.transaction import UnitOfWork


@dataclass(frozen=True, slots=True)
class WriteSetupLink:
    """See SetupLink; the customer is known to be there, and the return address to be allowed."""

    id: UUID
    at: datetime
    customer_id: UUID
    kind: MethodKind | None
    return_url: str | None
    terms: MandateTerms | None
    mandate_id: UUID | None = None


def write_setup_link(uow: UnitOfWork, command: WriteSetupLink) -> SetupLink:
    """Return the link; it can be used for 30 days, and once."""
    link = SetupLink(
        id=command.id,
        customer_id=command.customer_id,
        token=secrets.token_urlsafe(24),
        kind=command.kind,
        return_url=command.return_url,
        mandate=command.terms,
        expires_at=command.at + LIVES,
        canceled_at=None,
        payment_method_id=None,
        created_at=command.at,
        mandate_id=command.mandate_id,
    )
    SetupLinks(uow.connection).add(link)
    return link
