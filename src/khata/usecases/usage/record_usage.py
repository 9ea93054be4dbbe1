"""Record usage: one batch of events, whole or not at all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from psycopg.errors import ForeignKeyViolation, UniqueViolation

from khata.core.ids import public_id
from khata.core.metering import Meter, Property
from khata.core.refusal import NotFound
from khata.core.usage import UsageEvent, differs, doubtful, measured
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork


@dataclass(frozen=True, slots=True)
class SentEvent:
    """An event as it is sent: its meter by id or by code."""

    transaction_id: str
    customer_id: UUID
    meter: UUID | str
    at: datetime
    value: Decimal | None
    properties: Mapping[str, Property]


@dataclass(frozen=True, slots=True)
class RecordUsage:
    """At most 1,000 events; `at` is the tenant's time, from which theirs may not be far."""

    tenant: UUID
    at: datetime
    events: Sequence[SentEvent]


@dataclass(frozen=True, slots=True)
class Receipt:
    """How many events were new, and how many were there already."""

    recorded: int
    duplicates: int


def record_usage(command: RecordUsage, *, db: Database) -> Receipt:
    """Store the events that are new, and add them to the sums of their hours.

    An event that is stored already is counted as a duplicate, also if it was made void since, and
    however long ago that was. Raises: NotFound (customer, meter), UsageEventDiffers, MeterArchived,
    UsageEventTooEarly, UsageEventTooLate, UsageValueMissing, UsageNotANumber; each names the event.
    """
    if not command.events:
        return Receipt(0, 0)
    try:
        return retrying(db, command.tenant, lambda uow: _recorded(uow, command, asking=False))
    except (ForeignKeyViolation, UniqueViolation):
        return retrying(db, command.tenant, lambda uow: _recorded(uow, command, asking=True))


def _recorded(uow: UnitOfWork, command: RecordUsage, *, asking: bool) -> Receipt:
    """Record the batch; `asking` allows for customers that are unknown and ids that are stored.

    Most batches have neither, and the keys of the table object to both: so a batch is presumed
    to be new, and where they object it comes once more. Nothing is left of the first time.
    """
    events = _resolved(uow, command.events, asking=asking)
    known: set[str] = set()
    if any(doubtful(event, now=command.at) for event in events):
        known = uow.usage_events.known([event.transaction_id for event in events])
    kept = measured(events, now=command.at, known=known)
    added = uow.usage_events.add(kept, command.at, all_new=not asking)
    if added.count < len(kept):
        before = uow.usage_events.before([one.event.transaction_id for one in kept], added)
        for position, event in enumerate(events):
            stored = before.get(event.transaction_id)
            if stored is not None and stored.content != event.content:
                raise differs(event.transaction_id, position)
    uow.usage_windows.read_levels(added.late)
    return Receipt(added.count, len(events) - added.count)


def _resolved(uow: UnitOfWork, sent: Sequence[SentEvent], *, asking: bool) -> list[UsageEvent]:
    """Return the events with their meters. Raises: NotFound."""
    meters = _meters(uow, {one.meter for one in sent})
    unknown: Collection[UUID] = ()
    if asking:
        unknown = uow.customers.unknown({one.customer_id for one in sent})
    events = []
    for position, one in enumerate(sent):
        meter = meters.get(one.meter)
        if meter is None or one.customer_id in unknown:
            raise _not_found(one, position, unknown)
        events.append(
            UsageEvent(
                one.transaction_id, one.customer_id, meter, one.at, one.value, one.properties
            )
        )
    return events


def _meters(uow: UnitOfWork, named: Collection[UUID | str]) -> dict[UUID | str, Meter]:
    found: dict[UUID | str, Meter] = {}
    for id, meter in uow.meters.by_ids([one for one in named if isinstance(one, UUID)]).items():
        found[id] = meter
    for code, meter in uow.meters.by_codes([one for one in named if isinstance(one, str)]).items():
        found[code] = meter
    return found


def _not_found(one: SentEvent, position: int, unknown: Collection[UUID]) -> NotFound:
    if one.customer_id in unknown:
        customer = public_id("cus", one.customer_id)
        return NotFound("customer", customer, param=f"events.{position}.customer")
    meter = one.meter if isinstance(one.meter, str) else public_id("mtr", one.meter)
    return NotFound("meter", meter, param=f"events.{position}.meter")
