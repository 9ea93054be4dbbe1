"""Publish what waits for the stream: one batch of one tenant, in order, at least once."""

from dataclasses import dataclass
from uuid import UUID

import orjson

from khata.core.event_wire import area_of, cloud_event, partition_key
from khata.db.exclusive import STREAM, exclusively
from khata.db.stores.stream import Waiting
from khata.db.transaction import Database
from khata.ports.event_stream import EventStream, Receipt, StreamMessage


@dataclass(frozen=True, slots=True)
class PublishWaiting:
    tenant: UUID
    limit: int


@dataclass(frozen=True, slots=True)
class Published:
    """How many the stream keeps now, and whether it could not be heard."""

    kept: int
    is_away: bool = False


def publish_waiting(command: PublishWaiting, *, db: Database, stream: EventStream) -> Published:
    """Publish the first that wait, and remove those that the stream keeps.

    One relay at a time does it for a tenant; the others find nothing to do. Nothing is open in
    the database meanwhile. Who dies in between has published, and not removed: the next relay
    begins with the same, so that each event comes at least once, and its first time in order.
    """
    with exclusively(db, command.tenant, over=STREAM) as mine:
        if not mine:
            return Published(0)
        first = _published(command, frozenset(), db, stream)
        if not first.refused or first.is_away:
            return Published(len(first.kept), first.is_away)
        # What is refused stands at the front, and may not hold up what is not.
        second = _published(command, first.refused, db, stream)
        return Published(len(first.kept) + len(second.kept), second.is_away)


def _published(
    command: PublishWaiting, but: frozenset[str], db: Database, stream: EventStream
) -> Receipt:
    with db.transaction(command.tenant) as uow:
        waiting = uow.stream.first(limit=command.limit, but=but)
        livemode = uow.tenants.get().livemode
    if not waiting:
        return Receipt(frozenset())
    receipt = stream.publish([_message(one, command.tenant, livemode) for one in waiting])
    if receipt.kept:
        with db.transaction(command.tenant) as uow:
            uow.stream.remove(receipt.kept)
    return receipt


def _message(waiting: Waiting, tenant: UUID, livemode: bool) -> StreamMessage:
    event = waiting.event
    return StreamMessage(
        place=waiting.place,
        area=area_of(event.type),
        key=partition_key(event, tenant=tenant),
        body=orjson.dumps(cloud_event(event, tenant=tenant, livemode=livemode)),
    )
