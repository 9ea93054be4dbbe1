"""Who is asking: a secret key names a tenant, and everything after happens behind its wall."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from starlette.responses import Response

from khata.core.refusal import Kind, Refusal
from khata.core.secret_keys import could_be_key, hash_of_key
from khata.db.transaction import UnitOfWork
from khata.watch.circumstances import learned
from khata.wiring import Engine

Tell = Callable[[UnitOfWork, UUID, bool], BaseModel]
"""Reads one object and says it as JSON: (unit of work, id, livemode). Raises NotFound."""


class Unauthenticated(Refusal):
    """There is no secret key, or none that works."""

    kind = Kind.UNAUTHENTICATED


class Caller:
    """A tenant that asks, at its own time."""

    def __init__(self, engine: Engine, request: Request, tenant: UUID, *, livemode: bool) -> None:
        self.engine = engine
        self.request = request
        self.tenant = tenant
        self.livemode = livemode

    @cached_property
    def at(self) -> datetime:
        """The instant of this request: the test clock's, where there is one."""
        return self.engine.now(self.tenant)

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        with self.engine.db.transaction(self.tenant) as uow:
            yield uow

    def told(self, tell: Tell, id: UUID) -> BaseModel:
        """Return the object as it is now."""
        with self.reading() as uow:
            return tell(uow, id, self.livemode)

    def answer(self, tell: Tell, id: UUID) -> Response:
        """Answer with the object as it is now. Raises: NotFound."""
        return as_json(self.told(tell, id))


def engine_of(request: Request) -> Engine:
    """Return the engine that this app stands on."""
    return cast(Engine, request.app.state.engine)


_bearer = HTTPBearer(
    bearerFormat="sk_test_… or sk_live_…",
    scheme_name="secret_key",
    description="A secret key. `sk_test_…` sees the test tenant only, `sk_live_…` the live one.",
    auto_error=False,
)


def authenticated(
    request: Request,
    engine: Annotated[Engine, Depends(engine_of)],
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    """Return who holds the key of this request. Raises: Unauthenticated."""
    if given is None:
        raise Unauthenticated("Send a secret key: Authorization: Bearer sk_test_…")
    if not could_be_key(given.credentials):
        raise Unauthenticated("This is not a secret key; check that it was copied whole")
    hash = hash_of_key(given.credentials, pepper=engine.settings.secret())
    rows = engine.db.ask("select tenant_id, livemode from tenant_of_key(%s)", hash)
    if not rows:
        raise Unauthenticated("This secret key is unknown or was revoked")
    tenant, livemode = rows[0]
    learned(tenant, livemode=livemode)
    return Caller(engine, request, tenant, livemode=livemode)


Called = Annotated[Caller, Depends(authenticated)]


def as_json(body: BaseModel, *, status: int = 200, **headers: Any) -> Response:
    """Answer with a schema, as it says itself."""
    return Response(
        body.model_dump_json(by_alias=True),
        status_code=status,
        media_type="application/json",
        headers=headers,
    )
