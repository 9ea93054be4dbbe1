"""Find a mandate that somebody names."""

from uuid import UUID

from khata.core.ids import public_id
from khata.core.mandate import Mandate
from khata.core.refusal import NotFound
from khata.db.transaction import UnitOfWork


def find_mandate(uow: UnitOfWork, id: UUID) -> Mandate:
    """Return the mandate, as it is before any lock. Raises: NotFound."""
    mandate = uow.mandates.get(id)
    if mandate is None:
        raise NotFound("mandate", public_id("mdt", id))
    return mandate
