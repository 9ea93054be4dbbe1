"""Events of usage, as rows, and the marks of subscriptions that wait for what they come to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row

from khata.core.metering import Property
from khata.core.refusal import NotFound
from khata.core.usage import MOST_EVENTS, Content, MeasuredEvent
from khata.db.rows import Connection
from khata.db.stores.usage_added import Added, add_usage

USAGE_EVENT_FIELDS: Final = """transaction_id, customer_id, meter_id, at, value, properties,
    counted, measure, key, received_at, voided_at"""

_MARK = """
    insert into usage_marks (subscription_id, marked_at)
    select id, %s from subscriptions
     where customer_id = any(%s) and usage_threshold is not null
       and status in ('active', 'past_due')
     order by id
    on conflict do nothing
"""
_TAKE_MARKED = """
    with taken as materialized (
      select tenant_id, subscription_id from usage_marks
       where tenant_id = current_tenant() and marked_at <= %s
       order by marked_at, subscription_id limit %s for update skip locked
    )
    delete from usage_marks m
     using taken
     where m.tenant_id = taken.tenant_id and m.subscription_id = taken.subscription_id
    returning m.subscription_id
"""


@dataclass(frozen=True, slots=True)
class StoredUsageEvent:
    """An event as it was sent, and what its meter makes of it."""

    transaction_id: str
    customer_id: UUID
    meter_id: UUID
    at: datetime
    value: Decimal | None
    properties: Mapping[str, Property]
    counted: bool
    measure: Decimal
    key: str | None
    received_at: datetime
    voided_at: datetime | None

    @property
    def content(self) -> Content:
        return Content(self.customer_id, self.meter_id, self.at, self.value, self.properties)


class UsageEvents:
    """Tables usage_events and usage_marks."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, events: Sequence[MeasuredEvent], at: datetime, *, all_new: bool) -> Added:
        """Add those whose id is new, with all that follows from them (see usage_added.py)."""
        return add_usage(self._connection, events, at, all_new=all_new)

    def before(self, ids: Collection[str], added: Added) -> Mapping[str, StoredUsageEvent]:
        """Return those of the ids that were stored before these were added, by id."""
        events = self._events(
            "where transaction_id = any(%s) and (position < %s or position >= %s)",
            [list(ids), added.first, added.first + MOST_EVENTS],
        )
        return {one.transaction_id: one for one in events}

    def known(self, ids: Collection[str]) -> set[str]:
        """Return those of the ids that are stored."""
        rows = self._connection.execute(
            "select transaction_id from usage_events where transaction_id = any(%s)", [list(ids)]
        )
        return {row[0] for row in rows}

    def get(self, transaction_id: str) -> StoredUsageEvent:
        """Return an event. Raises: NotFound."""
        return self._one(transaction_id, "")

    def lock(self, transaction_id: str) -> StoredUsageEvent:
        """Return an event, held until the transaction ends. Raises: NotFound."""
        return self._one(transaction_id, "for no key update")

    def void(self, transaction_id: str, at: datetime) -> None:
        """Note that an event counts no more; sums are another's (see usage_windows.py)."""
        self._connection.execute(
            "update usage_events set voided_at = %s where transaction_id = %s",
            [at, transaction_id],
        )

    def take_marked(self, at: datetime, *, limit: int) -> list[UUID]:
        """Take the marks off subscriptions that were marked by then, and return which had one."""
        rows = self._connection.execute(_TAKE_MARKED, [at, limit])
        return sorted(row[0] for row in rows)

    def mark_again(self, subscription_id: UUID, at: datetime) -> None:
        """Mark one subscription, whatever its customer used."""
        self._connection.execute(
            "insert into usage_marks as m (subscription_id, marked_at) values (%s, %s)"
            " on conflict (tenant_id, subscription_id) do update"
            " set marked_at = least(m.marked_at, excluded.marked_at)",
            [subscription_id, at],
        )

    def mark(self, customers: Collection[UUID], at: datetime) -> None:
        """Mark their subscriptions that are billed early once usage comes to a threshold."""
        self._connection.execute(_MARK, [at, list(customers)])

    def _one(self, transaction_id: str, locking: str) -> StoredUsageEvent:
        found = self._events(f"where transaction_id = %s {locking}", [transaction_id])
        if not found:
            raise NotFound("usage event", transaction_id[:128])
        return found[0]

    def _events(self, rest: str, parameters: Sequence[Any]) -> list[StoredUsageEvent]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"select {USAGE_EVENT_FIELDS} from usage_events {rest}", parameters
            )
            return [StoredUsageEvent(**row) for row in rows]
