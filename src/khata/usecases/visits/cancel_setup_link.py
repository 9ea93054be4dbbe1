"""Cancel a setup link: nothing can be saved by it any more."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.db.stores.setup_links import SetupLinks
from khata.db.stores.visits import Visits
from khata.db.transaction import Database
from khata.ports.gateways import Gateways
from khata.usecases.visits.settle_visit import SettleVisit, settle_visit


@dataclass(frozen=True, slots=True)
class CancelSetupLink:
    tenant: UUID
    id: UUID
    at: datetime


def cancel_setup_link(command: CancelSetupLink, *, db: Database, gateways: Gateways) -> None:
    """Cancel the link, and close the page of whoever is at a gateway by it. Raises: NotFound.

    What was saved by it stays saved.
    """
    with db.transaction(command.tenant) as uow:
        links = SetupLinks(uow.connection)
        links.get(command.id)
        links.cancel(command.id, command.at)
        begun = Visits(uow.connection).open_by_link(command.id)
    for visit in begun:
        close = SettleVisit(command.tenant, visit.id, command.at, is_unwanted=True)
        settle_visit(close, db=db, gateways=gateways)
