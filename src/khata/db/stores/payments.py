"""Payments as rows: what is to be collected, and when it is tried."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import TupleRow

from khata.core.ids import public_id
from khata.core.payment import Payment, PaymentStatus
from khata.core.payment_method import MethodKind
from khata.core.refusal import NotFound
from khata.db.rows import Connection, as_json
from khata.db.stores.dunning import Dunning
from khata.db.stores.payment_methods import Payable

_COLUMNS = """p.id, p.invoice_id, p.customer_id, p.amount, p.currency, p.status, p.decline_count,
    p.last_decline_code, p.next_attempt_at, p.returns_to, p.returns_at, p.created_at,
    p.finished_at"""

# Whoever holds the invoice is dealing with it; skipping cannot deadlock, so the order is free.
_TAKE_DUE = f"""
    select {_COLUMNS}
      from payments p join invoices i on i.tenant_id = p.tenant_id and i.id = p.invoice_id
     where p.tenant_id = current_tenant() and p.next_attempt_at <= %(at)s
       and (%(only)s::uuid[] is null or p.invoice_id = any(%(only)s))
     order by p.next_attempt_at, p.id
     limit %(limit)s
       for no key update of i, p skip locked
"""

_STATUSES = {status.value: status for status in PaymentStatus}


# A payment method, as an attempt needs it.
WAY = """m.id, m.gateway, m.token, m.gateway_account_id, m.kind, m.holder, m.facts,
    (select d.id from mandates d
      where d.tenant_id = m.tenant_id and d.payment_method_id = m.id)"""


class Payments:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, payments: Sequence[Payment]) -> None:
        """Store new payments; an invoice that has an open one already keeps that."""
        if payments:
            self._connection.execute(_ADD, [as_json([_row(one) for one in payments])])

    def get(self, id: UUID) -> Payment:
        """Return one payment. Raises: NotFound."""
        return self._one(id, "")

    def lock(self, id: UUID) -> Payment:
        """Return one payment, locked until the transaction ends. Raises: NotFound."""
        return self._one(id, "for no key update")

    def take_due(
        self, at: datetime, only: Sequence[UUID] | None = None, *, limit: int
    ) -> list[Payment]:
        """Lock the payments due the longest, with their invoices; skip what others hold.

        `only` names invoices; without it those of the whole tenant are looked at.
        """
        which = {"at": at, "only": None if only is None else list(only), "limit": limit}
        return [_payment(row) for row in self._connection.execute(_TAKE_DUE, which)]

    def lock_unpaid(self, customer_id: UUID) -> list[Payment]:
        """Return what is still to be collected of a customer, locked, the oldest first.

        Subscriptions and invoices are locked before, in the one order of all. What a canceled
        subscription left owed is not to be collected: it waits for a person.
        """
        which = {"customer": customer_id}
        found = self._connection.execute(_UNPAID, which).fetchall()
        for table, ids in (
            ("subscriptions", [id for row in found for id in row[0]]),
            ("invoices", [row[1] for row in found]),
            ("payments", [row[2] for row in found]),
        ):
            self._connection.execute(
                f"select 1 from {table} where id = any(%s) order by id for no key update", [ids]
            )
        locked = {row[2] for row in found}
        unpaid = [row[2] for row in self._connection.execute(_UNPAID, which) if row[2] in locked]
        rows = self._connection.execute(
            f"select {_COLUMNS} from payments p where p.id = any(%s) order by p.id", [unpaid]
        )
        return [_payment(row) for row in rows]

    def latest_of(self, invoice_id: UUID) -> Payment | None:
        """Return the invoice's last payment, locked; the invoice is locked before it.

        One that is to be collected comes before one that has paid a part.
        """
        row = self._connection.execute(
            f"select {_COLUMNS} from payments p where p.invoice_id = %s "
            "order by p.status in ('scheduled', 'processing', 'given_up') desc, p.id desc limit 1 "
            "for no key update",
            [invoice_id],
        ).fetchone()
        return None if row is None else _payment(row)

    def change(self, payments: Sequence[Payment]) -> None:
        """Write what can change of these payments."""
        if payments:
            self._connection.execute(_CHANGE, [as_json([_row(one) for one in payments])])

    def ways_to_pay(self, invoice_ids: Sequence[UUID]) -> dict[UUID, Payable]:
        """Return, of each invoice that has one, the way to pay it.

        It is the subscription's own payment method, or else the customer's default.
        """
        rows = self._connection.execute(_WAYS_TO_PAY, [list(invoice_ids)])
        return {row[0]: payable_of(row[1:]) for row in rows}

    def way_of(self, customer_id: UUID, payment_method_id: UUID) -> Payable:
        """Return the customer's payment method. Raises: NotFound, also once it is detached."""
        row = self._connection.execute(
            f"select {WAY} from payment_methods m "
            "where id = %s and customer_id = %s and detached_at is null",
            [payment_method_id, customer_id],
        ).fetchone()
        if row is None:
            raise NotFound(
                "payment method", public_id("pm", payment_method_id), param="payment_method"
            )
        return payable_of(row)

    def cancel_scheduled(self, invoice_id: UUID, at: datetime) -> None:
        """Collect this invoice no more: it is void, written off or paid in another way.

        Mails of its dunning that wait for working hours do not leave. An attempt that is open
        stays open; if it succeeds after all, it is given back.
        """
        self._connection.execute(_CANCEL_SCHEDULED, {"invoice": invoice_id, "at": at})
        self._connection.execute(
            "update dunning_campaigns set ended_at = %s, outcome = 'closed', next_step_at = null"
            " where invoice_id = %s and ended_at is null",
            [at, invoice_id],
        )
        Dunning(self._connection).drop_waiting_mails(invoice_id)

    def lower(self, invoice_id: UUID, amount: int) -> None:
        """Collect only `amount` of an invoice from now on; no attempt of it is open."""
        self._connection.execute(
            "update payments set amount = %s"
            " where invoice_id = %s and status in ('scheduled', 'given_up')",
            [amount, invoice_id],
        )

    def owe_less(self, invoice_id: UUID, amount: int) -> None:
        """Collect only `amount` of an invoice from now on: the rest was paid in another way.

        An attempt that is open takes what it was opened for; what is too much of it goes back.
        """
        self._connection.execute(
            "update payments set amount = %s"
            " where invoice_id = %s and status in ('scheduled', 'processing', 'given_up')",
            [amount, invoice_id],
        )

    def let_go(self, invoice_id: UUID) -> None:
        """Let nothing collect this invoice again by itself.

        A new payment method does not try it; an attempt that is open is not recalled, but when it
        fails, nothing follows.
        """
        self._connection.execute(
            "update payments set status = 'canceled' where invoice_id = %s and status = 'given_up'",
            [invoice_id],
        )
        self._connection.execute(
            "update payments set returns_to = 'canceled', returns_at = null "
            "where invoice_id = %s and status = 'processing'",
            [invoice_id],
        )

    def set_aside(self, id: UUID) -> None:
        """Let a payment not be tried until it is given back."""
        self._connection.execute("update payments set next_attempt_at = null where id = %s", [id])

    def give_back(self, id: UUID, at: datetime) -> None:
        """Let a payment that was set aside be tried again, when a person says so.

        Where an attempt of the customer's own is open, that is so once it has failed.
        """
        self.give_back_all([id], at)

    def give_back_all(self, ids: Sequence[UUID], at: datetime) -> None:
        """Let many be tried again."""
        self._connection.execute(_GIVE_BACK, {"ids": list(ids), "at": at})

    def stop_retries(self, subscription_ids: Sequence[UUID], at: datetime) -> None:
        """Retry nothing more of subscriptions that have ended; what is owed stays owed.

        An invoice that bills others, too, is retried for as long as one of them goes on.
        """
        self._connection.execute(_STOP_RETRIES, {"at": at, "ended": list(subscription_ids)})

    def owes_elsewhere(self, subscription_id: UUID, invoice_id: UUID, today: date) -> bool:
        """Say whether another invoice of the subscription is overdue or was declined."""
        row = self._connection.execute(
            _OWES_ELSEWHERE,
            {"subscription": subscription_id, "invoice": invoice_id, "today": today},
        ).fetchone()
        return row is not None

    def _one(self, id: UUID, locking: str) -> Payment:
        row = self._connection.execute(
            f"select {_COLUMNS} from payments p where p.id = %s {locking}", [id]
        ).fetchone()
        if row is None:
            raise NotFound("payment", public_id("pay", id))
        return _payment(row)


_ADD = """
    insert into payments (id, invoice_id, customer_id, amount, currency, status, decline_count,
                          last_decline_code, next_attempt_at, returns_to, returns_at, created_at,
                          finished_at)
    select id, invoice_id, customer_id, amount, currency, status, decline_count,
           last_decline_code, next_attempt_at, returns_to, returns_at, created_at, finished_at
      from json_populate_recordset(null::payments, %s::json)
    on conflict (tenant_id, invoice_id) where status in ('scheduled', 'processing') do nothing
"""

_CHANGE = """
    update payments p set
      status = r.status, decline_count = r.decline_count, last_decline_code = r.last_decline_code,
      next_attempt_at = r.next_attempt_at, returns_to = r.returns_to, returns_at = r.returns_at,
      finished_at = r.finished_at
    from json_populate_recordset(null::payments, %s::json) r
    where p.tenant_id = current_tenant() and p.id = r.id
"""


def payable_of(row: Sequence[Any]) -> Payable:
    id, gateway, token, account_id, kind, holder, facts, mandate_id = row
    return Payable(id, gateway, token, account_id, MethodKind(kind), holder, facts, mandate_id)


_WAYS_TO_PAY = f"""
    select distinct on (i.id) i.id, {WAY}
      from invoices i
      left join subscriptions s on s.tenant_id = i.tenant_id and s.id = i.subscription_id
      join payment_methods m on m.tenant_id = i.tenant_id and m.customer_id = i.customer_id
     where i.id = any(%s) and m.detached_at is null
       and (m.id = s.payment_method_id or m.is_default)
     order by i.id, m.id is not distinct from s.payment_method_id desc
"""

_UNPAID = """
    select array(select i.subscription_id where i.subscription_id is not null
                 union select j.subscription_id from invoice_subscriptions j
                  where j.invoice_id = i.id), i.id, p.id
      from payments p
      join invoices i on i.tenant_id = p.tenant_id and i.id = p.invoice_id
      left join subscriptions s on s.tenant_id = i.tenant_id and s.id = i.subscription_id
     where p.customer_id = %(customer)s and p.status in ('scheduled', 'processing', 'given_up')
       and i.status in ('open', 'uncollectible')
       and (s.status is distinct from 'canceled' or exists (
         select from invoice_subscriptions j
           join subscriptions o on o.tenant_id = j.tenant_id and o.id = j.subscription_id
          where j.invoice_id = i.id and o.status <> 'canceled'))
       and not exists (select from payments later
                        where later.tenant_id = p.tenant_id and later.invoice_id = p.invoice_id
                          and later.id > p.id and later.status <> 'succeeded')
     order by p.id
"""

_STOP_RETRIES = """
    with stopped as (
    update payments p set status = 'canceled', next_attempt_at = null, finished_at = %(at)s
      from invoices i
     where i.tenant_id = p.tenant_id and i.id = p.invoice_id
       and i.id = any(array(
             select id from invoices where subscription_id = any(%(ended)s)
             union select invoice_id from invoice_subscriptions
              where subscription_id = any(%(ended)s)))
       and not exists (
         select from invoice_subscriptions j
           join subscriptions o on o.tenant_id = j.tenant_id and o.id = j.subscription_id
          where j.invoice_id = i.id and o.status <> 'canceled' and o.id <> all(%(ended)s))
       and p.status = 'scheduled' and p.decline_count > 0
    returning p.invoice_id)
    update dunning_campaigns c set ended_at = %(at)s, outcome = 'closed', next_step_at = null
      from stopped where c.tenant_id = current_tenant() and c.invoice_id = stopped.invoice_id
       and c.ended_at is null
"""

_GIVE_BACK = """
    update payments set
      next_attempt_at = case when status = 'scheduled' then %(at)s else next_attempt_at end,
      returns_at = case when returns_to = 'scheduled' then coalesce(returns_at, %(at)s) end
     where id = any(%(ids)s) and next_attempt_at is null
"""

_CANCEL_SCHEDULED = """
    with ended as (
      update payments set status = 'canceled', next_attempt_at = null, finished_at = %(at)s
       where invoice_id = %(invoice)s and status = 'scheduled' returning id)
    update parked set released_at = %(at)s, released_by = 'end' from ended
     where parked.kind = 'payment' and parked.subject_id = ended.id
       and parked.released_at is null
"""

# A revised invoice is owed since the one in whose place it is was.
_OWES_ELSEWHERE = """
    select 1 from invoices i
      left join invoices o on i.document_kind = 'revised_invoice'
       and o.tenant_id = i.tenant_id and o.id = i.original_invoice_id
     where i.id = any(array(
             select id from invoices where subscription_id = %(subscription)s
             union select invoice_id from invoice_subscriptions
              where subscription_id = %(subscription)s))
       and i.id <> %(invoice)s and i.status = 'open'
       and (coalesce(o.due_on, i.due_on) < %(today)s
            or exists (select from payments p
                        where p.tenant_id = i.tenant_id and p.invoice_id in (i.id, o.id)
                          and p.decline_count > 0 and p.status <> 'succeeded'))
     limit 1
"""


def _payment(row: TupleRow) -> Payment:
    values = list(row)
    values[5] = _STATUSES[row[5]]
    values[9] = _STATUSES[row[9]] if row[9] else None
    return Payment(*values)


_NAMES = tuple(field.name for field in fields(Payment))


def _row(payment: Payment) -> dict[str, Any]:
    return {name: getattr(payment, name) for name in _NAMES}
