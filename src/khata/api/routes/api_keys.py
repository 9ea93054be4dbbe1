"""/v1/api_keys"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.api_keys import ApiKeyObject
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id, public_id
from khata.core.refusal import NotFound
from khata.db.reads.selling import API_KEYS
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.tenants.create_api_key import CreateApiKey, create_api_key
from khata.usecases.tenants.revoke_api_key import RevokeApiKey, revoke_api_key

router = APIRouter(prefix="/v1/api_keys", tags=["API keys"], route_class=StrictRoute)


@router.post("", status_code=201, response_model=ApiKeyObject)
def create(post: Posted) -> Response:
    """Make another key of the same mode: the way to replace one without a pause.

    The key itself is in this answer only; a repeated request is answered without it.
    """
    caller = post.caller

    def act(db: Database, id: UUID) -> str:
        command = CreateApiKey(caller.tenant, id, caller.at)
        return create_api_key(command, db=db, pepper=caller.engine.settings.secret())

    return post.make(act, tell, reveal=lambda secret: {"secret_key": secret})


@router.get("", response_model=ListOf[ApiKeyObject])
def list_all(caller: Called, query: Annotated[ListQuery, Query()]) -> Response:
    """List the keys, newest first, revoked ones included."""
    return listed(caller, API_KEYS, query, ApiKeyObject.of)


@router.get("/{id}", response_model=ApiKeyObject)
def read(id: str, caller: Called) -> Response:
    """Read what is remembered of a key."""
    return caller.answer(tell, parse_id("key", id))


@router.post("/{id}/revoke", response_model=ApiKeyObject)
def revoke(id: str, post: Posted) -> Response:
    """End a key at once. The last one that works cannot be revoked."""
    caller = post.caller

    def act(db: Database, key: UUID) -> None:
        revoke_api_key(RevokeApiKey(caller.tenant, key, caller.at), db=db)

    return post.move(parse_id("key", id), act, tell)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> ApiKeyObject:
    key = uow.tenants.key(id)
    if key is None:
        raise NotFound("API key", public_id("key", id))
    return ApiKeyObject.of(key, livemode)
