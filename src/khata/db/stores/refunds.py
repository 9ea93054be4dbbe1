"""Refunds as rows: money to be given back, written before the gateway is asked to."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import TupleRow

from khata.core.ids import public_id
from khata.core.payment import Refund, RefundStatus
from khata.core.refusal import NotFound
from khata.db.rows import Connection, as_json

_COLUMNS = """id, attempt_id, invoice_id, gateway, amount, currency, reason, number, status,
    gateway_reference, ask_at, asks, created_at, finished_at"""


class Refunds:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, refund: Refund) -> None:
        """Store a refund; an attempt is given back once for a reason, whatever runs twice."""
        self._connection.execute(
            f"insert into refunds ({_COLUMNS}) select {_COLUMNS} "
            "from json_populate_record(null::refunds, %s::json) "
            "on conflict do nothing",
            [as_json(_row(refund))],
        )

    def lock(self, id: UUID) -> Refund:
        """Return one refund, locked until the transaction ends. Raises: NotFound."""
        row = self._connection.execute(
            f"select {_COLUMNS} from refunds where id = %s for no key update", [id]
        ).fetchone()
        if row is None:
            raise NotFound("refund", public_id("re", id))
        return _refund(row)

    def find(self, id: UUID) -> Refund | None:
        """Return the refund, or None."""
        row = self._connection.execute(
            f"select {_COLUMNS} from refunds where id = %s", [id]
        ).fetchone()
        return _refund(row) if row else None

    def by_reference(self, account_id: UUID, reference: str) -> Refund | None:
        """Return the refund that a gateway account knows by this reference, or None."""
        columns = ", ".join(f"r.{name.strip()}" for name in _COLUMNS.split(","))
        row = self._connection.execute(
            f"""select {columns} from refunds r
                  join attempts a on a.tenant_id = r.tenant_id and a.id = r.attempt_id
                 where a.gateway_account_id = %s and r.gateway_reference = %s""",
            [account_id, reference],
        ).fetchone()
        return _refund(row) if row else None

    def of_invoice(self, invoice_id: UUID) -> list[Refund]:
        rows = self._connection.execute(
            f"select {_COLUMNS} from refunds where invoice_id = %s order by id", [invoice_id]
        )
        return [_refund(row) for row in rows]

    def of_attempts(self, attempt_ids: Sequence[UUID]) -> list[Refund]:
        """Return what was given back of these attempts, whichever invoice it was for."""
        rows = self._connection.execute(
            f"select {_COLUMNS} from refunds where attempt_id = any(%s) order by id",
            [list(attempt_ids)],
        )
        return [_refund(row) for row in rows]

    def take_due(self, at: datetime, *, limit: int) -> list[Refund]:
        """Take refunds to be sent or asked about, count the try and set the next: 5, 10, 20 … min.

        A process that dies on the way loses only this try.
        """
        rows = self._connection.execute(
            f"select {_COLUMNS} from refunds "
            "where tenant_id = current_tenant() and ask_at <= %s order by ask_at, id limit %s "
            "for no key update skip locked",
            [at, limit],
        ).fetchall()
        refunds = [_refund(row) for row in rows]
        for refund in refunds:
            self._connection.execute(
                "update refunds set asks = asks + 1, ask_at = %s where id = %s",
                [at + timedelta(minutes=5) * 2 ** min(refund.asks, 10), refund.id],
            )
        return refunds

    def change(self, refund: Refund) -> None:
        """Write what can change of a refund."""
        self._connection.execute(
            "update refunds set status = %(status)s, gateway_reference = %(gateway_reference)s, "
            "ask_at = %(ask_at)s, asks = %(asks)s, finished_at = %(finished_at)s "
            "where id = %(id)s",
            _row(refund),
        )

    def ask_again(self, id: UUID, at: datetime) -> None:
        """Try anew a refund that was set aside, when a person says so."""
        self._connection.execute(
            "update refunds set ask_at = %s, asks = 0 where id = %s and status = 'sending'",
            [at, id],
        )


def _refund(row: TupleRow) -> Refund:
    values = list(row)
    values[8] = RefundStatus(row[8])
    return Refund(*values)


_NAMES = tuple(field.name for field in fields(Refund))


def _row(refund: Refund) -> dict[str, Any]:
    return {name: getattr(refund, name) for name in _NAMES}
