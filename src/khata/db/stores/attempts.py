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
from khata.core.payment import Attempt, AttemptMove, AttemptStatus, Cause
from khata.core.payment_method import MethodKind
from khata.core.refusal import NotFound
from khata.db.rows import Connection, as_json, insert_rows

_COLUMNS = """id, payment_id, invoice_id, payment_method_id, gateway, token, amount, currency,
    number, cause, status, decline_class, decline_code, gateway_reference, fee, maybe_sent, ask_at,
    asks, late_until, created_at, finished_at, gateway_account_id, method_kind, holder,
    method_facts, fallback_of, notice_reference"""

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

    def add(self, attempts: Sequence[Attempt]) -> None:
        """Store new attempts. The database refuses a second open one for an invoice."""
        insert_rows(self._connection, "attempts", [_row(attempt) for attempt in attempts])

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

    def find(self, id: UUID) -> Attempt | None:
        """Return the attempt, or None."""
        return self._first("id = %s", id)

    def by_reference(self, account_id: UUID, reference: str) -> Attempt | None:
        """Return the attempt that a gateway account knows by this reference, or None."""
        return self._first(
            "gateway_account_id = %s and gateway_reference = %s", account_id, reference
        )

    def open_at(self, account_id: UUID) -> int:
        """Return how many attempts of a gateway account have no end yet."""
        row = self._connection.execute(
            "select count(*) from attempts where gateway_account_id = %s"
            " and status in ('sending', 'pending', 'unknown')",
            [account_id],
        ).fetchone()
        return int(row[0]) if row else 0

    def was_unknown(self, invoice_id: UUID) -> bool:
        """Say whether an answer about any attempt of the invoice was ever lost."""
        row = self._connection.execute(
            "select 1 from attempts a join attempt_moves m"
            " on m.tenant_id = a.tenant_id and m.attempt_id = a.id and m.to_status = 'unknown'"
            " where a.invoice_id = %s limit 1",
            [invoice_id],
        ).fetchone()
        return row is not None

    def born_between(self, account_id: UUID, start: datetime, end: datetime) -> set[UUID]:
        """Return which attempts of a gateway account were made from `start` on, before `end`."""
        rows = self._connection.execute(
            "select id from attempts where gateway_account_id = %s"
            " and created_at >= %s and created_at < %s",
            [account_id, start, end],
        )
        return {row[0] for row in rows}

    def of_invoices(self, invoice_ids: Sequence[UUID]) -> dict[UUID, list[Attempt]]:
        """Return all attempts to collect each of these invoices, the oldest first."""
        found: dict[UUID, list[Attempt]] = {id: [] for id in invoice_ids}
        rows = self._connection.execute(
            f"select {_COLUMNS} from attempts where invoice_id = any(%s) order by id",
            [list(invoice_ids)],
        )
        for row in rows:
            attempt = _attempt(row)
            found[attempt.invoice_id].append(attempt)
        return found

    def move(self, attempt: Attempt, move: AttemptMove) -> None:
        """Write what a change made of an attempt, and the change itself."""
        self._connection.execute(_MOVE, {**_row(attempt), "move": as_json([_move_row(move)])})

    def add_moves(self, moves: Sequence[AttemptMove]) -> None:
        insert_rows(self._connection, "attempt_moves", [_move_row(move) for move in moves])

    def put_off(self, ask: "Ask", until: datetime) -> None:
        """Ask later, and do not count this ask: nobody was called."""
        self._connection.execute(
            "update attempts set asks = greatest(asks - 1, 0), ask_at = %s"
            " where id = %s and asks = %s",
            [until, ask.attempt.id, ask.attempt.asks],
        )

    def never_left(self, id: UUID) -> None:
        """Note that the call just made certainly never arrived, unless more is known by now."""
        self._connection.execute(
            "update attempts set maybe_sent = false where id = %s and status = 'sending'", [id]
        )

    def leaves_again(self, id: UUID) -> None:
        """Note, before an attempt is sent once more, that it may arrive from now on."""
        self._connection.execute("update attempts set maybe_sent = true where id = %s", [id])

    def has_reference(self, gateway: str, reference: str) -> bool:
        """Say whether an attempt at this gateway has this reference already."""
        row = self._connection.execute(
            "select 1 from attempts where gateway = %s and gateway_reference = %s",
            [gateway, reference],
        ).fetchone()
        return row is not None

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
            "update attempts set ask_at = %(at)s, asks = 0 where id = %(id)s "
            "and (status in ('sending', 'pending', 'unknown') or late_until >= %(at)s)",
            {"id": id, "at": at},
        )

    def _count(self, asks: Sequence[Ask], at: datetime) -> None:
        for ask in asks:
            self._connection.execute(
                "update attempts set asks = %s, ask_at = %s where id = %s",
                [ask.attempt.asks, ask.attempt.ask_at or at + _LEASE, ask.attempt.id],
            )

    def _first(self, condition: str, *values: Any) -> Attempt | None:
        row = self._connection.execute(
            f"select {_COLUMNS} from attempts where {condition}", values
        ).fetchone()
        return _attempt(row) if row else None

    def _one(self, id: UUID, locking: str) -> Attempt:
        row = self._connection.execute(
            f"select {_COLUMNS} from attempts where id = %s {locking}", [id]
        ).fetchone()
        if row is None:
            raise NotFound("attempt", public_id("att", id), param="attempt")
        return _attempt(row)


def _counted(attempt: Attempt, at: datetime) -> Ask:
    asks = attempt.asks + 1
    then = next_ask(attempt.status, asks=asks, at=at, late_until=attempt.late_until)
    return Ask(replace(attempt, asks=asks, ask_at=then), is_last=then is None)


_MOVE = """
    with moved as (
      insert into attempt_moves (id, attempt_id, from_status, to_status, said_by,
                                 gateway_reference, at)
      select id, attempt_id, from_status, to_status, said_by, gateway_reference, at
        from json_populate_recordset(null::attempt_moves, %(move)s::json))
    update attempts set status = %(status)s, decline_class = %(decline_class)s,
           decline_code = %(decline_code)s, gateway_reference = %(gateway_reference)s,
           fee = %(fee)s, maybe_sent = %(maybe_sent)s, ask_at = %(ask_at)s, asks = %(asks)s,
           late_until = %(late_until)s, finished_at = %(finished_at)s
     where id = %(id)s
"""


def _attempt(row: TupleRow) -> Attempt:
    values = list(row)
    values[9] = Cause(row[9])
    values[10] = AttemptStatus(row[10])
    values[11] = DeclineClass(row[11]) if row[11] else None
    values[22] = MethodKind(row[22])
    return Attempt(*values)


_NAMES = tuple(field.name for field in fields(Attempt))


def _row(attempt: Attempt) -> dict[str, Any]:
    return {name: getattr(attempt, name) for name in _NAMES}


_MOVE_NAMES = tuple(field.name for field in fields(AttemptMove))


def _move_row(move: AttemptMove) -> dict[str, Any]:
    return {name: getattr(move, name) for name in _MOVE_NAMES}
