"""Attempts as rows: each call to a gateway, written before it is made."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import TupleRow

from khata.core.asking import next_ask
from khata.core.dunning import DeclineClass
from khata.core.ids import public_id
from khata.core.payment import Attempt, AttemptStatus
from khata.core.refusal import NotFound
from khata.db.rows import Connection, insert_rows

_COLUMNS = """id, payment_id, invoice_id, payment_method_id, gateway, token, amount, currency,
    number, status, decline_class, decline_code, gateway_reference, fee, ask_at, asks, late_until,
    created_at, finished_at"""

# While one process asks, no other does; if it dies, the next may ask after this.
_LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Ask:
    """An attempt to be asked about, once. After the last ask nobody asks again."""

    attempt: Attempt
    is_last: bool


class Attempts:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, attempt: Attempt) -> None:
        """Store a new attempt. The database refuses a second open one for an invoice."""
        insert_rows(self._connection, "attempts", [_row(attempt)])

    def get(self, id: UUID) -> Attempt:
        """Return one attempt. Raises: NotFound."""
        return self._one(id, "")

    def lock(self, id: UUID) -> Attempt:
        """Return one attempt, locked until the transaction ends. Raises: NotFound."""
        return self._one(id, "for no key update")

    def of_payment(self, payment_id: UUID) -> list[Attempt]:
        """Return a payment's attempts, the first first."""
        rows = self._connection.execute(
            f"select {_COLUMNS} from attempts where payment_id = %s order by number", [payment_id]
        )
        return [_attempt(row) for row in rows]

    def of_invoice(self, invoice_id: UUID) -> list[Attempt]:
        """Return all attempts to collect an invoice, the oldest first."""
        rows = self._connection.execute(
            f"select {_COLUMNS} from attempts where invoice_id = %s order by id", [invoice_id]
        )
        return [_attempt(row) for row in rows]

    def change(self, attempt: Attempt) -> None:
        """Write what can change of an attempt."""
        self._connection.execute(
            "update attempts set status = %(status)s, decline_class = %(decline_class)s, "
            "decline_code = %(decline_code)s, gateway_reference = %(gateway_reference)s, "
            "fee = %(fee)s, ask_at = %(ask_at)s, asks = %(asks)s, late_until = %(late_until)s, "
            "finished_at = %(finished_at)s where id = %(id)s",
            _row(attempt),
        )

    def take_asks(self, at: datetime, *, limit: int) -> list[Ask]:
        """Take the attempts about which a gateway is to be asked, and count the ask.

        Their next ask is written at once: a process that dies while asking loses only this one.
        """
        rows = self._connection.execute(
            f"select {_COLUMNS} from attempts "
            "where tenant_id = current_tenant() and ask_at <= %s order by ask_at, id limit %s "
            "for no key update skip locked",
            [at, limit],
        ).fetchall()
        asks = [_counted(_attempt(row), at) for row in rows]
        self._count(asks, at)
        return asks

    def stop_asking(self, id: UUID) -> None:
        self._connection.execute("update attempts set ask_at = null where id = %s", [id])

    def ask_again(self, id: UUID, at: datetime) -> None:
        """Begin asking anew about an attempt that was set aside, when a person says so."""
        self._connection.execute(
            "update attempts set ask_at = %s, asks = 0 "
            "where id = %s and status in ('sending', 'pending', 'unknown')",
            [at, id],
        )

    def _count(self, asks: Sequence[Ask], at: datetime) -> None:
        for ask in asks:
            self._connection.execute(
                "update attempts set asks = %s, ask_at = %s where id = %s",
                [ask.attempt.asks, ask.attempt.ask_at or at + _LEASE, ask.attempt.id],
            )

    def _one(self, id: UUID, locking: str) -> Attempt:
        row = self._connection.execute(
            f"select {_COLUMNS} from attempts where id = %s {locking}", [id]
        ).fetchone()
        if row is None:
            raise NotFound("attempt", public_id("att", id))
        return _attempt(row)


def _counted(attempt: Attempt, at: datetime) -> Ask:
    asks = attempt.asks + 1
    then = next_ask(attempt.status, asks=asks, at=at, late_until=attempt.late_until)
    return Ask(replace(attempt, asks=asks, ask_at=then), is_last=then is None)


def _attempt(row: TupleRow) -> Attempt:
    values = list(row)
    values[9] = AttemptStatus(row[9])
    values[10] = DeclineClass(row[10]) if row[10] else None
    return Attempt(*values)


_NAMES = tuple(field.name for field in fields(Attempt))


def _row(attempt: Attempt) -> dict[str, Any]:
    return {name: getattr(attempt, name) for name in _NAMES}
