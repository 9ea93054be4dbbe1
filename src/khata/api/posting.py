"""A POST: it makes or moves one object, once for one Idempotency-Key, and tells the object."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header
from pydantic import BaseModel, StringConstraints
from starlette.responses import Response

from khata.api.caller import Called, Caller, Tell, as_json
from khata.api.idempotency import (
    AlreadyClaimed,
    Answered,
    Claim,
    ClaimingDatabase,
    fingerprint,
    store_body,
)
from khata.api.schemas.shapes import Shape
from khata.core.ids import new_id
from khata.db.transaction import Database
from khata.usecases.taxes.with_quotes import with_quotes

IdempotencyKey = Annotated[
    Annotated[
        str,
        StringConstraints(min_length=1, max_length=255),
        Shape(r"^[\x20-\x7e]+$", "Letters, digits and signs of ASCII are asked for"),
    ]
    | None,
    Header(
        alias="Idempotency-Key",
        description="Any text of yours, kept for 30 days or more: the same key with the same body "
        "takes effect once, and is answered the same with `Idempotent-Replayed: true`.",
        examples=["9f1c6d2e-create-asha"],
    ),
]

Act = Callable[[Database, UUID], Any]
"""Calls one use-case on this database for the object with this id."""
Reveal = Callable[[Any], dict[str, Any]]
"""From the use-case's result, the fields that are told only this once."""


class Post:
    """One POST of one caller."""

    def __init__(self, caller: Caller, key: str | None) -> None:
        self.caller = caller
        self._key = key

    def make(self, act: Act, tell: Tell, *, reveal: Reveal | None = None) -> Response:
        """Make a new object: 201 with the object."""
        return self._post(new_id(self.caller.at), act, tell, 201, reveal)

    def move(self, id: UUID, act: Act, tell: Tell, *, reveal: Reveal | None = None) -> Response:
        """Act on the object with this id: 200 with the object."""
        return self._post(id, act, tell, 200, reveal)

    def _post(self, id: UUID, act: Act, tell: Tell, status: int, reveal: Reveal | None) -> Response:
        db = self.caller.engine.db
        claim = self._claim(id, status)
        if claim is None:
            result = self._asking(lambda: act(db, id))
            return as_json(_with(self.caller.told(tell, id), reveal, result), status=status)
        try:
            result = self._asking(lambda: act(ClaimingDatabase(db, claim), id))
        except AlreadyClaimed as claimed:
            return self._again(claim, claimed.answered, tell)
        return as_json(_with(self._kept(claim, id, tell), reveal, result), status=status)

    def _asking(self, act: Callable[[], Any]) -> Any:
        """Act, asking the tenant's provider of sales tax in between where that is needed."""
        caller = self.caller
        engine = caller.engine
        return with_quotes(
            act,
            tenant=caller.tenant,
            at=caller.at,
            db=engine.db,
            providers=engine.tax_providers,
        )

    def _claim(self, id: UUID, status: int) -> Claim | None:
        if self._key is None:
            return None
        caller, request = self.caller, self.caller.request
        endpoint = f"{request.method} {request.url.path}"
        return Claim(
            key=self._key,
            endpoint=endpoint,
            fingerprint=fingerprint(
                endpoint.encode(),
                request.url.query.encode(),
                request.state.raw_body,
                pepper=caller.engine.settings.secret(),
            ),
            object_id=id,
            status=status,
            at=caller.engine.clock.now(),
        )

    def _kept(self, claim: Claim, id: UUID, tell: Tell) -> BaseModel:
        with self.caller.reading() as uow:
            body = tell(uow, id, self.caller.livemode)
            store_body(uow, claim, body.model_dump_json(by_alias=True))
        return body

    def _again(self, claim: Claim, answered: Answered, tell: Tell) -> Response:
        body = answered.body
        if body is None:
            kept = self._kept(claim, answered.object_id, tell)
            body = kept.model_dump_json(by_alias=True)
        return Response(
            body,
            status_code=answered.status,
            media_type="application/json",
            headers={"Idempotent-Replayed": "true"},
        )


def posting(caller: Called, key: IdempotencyKey = None) -> Post:
    """Return the POST that this request is."""
    return Post(caller, key)


Posted = Annotated[Post, Depends(posting)]


def _with(body: BaseModel, reveal: Reveal | None, result: Any) -> BaseModel:
    return body if reveal is None else body.model_copy(update=reveal(result))
