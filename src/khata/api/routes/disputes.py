"""/v1/disputes"""

import base64
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from khata.api.caller import Called, Caller
from khata.api.listing import listed
from khata.api.posting import Posted
from khata.api.schemas.disputes import DisputeObject, DisputeStatusName, EvidenceAsked
from khata.api.schemas.fields import Id, Instant
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.strict_route import StrictRoute
from khata.core.evidence import Evidence, EvidenceFile, EvidenceText, Topic
from khata.core.ids import parse_id
from khata.db.reads.disputes import DISPUTES
from khata.db.reads.lists import find
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.disputes.accept_dispute import AcceptDispute, accept_dispute
from khata.usecases.disputes.give_evidence import GiveEvidence, give_evidence
from khata.usecases.disputes.tools import DisputeTools

router = APIRouter(prefix="/v1/disputes", tags=["Disputes"], route_class=StrictRoute)


class DisputeQuery(ListQuery):
    """Which disputes."""

    status: DisputeStatusName | None = Field(None, description="Only those that stand so")
    customer: Id | None = Field(None, description="Only of this customer")
    invoice: Id | None = Field(None, description="Only of this invoice")
    payment: Id | None = Field(None, description="Only of this payment")
    account: Id | None = Field(None, description="Only of this gateway account")
    due_before: Instant | None = Field(
        None, description="Only those that await an answer, which is due before this"
    )


@router.get("", response_model=ListOf[DisputeObject])
def list_all(caller: Called, query: Annotated[DisputeQuery, Query()]) -> Response:
    """List the disputes, newest first."""
    return listed(caller, DISPUTES, query, DisputeObject.of)


@router.get("/{id}", response_model=DisputeObject)
def read(id: str, caller: Called) -> Response:
    """Read a dispute with its evidence, its history and its money."""
    return caller.answer(tell, parse_id("dp", id))


@router.post("/{id}/evidence", response_model=DisputeObject)
def answer(id: str, body: EvidenceAsked, post: Posted) -> Response:
    """Keep evidence and hand it in at the gateway, once and for good.

    What the gateway does not take stays kept, and goes with the next call.
    """
    caller = post.caller

    def act(db: Database, dispute: UUID) -> None:
        command = GiveEvidence(caller.tenant, dispute, caller.at, _evidence(body), body.submit)
        give_evidence(command, tools=_tools(caller, db))

    return post.move(parse_id("dp", id), act, tell)


@router.post("/{id}/accept", response_model=DisputeObject)
def accept(id: str, post: Posted) -> Response:
    """Give in: the payer keeps the money, and the dispute is lost."""
    caller = post.caller

    def act(db: Database, dispute: UUID) -> None:
        command = AcceptDispute(caller.tenant, dispute, caller.at)
        accept_dispute(command, tools=_tools(caller, db))

    return post.move(parse_id("dp", id), act, tell)


def tell(uow: UnitOfWork, id: UUID, livemode: bool) -> DisputeObject:
    return DisputeObject.of(find(uow.connection, DISPUTES, id), livemode)


def _tools(caller: Caller, db: Database) -> DisputeTools:
    return DisputeTools(db, caller.engine.gateways, caller.engine.files)


def _evidence(body: EvidenceAsked) -> Evidence:
    return Evidence(
        tuple(EvidenceText(Topic(one.topic), one.text) for one in body.texts),
        tuple(
            EvidenceFile(
                Topic(one.topic), one.filename, one.media_type, base64.b64decode(one.content)
            )
            for one in body.files
        ),
    )
