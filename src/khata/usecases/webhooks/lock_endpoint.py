"""Lock an endpoint for the rest of a transaction."""

from uuid import UUID

from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.core.webhooks import Endpoint
from khata.db.transaction import UnitOfWork


def lock_endpoint(uow: UnitOfWork, id: UUID, *, param: str | None = None) -> Endpoint:
    """Return the endpoint as it is now, held until the transaction ends. Raises: NotFound.

    `param` is the field that names it, where the path does not.
    """
    endpoint = uow.webhook_endpoints.get(id, lock=True)
    if endpoint is None:
        raise NotFound("webhook endpoint", public_id("we", id), param=param)
    return endpoint
