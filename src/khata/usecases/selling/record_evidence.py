"""Record what says where a customer is: an IP address's country, a card's, a bank's."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.places import known_country
from khata.core.refusal import NotFound
from khata.core.tax.location import EvidenceType, KeptEvidence
from khata.db.stores.location_evidence import LocationEvidence
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class RecordEvidence:
    tenant: UUID
    id: UUID
    at: datetime
    customer: UUID
    type: EvidenceType
    country: str
    captured_at: datetime | None
    source: str | None


def record_evidence(command: RecordEvidence, *, db: Database) -> KeptEvidence:
    """Keep one item; invoices made from now on are decided with it.

    Raises: NotFound, UnknownCountry.
    """
    one = KeptEvidence(
        command.id,
        command.customer,
        command.type,
        known_country(command.country, param="country"),
        command.captured_at or command.at,
        command.source,
        command.at,
    )
    with db.transaction(command.tenant) as uow:
        if uow.customers.get(command.customer) is None:
            raise NotFound("customer", public_id("cus", command.customer))
        LocationEvidence(uow.connection).add(one)
    return one
