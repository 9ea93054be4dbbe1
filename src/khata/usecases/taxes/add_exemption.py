"""Add an exemption to a customer."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.places import known_country, known_state
from khata.core.refusal import NotFound
from khata.core.tax.exemptions import Exemption, check_exemption
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class AddExemption:
    tenant: UUID
    customer: UUID
    at: datetime
    exemption: Exemption


def add_exemption(command: AddExemption, *, db: Database) -> None:
    """Add the exemption; what was invoiced before stays as it is.

    Raises: NotFound, UnknownCountry, UnknownState, BadState, BadExemption, NoSuchExemption.
    """
    given = command.exemption
    country = known_country(given.country, param="country")
    exemption = replace(given, state=known_state(given.state, country=country, param="state"))
    check_exemption(exemption)
    with db.transaction(command.tenant) as uow:
        if uow.customers.lock(command.customer) is None:
            raise NotFound("customer", public_id("cus", command.customer))
        uow.exemptions.add(command.customer, exemption, command.at)
