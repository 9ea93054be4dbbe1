"""Subscriptions and their moves, as rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from khata.core.catalog import Item
from khata.core.entitlements import changes_service
from khata.core.ids import public_id
from khata.core.metrics import MrrChange
from khata.core.periods import Interval, Period, Unit, day_of
from khata.core.refusal import NotFound
from khata.core.subscription import CollectionMethod, Move, Status, Subscription, mrr_reason
from khata.db.columns import Columns, as_rows
from khata.db.rows import Connection, insert_rows
from khata.db.stores.entitlements import Entitlements
from khata.db.stores.metrics import Metrics
from khata.db.stores.parked import Parked

COLUMNS = """s.id, s.customer_id, s.registration_id, s.status, s.collection_method,
    s.days_until_due, s.currency, s.timezone, s.interval, s.interval_count, s.tax_behavior,
    s.start_on, s.billing_anchor, s.trial_end, s.period_start, s.period_end, s.next_billing_at,
    s.cancel_on, s.cancel_reason, s.canceled_at, s.ended_on, s.payment_method_id,
    s.billed_on, s.billed_count, s.mrr, s.created_at, s.cancel_policy,
    s.pause_on, s.resume_on, s.pause_policy, s.contract_end, s.cycles, s.waits_for_payment,
    s.missing_method, s.metered, s.usage_threshold"""

_STATUSES = {status.value: status for status in Status}
_METHODS = {method.value: method for method in CollectionMethod}


class Subscriptions:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, id: UUID, *, param: str | None = None) -> Subscription:
        """Return one subscription. Raises: NotFound."""
        row = self._connection.execute(
            f"select {COLUMNS} from subscriptions s where id = %s", [id]
        ).fetchone()
        if row is None:
            raise NotFound("subscription", public_id("sub", id), param=param)
        return from_row(row)

    def due_of_customer(self, customer_id: UUID, *, limit: int) -> list[UUID]:
        """Return which subscriptions of a customer have something due some day, the next first.

        Those that it pays for are among them.
        """
        rows = self._connection.execute(
            "select id from subscriptions where next_billing_at is not null and customer_id in"
            " (select %(id)s::uuid union all select id from customers where payer_id = %(id)s)"
            " order by next_billing_at, id limit %(limit)s",
            {"id": customer_id, "limit": limit},
        )
        return [row[0] for row in rows]

    def any_due(self, at: datetime) -> bool:
        """Say whether one is to be renewed by then, also of those that others hold."""
        row = self._connection.execute(
            """select exists (select from subscriptions
                where tenant_id = current_tenant() and next_billing_at <= %s)""",
            [at],
        ).fetchone()
        return row is not None and row[0]

    def lock(self, ids: Sequence[UUID]) -> list[Subscription]:
        """Return these subscriptions, locked until the transaction ends, in the order of ids."""
        rows = self._connection.execute(
            f"select {COLUMNS} from subscriptions s where id = any(%s) "
            "order by id for no key update",
            [list(ids)],
        )
        return [from_row(row) for row in rows]

    def lock_at_once(self, id: UUID) -> Subscription | None:
        """Return a subscription, locked; None where it is not there or another holds it."""
        row = self._connection.execute(
            f"select {COLUMNS} from subscriptions s where id = %s for no key update skip locked",
            [id],
        ).fetchone()
        return None if row is None else from_row(row)

    def lock_billed_by(self, invoice_id: UUID) -> tuple[Subscription, ...]:
        """Return the subscriptions that an invoice bills, if any, locked in the same trip."""
        rows = self._connection.execute(
            f"select {COLUMNS} from subscriptions s where s.id = any(array("
            " select subscription_id from invoices where id = %(invoice)s"
            " union select subscription_id from invoice_subscriptions"
            " where invoice_id = %(invoice)s)) order by s.id for no key update",
            {"invoice": invoice_id},
        )
        return tuple(from_row(row) for row in rows)

    def add(
        self, subscription: Subscription, items: Sequence[Item], metadata: Mapping[str, str]
    ) -> None:
        """Store a new subscription with its items."""
        changing = {name: values[0] for name, (_, values) in _changing([subscription]).items()}
        row = {**changing, **_agreed(subscription), "metadata": metadata}
        insert_rows(self._connection, "subscriptions", [row])
        self._add_items(subscription.id, items)

    def replace_items(self, id: UUID, items: Sequence[Item]) -> None:
        """Let a locked subscription have these items, and no others."""
        self._connection.execute("delete from subscription_items where subscription_id = %s", [id])
        self._add_items(id, items)

    def _add_items(self, id: UUID, items: Sequence[Item]) -> None:
        insert_rows(
            self._connection,
            "subscription_items",
            [
                {
                    "id": item.id,
                    "subscription_id": id,
                    "position": item.position,
                    "plan_id": item.plan_id,
                    "price_id": item.price_id,
                    "quantity": item.quantity,
                }
                for item in items
            ],
        )

    def add_moves(self, moves: Sequence[Move]) -> None:
        insert_rows(
            self._connection,
            "moves",
            [
                {
                    "id": move.id,
                    "subscription_id": move.subscription_id,
                    "from_status": move.from_status,
                    "to_status": move.to_status,
                    "cause": move.cause,
                    "actor": move.actor,
                    "at": move.at,
                }
                for move in moves
            ],
        )

    def change(self, subscriptions: Sequence[Subscription]) -> None:
        """Write what can change of these subscriptions, in one statement."""
        if not subscriptions:
            return
        rows, arguments = as_rows(_changing(subscriptions))
        self._connection.execute(_CHANGE.format(rows=rows), arguments)

    def swap_currency(self, id: UUID, currency: str) -> None:
        """Bill the subscription in another currency from now on."""
        self._connection.execute(
            "update subscriptions set currency = %s where id = %s", [currency, id]
        )

    def describe(self, id: UUID, metadata: Mapping[str, str]) -> None:
        """Write the facts that the tenant keeps of a subscription."""
        self._connection.execute(
            "update subscriptions set metadata = %s where id = %s", [Jsonb(dict(metadata)), id]
        )

    def set_aside(self, ids: Sequence[UUID]) -> None:
        """Let nothing be due of these until they are given back."""
        self._connection.execute(
            "update subscriptions set next_billing_at = null where id = any(%s)", [list(ids)]
        )

    def give_back(self, id: UUID, next_billing_at: datetime) -> None:
        """Let a subscription be due again, unless it has ended meanwhile."""
        self._connection.execute(
            """update subscriptions set next_billing_at = %s
                where id = %s and next_billing_at is null
                  and (status in ('incomplete', 'trialing', 'active', 'past_due')
                       or (status = 'unpaid' and cancel_on is not null)
                       or (status = 'paused' and coalesce(cancel_on, resume_on) is not null))""",
            [next_billing_at, id],
        )

    def store_moved(
        self, pairs: Sequence[tuple[Subscription, Move]], at: datetime, *, was: Mapping[UUID, int]
    ) -> None:
        """Write subscriptions in their new states, the moves, and what became of their MRR.

        `was` is each subscription's MRR before.
        """
        self.change([subscription for subscription, _ in pairs])
        self.add_moves([move for _, move in pairs])
        # What has ended, or is due again, waits for nobody to look.
        settled = [
            subscription.id
            for subscription, move in pairs
            if move.to_status is Status.CANCELED
            or move.from_status in (Status.UNPAID, Status.PAUSED)
        ]
        Parked(self._connection).end("subscription", settled, at)
        Entitlements(self._connection).settle(
            [
                subscription.customer_id
                for subscription, move in pairs
                if changes_service(move.from_status, move.to_status)
            ],
            at,
        )
        self.count_mrr(
            [
                (subscription, was.get(subscription.id, 0), mrr_reason(move))
                for subscription, move in pairs
            ],
            at,
        )

    def count_mrr(self, changed: Sequence[tuple[Subscription, int, str]], at: datetime) -> None:
        """Note each customer's change of MRR on its day in the tenant's calendar."""
        changes = [
            (subscription, subscription.mrr - before, reason)
            for subscription, before, reason in changed
            if subscription.mrr != before
        ]
        if not changes:
            return
        zone = self._connection.execute("select timezone from tenants").fetchone()
        assert zone is not None
        day = day_of(at, zone[0])
        Metrics(self._connection).change(
            [
                MrrChange(subscription.customer_id, subscription.currency, day, delta, reason)
                for subscription, delta, reason in changes
            ]
        )


_CHANGE = """
    update subscriptions s set
      status = r.status, billing_anchor = r.billing_anchor, trial_end = r.trial_end,
      period_start = r.period_start, period_end = r.period_end,
      next_billing_at = r.next_billing_at, cancel_on = r.cancel_on,
      cancel_reason = r.cancel_reason, canceled_at = r.canceled_at, ended_on = r.ended_on,
      payment_method_id = r.payment_method_id, billed_on = r.billed_on,
      billed_count = r.billed_count, mrr = r.mrr, timezone = r.timezone,
      interval = r.interval, interval_count = r.interval_count,
      cancel_policy = r.cancel_policy, pause_on = r.pause_on, resume_on = r.resume_on,
      pause_policy = r.pause_policy, contract_end = r.contract_end,
      metered = r.metered, usage_threshold = r.usage_threshold
    from (select {rows}) r
    where s.tenant_id = current_tenant() and s.id = r.id
"""


def _changing(subscriptions: Sequence[Subscription]) -> Columns:
    """Return what can change of subscriptions, as columns."""
    periods = [subscription.period for subscription in subscriptions]
    return {
        "id": ("uuid", [s.id for s in subscriptions]),
        "status": ("text", [s.status for s in subscriptions]),
        "billing_anchor": ("date", [s.billing_anchor for s in subscriptions]),
        "trial_end": ("date", [s.trial_end for s in subscriptions]),
        "period_start": ("date", [period and period.start for period in periods]),
        "period_end": ("date", [period and period.end for period in periods]),
        "next_billing_at": ("timestamptz", [s.next_billing_at for s in subscriptions]),
        "cancel_on": ("date", [s.cancel_on for s in subscriptions]),
        "cancel_reason": ("text", [s.cancel_reason for s in subscriptions]),
        "canceled_at": ("timestamptz", [s.canceled_at for s in subscriptions]),
        "ended_on": ("date", [s.ended_on for s in subscriptions]),
        "payment_method_id": ("uuid", [s.payment_method_id for s in subscriptions]),
        "billed_on": ("date", [s.billed_on for s in subscriptions]),
        "billed_count": ("smallint", [s.billed_count for s in subscriptions]),
        "mrr": ("bigint", [s.mrr for s in subscriptions]),
        "timezone": ("text", [s.timezone for s in subscriptions]),
        "interval": ("text", [s.interval.unit for s in subscriptions]),
        "interval_count": ("integer", [s.interval.count for s in subscriptions]),
        "cancel_policy": ("text", [s.cancel_policy for s in subscriptions]),
        "pause_on": ("date", [s.pause_on for s in subscriptions]),
        "resume_on": ("date", [s.resume_on for s in subscriptions]),
        "pause_policy": ("text", [s.pause_policy for s in subscriptions]),
        "contract_end": ("date", [s.contract_end for s in subscriptions]),
        "metered": ("boolean", [s.metered for s in subscriptions]),
        "usage_threshold": ("bigint", [s.usage_threshold for s in subscriptions]),
    }


def _agreed(subscription: Subscription) -> dict[str, Any]:
    return {
        "customer_id": subscription.customer_id,
        "registration_id": subscription.registration_id,
        "collection_method": subscription.collection_method,
        "days_until_due": subscription.days_until_due,
        "currency": subscription.currency,
        "tax_behavior": subscription.tax_behavior,
        "start_on": subscription.start_on,
        "created_at": subscription.created_at,
        "cycles": subscription.cycles,
        "waits_for_payment": subscription.waits_for_payment,
        "missing_method": subscription.missing_method,
    }


_INTERVALS: dict[tuple[str, int], Interval] = {}


def _interval(unit: str, count: int) -> Interval:
    key = (unit, count)
    found = _INTERVALS.get(key)
    if found is None:
        found = _INTERVALS[key] = Interval(Unit(unit), count)
    return found


def from_row(row: TupleRow) -> Subscription:
    """Return the subscription of a row that begins with COLUMNS."""
    return Subscription(
        id=row[0],
        customer_id=row[1],
        registration_id=row[2],
        status=_STATUSES[row[3]],
        collection_method=_METHODS[row[4]],
        days_until_due=row[5],
        currency=row[6],
        timezone=row[7],
        interval=_interval(row[8], row[9]),
        tax_behavior=row[10],
        start_on=row[11],
        billing_anchor=row[12],
        trial_end=row[13],
        period=Period(row[14], row[15]) if row[14] is not None else None,
        next_billing_at=row[16],
        cancel_on=row[17],
        cancel_reason=row[18],
        canceled_at=row[19],
        ended_on=row[20],
        payment_method_id=row[21],
        billed_on=row[22],
        billed_count=row[23],
        mrr=row[24],
        created_at=row[25],
        cancel_policy=row[26],
        pause_on=row[27],
        resume_on=row[28],
        pause_policy=row[29],
        contract_end=row[30],
        cycles=row[31],
        waits_for_payment=row[32],
        missing_method=row[33],
        metered=row[34],
        usage_threshold=row[35],
    )
