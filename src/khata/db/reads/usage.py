"""Lists of meters, and of the events of usage that they count."""

from typing import Any
from uuid import UUID

from khata.core.ids import public_id
from khata.core.metering import Meter
from khata.core.refusal import NotFound
from khata.db.reads.lists import Filter, Listing
from khata.db.rows import Connection
from khata.db.stores.meters import METER_FIELDS, meter_of
from khata.db.stores.usage_events import USAGE_EVENT_FIELDS, StoredUsageEvent

METERS: Listing[Meter] = Listing(
    source="meters",
    fields=METER_FIELDS,
    of=meter_of,
    prefix="mtr",
    what="meter",
    filters={"code": Filter("code = %s")},
)


def _event(row: dict[str, Any]) -> StoredUsageEvent:
    return StoredUsageEvent(**row)


# In the order of their arrival, which is a number: their own ids are their senders'.
USAGE_EVENTS: Listing[StoredUsageEvent] = Listing(
    source="(select *, position as id, received_at as created_at from usage_events) e",
    fields=USAGE_EVENT_FIELDS,
    of=_event,
    prefix="",
    what="usage event",
    filters={
        "customer": Filter("customer_id = %s", prefix="cus", refers="customers", what="customer"),
        "meter": Filter("meter_id = %s"),
    },
)


def place_of(connection: Connection, transaction_id: str, *, param: str) -> int:
    """Return where in the list an event stands. Raises: NotFound."""
    row = connection.execute(
        "select position from usage_events where transaction_id = %s", [transaction_id]
    ).fetchone()
    if row is None:
        raise NotFound("usage event", transaction_id, param=param)
    place: int = row[0]
    return place


def meter_named(connection: Connection, name: UUID | str, *, param: str) -> UUID:
    """Return the id of the meter with this id or code. Raises: NotFound."""
    by = "id" if isinstance(name, UUID) else "code"
    row = connection.execute(f"select id from meters where {by} = %s", [name]).fetchone()
    if row is None:
        raise NotFound(
            "meter", name if isinstance(name, str) else public_id("mtr", name), param=param
        )
    id: UUID = row[0]
    return id
