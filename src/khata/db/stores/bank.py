"""Lines of the bank's statement as rows: each once, by the caller's own id."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from khata.core.bank_matching import BankLine
from khata.core.bank_statement import StatementLine
from khata.core.ids import new_ids
from khata.db.rows import Connection, as_json

BANK_FIELDS = """id, own_id, account, booked_on, amount, currency, reference, narration,
    settlement_id, again_id, created_at"""


@dataclass(frozen=True, slots=True)
class BankTransaction:
    """A line of a bank account's statement. `settlement_id`: the payout that it is."""

    id: UUID
    own_id: str
    account: str
    booked_on: date
    amount: int
    currency: str
    reference: str
    narration: str
    settlement_id: UUID | None
    again_id: UUID | None  # it was taken for another before: the fact that its entry books
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Clash:
    """A line that was stored before under the same id, and said something else."""

    own_id: str
    amount: int
    booked_on: date


class BankTransactions:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, account: str, lines: Sequence[StatementLine], at: datetime) -> int:
        """Store lines; what is stored under its id already is left out. Return how many are new."""
        rows = [
            {
                "id": id,
                "own_id": line.own_id,
                "account": account,
                "booked_on": line.on,
                "amount": line.amount,
                "currency": line.currency,
                "reference": line.reference,
                "narration": line.narration,
                "created_at": at,
            }
            for id, line in zip(new_ids(at, len(lines)), lines, strict=True)
        ]
        columns = ", ".join(rows[0])
        return self._connection.execute(
            f"insert into bank_transactions ({columns}) select {columns}"
            " from json_populate_recordset(null::bank_transactions, %s::json)"
            " on conflict (tenant_id, account, own_id) do nothing",
            [as_json(rows)],
        ).rowcount

    def clash(self, account: str, lines: Sequence[StatementLine]) -> Clash | None:
        """Return the first line that is stored under its id and says something else."""
        stored = {
            row[0]: row[1:]
            for row in self._connection.execute(
                "select own_id, booked_on, amount, currency from bank_transactions"
                " where account = %s and own_id = any(%s)",
                [account, [line.own_id for line in lines]],
            )
        }
        for line in lines:
            was = stored.get(line.own_id)
            if was is not None and was != (line.on, line.amount, line.currency):
                return Clash(line.own_id, was[1], was[0])
        return None

    def of_ids(self, account: str, own_ids: Sequence[str]) -> list[BankTransaction]:
        return self._found("account = %s and own_id = any(%s) order by id", account, list(own_ids))

    def get(self, id: UUID, *, lock: bool = False) -> BankTransaction | None:
        found = self._found("id = %s" + (" for no key update" if lock else ""), id)
        return found[0] if found else None

    def of_settlement(self, settlement_id: UUID) -> BankTransaction | None:
        found = self._found("settlement_id = %s", settlement_id)
        return found[0] if found else None

    def left(self, since: date, *, limit: int) -> list[BankLine]:
        """Lock and return lines that are no payout yet, of a day or later, the oldest first."""
        rows = self._connection.execute(
            """select id, booked_on, amount, currency, reference || ' ' || narration
                 from bank_transactions
                where settlement_id is null and booked_on >= %s
                order by booked_on, id limit %s for no key update""",
            [since, limit],
        )
        return [BankLine(*row) for row in rows]

    def last_day(self) -> date | None:
        row = self._connection.execute("select max(booked_on) from bank_transactions").fetchone()
        return row[0] if row else None

    def is_payout(self, id: UUID, settlement_id: UUID, *, fact: UUID) -> UUID | None:
        """Join a line and its payout; return `fact` where it was taken for one before."""
        row = self._connection.execute(
            """update bank_transactions b
                  set settlement_id = %(settlement)s,
                      again_id = case when exists (select from bank_unmatches u
                                                    where u.bank_transaction_id = b.id)
                                      then %(fact)s end
                where id = %(id)s returning again_id""",
            {"settlement": settlement_id, "fact": fact, "id": id},
        ).fetchone()
        return row[0] if row else None

    def is_no_payout(self, line: BankTransaction, *, id: UUID, at: datetime) -> None:
        """Keep that a line was not the payout that it was taken for, and open it again."""
        self._connection.execute(
            "insert into bank_unmatches (id, bank_transaction_id, settlement_id, again_id, at)"
            " values (%s, %s, %s, %s, %s)",
            [id, line.id, line.settlement_id, line.again_id, at],
        )
        self._connection.execute(
            "update bank_transactions set settlement_id = null, again_id = null where id = %s",
            [line.id],
        )

    def unmatched(self, lines: Sequence[UUID]) -> set[tuple[UUID, UUID]]:
        """Return which payouts these lines are not: payout and line."""
        rows = self._connection.execute(
            "select settlement_id, bank_transaction_id from bank_unmatches"
            " where bank_transaction_id = any(%s)",
            [list(lines)],
        )
        return {(row[0], row[1]) for row in rows}

    def _found(self, condition: str, *values: Any) -> list[BankTransaction]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"select {BANK_FIELDS} from bank_transactions where {condition}", values
            ).fetchall()
        return [bank_transaction_of(row) for row in rows]


def bank_transaction_of(row: dict[str, Any]) -> BankTransaction:
    """Return what a row with the columns of BANK_FIELDS says."""
    return BankTransaction(**row)
