"""Disputes as rows: how each stands, each change of it, and each money it moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from khata.core.dispute import Dispute, DisputeStatus, MoneyKind, Moved
from khata.core.ids import new_id, public_id
from khata.core.payment import SaidBy
from khata.core.refusal import NotFound
from khata.db.rows import Connection, insert_rows

DISPUTE_FIELDS: LiteralString = """id, account_id, gateway, reference, attempt_id, payment_id,
    invoice_id, customer_id, amount, currency, reason, phase, status, due_by, above, held, lost,
    fee, warned, accepted_at, evidence_sent_at, next_look_at, opened_at, closed_at, created_at"""

_NAMES: Final = tuple(field.name for field in fields(Dispute))
_CHANGING: Final = (
    "amount",
    "reason",
    "phase",
    "status",
    "due_by",
    "above",
    "held",
    "lost",
    "fee",
    "warned",
    "accepted_at",
    "evidence_sent_at",
    "next_look_at",
    "closed_at",
)


@dataclass(frozen=True, slots=True)
class DisputeMove:
    """One change of how it stands; `from_status` None: it began so."""

    from_status: DisputeStatus | None
    to_status: DisputeStatus
    said_by: SaidBy
    at: datetime


class Disputes:
    """Tables disputes, dispute_moves and dispute_money."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, dispute: Dispute) -> bool:
        """Store a new one, and say whether it is: another may have stored it a moment ago."""
        columns = ", ".join(_NAMES)
        done = self._connection.execute(
            f"insert into disputes ({columns}) values ({', '.join(f'%({n})s' for n in _NAMES)})"
            " on conflict (tenant_id, account_id, reference) do nothing",
            {name: getattr(dispute, name) for name in _NAMES},
        )
        return done.rowcount == 1

    def get(self, id: UUID) -> Dispute:
        """Return one. Raises: NotFound."""
        return self._one("id = %s", [id], id)

    def lock(self, id: UUID) -> Dispute:
        """Return one, locked until the transaction ends. Raises: NotFound."""
        return self._one("id = %s for no key update", [id], id)

    def lock_known(self, account_id: UUID, reference: str) -> Dispute | None:
        """Return the one that an account knows by this reference, locked, or None."""
        found = self._all(
            "account_id = %s and reference = %s for no key update", [account_id, reference]
        )
        return found[0] if found else None

    def of_payment(self, payment_id: UUID) -> list[Dispute]:
        """Return all of a payment, the oldest first."""
        return self._all("payment_id = %s order by id", [payment_id])

    def of_invoice(self, invoice_id: UUID) -> list[Dispute]:
        """Return all of what paid an invoice, the oldest first."""
        return self._all("invoice_id = %s order by id", [invoice_id])

    def of_attempt(self, attempt_id: UUID) -> list[Dispute]:
        """Return all of an attempt, the oldest first."""
        return self._all("attempt_id = %s order by id", [attempt_id])

    def take_due(self, at: datetime, until: datetime, *, limit: int) -> list[Dispute]:
        """Lease those that are to be looked at; `until` is when one is due again if nobody does."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"""with due as (
                      select id as due_id from disputes
                       where tenant_id = current_tenant() and next_look_at <= %(at)s
                       order by next_look_at, id limit %(limit)s for no key update skip locked)
                    update disputes set next_look_at = %(until)s from due
                     where tenant_id = current_tenant() and id = due_id
                    returning {DISPUTE_FIELDS}""",
                {"at": at, "until": until, "limit": limit},
            ).fetchall()
        return sorted((dispute_of(row) for row in rows), key=lambda one: one.id)

    def change(self, dispute: Dispute) -> None:
        """Write what can change of it."""
        self._connection.execute(
            f"update disputes set {', '.join(f'{name} = %({name})s' for name in _CHANGING)}"
            " where id = %(id)s",
            {name: getattr(dispute, name) for name in ("id", *_CHANGING)},
        )

    def add_move(self, id: UUID, move: DisputeMove) -> None:
        """Keep a change and who said so, for ever."""
        row = {
            "id": new_id(move.at),
            "dispute_id": id,
            "from_status": move.from_status,
            "to_status": move.to_status,
            "said_by": move.said_by,
            "at": move.at,
        }
        insert_rows(self._connection, "dispute_moves", [row])

    def moves_of(self, id: UUID) -> list[DisputeMove]:
        """Return its changes, the oldest first."""
        rows = self._connection.execute(
            "select from_status, to_status, said_by, at from dispute_moves"
            " where dispute_id = %s order by id",
            [id],
        )
        return [
            DisputeMove(DisputeStatus(was) if was else None, DisputeStatus(to), SaidBy(by), at)
            for was, to, by, at in rows
        ]

    def add_money(self, id: UUID, moved: Sequence[Moved], at: datetime) -> list[UUID]:
        """Keep what was moved, and return an id for each: what its entry is about."""
        ids = [new_id(at) for _ in moved]
        rows = [
            {"id": of, "dispute_id": id, "kind": one.kind, "amount": one.amount, "at": at}
            for of, one in zip(ids, moved, strict=True)
        ]
        insert_rows(self._connection, "dispute_money", rows)
        return ids

    def money_of(self, id: UUID) -> list[tuple[MoneyKind, int, datetime]]:
        """Return what it moved, the oldest first."""
        rows = self._connection.execute(
            "select kind, amount, at from dispute_money where dispute_id = %s order by id", [id]
        )
        return [(MoneyKind(kind), amount, at) for kind, amount, at in rows]

    def _one(self, where: LiteralString, values: Sequence[Any], id: UUID) -> Dispute:
        found = self._all(where, values)
        if not found:
            raise NotFound("dispute", public_id("dp", id))
        return found[0]

    def _all(self, where: LiteralString, values: Sequence[Any]) -> list[Dispute]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"select {DISPUTE_FIELDS} from disputes where {where}", values
            ).fetchall()
        return [dispute_of(row) for row in rows]


def dispute_of(row: Mapping[str, Any]) -> Dispute:
    kept = {name: row[name] for name in _NAMES}
    return Dispute(**(kept | {"status": DisputeStatus(row["status"])}))
