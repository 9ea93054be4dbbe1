"""The fake gateway's memory: charges, calls and refunds in its own schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Cursor
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from khata.adapters.gateways.fake.fates import Past
from khata.core.dunning import DeclineClass
from khata.core.payment import Answer, Outcome
from khata.ports.gateway import ChargeRequest, RefundRequest

_REQUEST = "attempt_id, merchant, customer, token, amount, currency, description, invoice_number"
_FATE = (
    "reference, outcome, fee, decline_class, decline_code, late_until, becomes, becomes_at, "
    "created_at"
)

# Where something is done within a transaction that has begun.
OwnCursor = Cursor[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Charge:
    """A request as the gateway took it up, and what it comes to."""

    request: ChargeRequest
    reference: str
    outcome: Outcome
    fee: int
    decline_class: DeclineClass | None
    decline_code: str | None
    late_until: datetime | None
    becomes: Outcome | None
    becomes_at: datetime | None
    created_at: datetime

    def outcome_at(self, at: datetime) -> Outcome:
        """Return what the charge is at an instant: some turn into something else with time."""
        if self.becomes is not None and self.becomes_at is not None and at >= self.becomes_at:
            return self.becomes
        return self.outcome


class ChargeBook:
    """Reads and writes the schema fake_gateway; every call is a transaction of its own."""

    def __init__(self, url: str) -> None:
        self._pool = ConnectionPool(
            url, min_size=0, max_size=6, open=True, timeout=30, kwargs={"autocommit": True}
        )

    def close(self) -> None:
        self._pool.close()

    def find(
        self, attempt_id: UUID, *, merchant: str, within: OwnCursor | None = None
    ) -> Charge | None:
        rows = self._ask(
            f"select {_REQUEST}, {_FATE} from fake_gateway.charges "
            "where merchant = %s and attempt_id = %s",
            merchant,
            attempt_id,
            within=within,
        )
        return _charge(rows[0]) if rows else None

    def captures(self, merchant: str, *, invoice_number: str, at: datetime) -> list[Charge]:
        """Return the charges of an invoice that took money: what an auditor would count."""
        rows = self._ask(
            f"select {_REQUEST}, {_FATE} from fake_gateway.charges "
            "where merchant = %s and invoice_number = %s order by created_at, attempt_id",
            merchant,
            invoice_number,
        )
        charges = [_charge(row) for row in rows]
        return [charge for charge in charges if charge.outcome_at(at) is Outcome.SUCCEEDED]

    def count_call(self, request: ChargeRequest) -> int:
        """Count one more call for the attempt and return how many there were."""
        rows = self._ask(
            "insert into fake_gateway.calls as c (merchant, attempt_id, count) "
            "values (%s, %s, 1) "
            "on conflict (merchant, attempt_id) do update set count = c.count + 1 "
            "returning count",
            request.merchant,
            request.attempt_id,
        )
        return int(rows[0]["count"])

    def past(self, request: ChargeRequest, *, within: OwnCursor | None = None) -> Past:
        rows = self._ask(
            "select count(*) filter (where invoice_number = %s) as tries, "
            "count(distinct invoice_number) filter (where invoice_number <> %s) as invoices "
            "from fake_gateway.charges where merchant = %s and customer = %s and token = %s",
            request.invoice_number,
            request.invoice_number,
            request.merchant,
            request.customer,
            request.token,
            within=within,
        )
        return Past(tries=rows[0]["tries"], invoices=rows[0]["invoices"])

    def write(self, charge: Charge, *, within: OwnCursor | None = None) -> Charge:
        """Keep the charge and return it; or the one that another call with this id kept first."""
        row = _row(charge)
        places = ", ".join(["%s"] * len(row))
        written = self._ask(
            f"insert into fake_gateway.charges ({', '.join(row)}) values ({places}) "
            "on conflict (merchant, attempt_id) do nothing returning 1",
            *row.values(),
            within=within,
        )
        if written:
            return charge
        kept = self.find(charge.request.attempt_id, merchant=charge.request.merchant, within=within)
        assert kept is not None
        return kept

    def refund(self, request: RefundRequest, *, taken: int, at: datetime) -> Answer:
        """Give back up to what was taken; two refunds at once never exceed it."""
        with self._pool.connection() as connection, connection.transaction():
            cursor = connection.cursor(row_factory=dict_row)
            cursor.execute(
                "select 1 from fake_gateway.charges where merchant = %s and attempt_id = %s "
                "for update",
                [request.merchant, request.attempt_id],
            )
            known = _refund_answer(cursor, request.merchant, request.refund_id)
            if known is not None:
                return known
            _write_refund(cursor, request, taken=taken, at=at)
            answer = _refund_answer(cursor, request.merchant, request.refund_id)
            assert answer is not None
            return answer

    def find_refund(self, refund_id: UUID, *, merchant: str) -> Answer | None:
        with self._pool.connection() as connection:
            return _refund_answer(connection.cursor(row_factory=dict_row), merchant, refund_id)

    def taken_up_between(self, start: datetime, end: datetime) -> list[Charge]:
        """Return every charge of that time, of all merchants, the oldest first."""
        rows = self._ask(
            f"select {_REQUEST}, {_FATE} from fake_gateway.charges "
            "where created_at >= %s and created_at < %s order by created_at, attempt_id",
            start,
            end,
        )
        return [_charge(row) for row in rows]

    def refunded(self, merchant: str, attempt_id: UUID) -> int:
        """Return how much of a charge was given back, in minor units."""
        rows = self._ask(
            "select coalesce(sum(amount), 0) as amount from fake_gateway.refunds "
            "where merchant = %s and attempt_id = %s and outcome = 'succeeded'",
            merchant,
            attempt_id,
        )
        return int(rows[0]["amount"])

    @contextmanager
    def transaction(self) -> Iterator[OwnCursor]:
        """Return a cursor on a connection of its own; what it does is kept together."""
        with self._pool.connection() as connection, connection.transaction():
            yield connection.cursor(row_factory=dict_row)

    def _ask(
        self, statement: str, *parameters: Any, within: OwnCursor | None = None
    ) -> list[dict[str, Any]]:
        if within is not None:
            return within.execute(statement.encode(), parameters).fetchall()
        with self._pool.connection() as connection:
            cursor = connection.cursor(row_factory=dict_row)
            return cursor.execute(statement.encode(), parameters).fetchall()


def _write_refund(
    cursor: Cursor[dict[str, Any]], request: RefundRequest, *, taken: int, at: datetime
) -> None:
    cursor.execute(
        "insert into fake_gateway.refunds (merchant, refund_id, attempt_id, reference, amount, "
        "currency, outcome, decline_code, created_at) "
        "select %(merchant)s, %(refund)s, %(attempt)s, %(reference)s, %(amount)s, %(currency)s, "
        "case when enough then 'succeeded' else 'failed' end, "
        "case when enough then null else 'exceeds_capture' end, %(at)s "
        "from (select coalesce(sum(amount), 0) + %(amount)s <= %(taken)s as enough "
        "from fake_gateway.refunds where merchant = %(merchant)s and attempt_id = %(attempt)s "
        "and outcome = 'succeeded') given",
        {
            "merchant": request.merchant,
            "refund": request.refund_id,
            "attempt": request.attempt_id,
            "reference": f"fakere_{request.refund_id.hex}",
            "amount": request.amount,
            "currency": request.currency,
            "taken": taken,
            "at": at,
        },
    )


def _refund_answer(cursor: Cursor[dict[str, Any]], merchant: str, refund_id: UUID) -> Answer | None:
    row = cursor.execute(
        "select reference, outcome, decline_code from fake_gateway.refunds "
        "where merchant = %s and refund_id = %s",
        [merchant, refund_id],
    ).fetchone()
    if row is None:
        return None
    outcome = Outcome(row["outcome"])
    declined = DeclineClass.CONFIG if outcome is Outcome.FAILED else None
    return Answer(
        outcome, row["reference"], decline_class=declined, decline_code=row["decline_code"]
    )


def _charge(row: dict[str, Any]) -> Charge:
    names = _REQUEST.split(", ")
    declined, becomes = row["decline_class"], row["becomes"]
    return Charge(
        ChargeRequest(**{name: row[name] for name in names}),
        reference=row["reference"],
        outcome=Outcome(row["outcome"]),
        fee=row["fee"],
        decline_class=DeclineClass(declined) if declined else None,
        decline_code=row["decline_code"],
        late_until=row["late_until"],
        becomes=Outcome(becomes) if becomes else None,
        becomes_at=row["becomes_at"],
        created_at=row["created_at"],
    )


def _row(charge: Charge) -> dict[str, Any]:
    request = {name: getattr(charge.request, name) for name in _REQUEST.split(", ")}
    return request | {name: getattr(charge, name) for name in _FATE.split(", ")}
