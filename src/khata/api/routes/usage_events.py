"""/v1/usage_events"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from khata.api.caller import Called, as_json
from khata.api.posting import Posted
from khata.api.schemas.fields import Id
from khata.api.schemas.lists import ListOf, ListQuery
from khata.api.schemas.plans import Code
from khata.api.schemas.usage_events import (
    TransactionId,
    UsageBatch,
    UsageEventObject,
    UsageReceipt,
)
from khata.api.strict_route import StrictRoute
from khata.core.ids import new_id, parse_id
from khata.core.refusal import NotFound
from khata.core.usage import TRANSACTION_ID
from khata.db.reads.lists import Wanted, page
from khata.db.reads.usage import USAGE_EVENTS, meter_named, place_of
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.usage.record_usage import Receipt, RecordUsage, SentEvent, record_usage
from khata.usecases.usage.void_usage import VoidUsage, void_usage

router = APIRouter(prefix="/v1/usage_events", tags=["Usage events"], route_class=StrictRoute)


class UsageEventQuery(ListQuery):
    """Which events."""

    starting_after: TransactionId | None = Field(
        None, description="The page begins after the event with this transaction id"
    )
    ending_before: TransactionId | None = Field(
        None, description="The page ends before the event with this transaction id"
    )
    customer: Id | None = Field(None, description="Only what this customer used")
    meter: Code | None = Field(None, description="Only what this meter counts, by code or id")


@router.post("", response_model=UsageReceipt)
def record(body: UsageBatch, post: Posted) -> Response:
    """Record what was used: all events of the batch, or none.

    Send the batch again whenever its answer is lost: an event with a known transaction id and the
    same content is counted once. With other content it is refused, and the batch with it.
    """
    caller = post.caller
    command = RecordUsage(caller.tenant, caller.at, _sent(body))
    receipts: list[Receipt] = []

    def act(db: Database, _: UUID) -> None:
        receipts.append(record_usage(command, db=db))

    def told(_: UnitOfWork, __: UUID, livemode: bool) -> UsageReceipt:
        if not receipts:  # the key was seen before, and the machine died before it answered
            act(caller.engine.db, _NOBODY)
        recorded, duplicates = receipts[0].recorded, receipts[0].duplicates
        return UsageReceipt(livemode=livemode, recorded=recorded, duplicates=duplicates)

    return post.move(new_id(caller.at), act, told)


@router.get("", response_model=ListOf[UsageEventObject])
def list_all(caller: Called, query: Annotated[UsageEventQuery, Query()]) -> Response:
    """List events in the order of their arrival, newest first, void ones included."""
    by = query.narrowed(USAGE_EVENTS)
    cursors: dict[str, int] = {}
    with caller.reading() as uow:
        if query.meter is not None:
            by["meter"] = meter_named(uow.connection, _meter(query.meter), param="meter")
        for param in ("starting_after", "ending_before"):
            event = getattr(query, param)
            if event is not None:
                cursors[param] = place_of(uow.connection, event, param=param)
        found = page(uow.connection, USAGE_EVENTS, Wanted(query.limit, **cursors, by=by))
    return as_json(
        ListOf[BaseModel].model_construct(
            data=[UsageEventObject.of(row, caller.livemode) for row in found.rows],
            has_more=found.has_more,
            url=caller.request.url.path,
        )
    )


@router.get("/{id}", response_model=UsageEventObject)
def read(id: str, caller: Called) -> Response:
    """Read an event by its transaction id."""
    event = _known(id)
    with caller.reading() as uow:
        return as_json(UsageEventObject.of(uow.usage_events.get(event), caller.livemode))


@router.post("/{id}/void", response_model=UsageEventObject)
def void(id: str, post: Posted) -> Response:
    """Let an event count no more. Its transaction id stays taken: what is right has one of its own.

    Up to 35 days after its timestamp; one that is void already stays as it is.
    """
    caller, event = post.caller, _known(id)

    def act(db: Database, _: UUID) -> None:
        void_usage(VoidUsage(caller.tenant, event, caller.at), db=db)

    def told(uow: UnitOfWork, _: UUID, livemode: bool) -> UsageEventObject:
        return UsageEventObject.of(uow.usage_events.get(event), livemode)

    return post.move(new_id(caller.at), act, told)


_NOBODY = UUID(int=0)


def _sent(body: UsageBatch) -> list[SentEvent]:
    """Read each id once, as many events name the same. Raises: NotFound."""
    meters = {name: _meter(name) for name in {one.meter for one in body.events}}
    customers: dict[str, UUID] = {}
    sent = []
    for position, one in enumerate(body.events):
        customer = customers.get(one.customer)
        if customer is None:
            customer = parse_id("cus", one.customer, param=f"events.{position}.customer")
            customers[one.customer] = customer
        sent.append(
            SentEvent(
                one.transaction_id,
                customer,
                meters[one.meter],
                one.timestamp,
                one.value,
                one.properties,
            )
        )
    return sent


def _meter(name: str) -> UUID | str:
    """Return the id that this is, or the code."""
    try:
        return parse_id("mtr", name)
    except NotFound:
        return name


def _known(id: str) -> str:
    """Return a transaction id out of an address. Raises: NotFound, where it can be none."""
    if TRANSACTION_ID.fullmatch(id) is None:
        raise NotFound("usage event", id[:128])
    return id
