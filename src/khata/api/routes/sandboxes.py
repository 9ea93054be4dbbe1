"""/v1/sandboxes"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from khata.api.caller import Called
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.routes import api_keys
from khata.api.schemas.api_keys import ApiKeyObject
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.sandboxes import SandboxCreate, SandboxObject
from khata.api.strict_route import StrictRoute
from khata.core.ids import parse_id
from khata.db.reads.selling import SANDBOXES
from khata.db.transaction import Database, UnitOfWork, entered
from khata.usecases.tenants.archive_sandbox import ArchiveSandbox, archive_sandbox
from khata.usecases.tenants.create_sandbox_key import CreateSandboxKey, create_sandbox_key
from khata.usecases.tenants.open_sandbox import OpenSandbox, open_sandbox

router = APIRouter(prefix="/v1/sandboxes", tags=["Sandboxes"], route_class=StrictRoute)


@router.post("", status_code=201, response_model=SandboxObject)
def create(body: SandboxCreate, post: Posted) -> Response:
    """Open a sandbox, with a key of the account's first test tenant.

    Business, policies, looks and default registration are copied from there; nothing else is.
    The new key is in this answer only; a repeated request is answered without it.
    """
    engine = post.caller.engine
    at, most = engine.clock.now(), engine.settings.max_sandboxes

    def act(db: Database, id: UUID) -> str:
        command = OpenSandbox(post.caller.tenant, id, at, body.name, most)
        return open_sandbox(command, db=db, pepper=engine.settings.secret())

    return post.make(act, tell, reveal=lambda secret: {"secret_key": secret})


@router.get("", response_model=ListOf[SandboxObject])
def list_all(caller: Called, query: Annotated[ListQuery, Query()]) -> Response:
    """List the sandboxes, newest first, archived ones included.

    Keys of live mode and of sandboxes see none.
    """
    return listed(caller, SANDBOXES, query, SandboxObject.of)


@router.get("/{id}", response_model=SandboxObject)
def read(id: str, caller: Called) -> Response:
    """Read one sandbox."""
    return caller.answer(tell, parse_id("ten", id))


@router.delete("/{id}", response_model=SandboxObject)
def archive(id: str, caller: Called) -> Response:
    """Archive a sandbox: its keys end, its time stands still, and what it holds is kept."""
    sandbox, engine = parse_id("ten", id), caller.engine
    archive_sandbox(ArchiveSandbox(caller.tenant, sandbox, engine.clock.now()), db=engine.db)
    return caller.answer(tell, sandbox)


@router.post("/{id}/api_keys", status_code=201, response_model=ApiKeyObject)
def create_key(id: str, post: Posted) -> Response:
    """Make another key of a sandbox.

    The key itself is in this answer only; a repeated request is answered without it.
    """
    sandbox, engine = parse_id("ten", id), post.caller.engine

    def act(db: Database, key: UUID) -> str:
        command = CreateSandboxKey(post.caller.tenant, sandbox, key, engine.clock.now())
        return create_sandbox_key(command, db=db, pepper=engine.settings.secret())

    def tell_key(uow: UnitOfWork, key: UUID, livemode: bool) -> ApiKeyObject:
        with entered(uow, uow.sandboxes.get(sandbox).id) as inside:
            return api_keys.tell(inside, key, livemode)

    return post.make(act, tell_key, reveal=lambda secret: {"secret_key": secret})


def tell(uow: UnitOfWork, id: UUID, _: bool) -> SandboxObject:
    return SandboxObject.of(uow.sandboxes.get(id))
