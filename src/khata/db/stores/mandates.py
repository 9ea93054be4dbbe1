"""Mandates as rows, with their moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from khata.core.mandate import Consent, Mandate, MandateMove
from khata.core.mandate_rules import Category
from khata.core.mandate_terms import Frequency, MandateTerms
from khata.core.payment_method import MethodKind
from khata.core.told_mandate import MandateStatus
from khata.db.rows import Connection, insert_rows

MANDATE_FIELDS = """id, customer_id, payment_method_id, kind, max_amount, currency, frequency,
    start_on, end_on, is_fixed, category, status, reference, consent_text, consent_at,
    consent_address, consent_user_agent, look_at, created_at, ended_at"""

_TAKE_DUE = f"""
    select {MANDATE_FIELDS} from mandates
     where tenant_id = current_tenant() and look_at <= %s
     order by look_at, id limit 1
       for no key update skip locked
"""

_CHANGE = """
    update mandates set payment_method_id = %(payment_method_id)s, max_amount = %(max_amount)s,
           currency = %(currency)s, frequency = %(frequency)s, start_on = %(start_on)s,
           end_on = %(end_on)s, is_fixed = %(is_fixed)s, status = %(status)s,
           reference = %(reference)s, consent_text = %(consent_text)s,
           consent_at = %(consent_at)s, consent_address = %(consent_address)s,
           consent_user_agent = %(consent_user_agent)s, look_at = %(look_at)s,
           ended_at = %(ended_at)s
     where id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class Use:
    """What a mandate is still good for. `is_watched`: a subscription that it served has ended."""

    is_watched: bool
    serves: bool  # a subscription goes on by it
    collects: bool  # something of the customer's is still to be collected


class Mandates:
    """Tables mandates and mandate_moves."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, mandate: Mandate, moves: Sequence[MandateMove]) -> None:
        """Store a new mandate, and how it came to be."""
        insert_rows(self._connection, "mandates", [_row(mandate)])
        self.add_moves(moves)

    def change(self, mandate: Mandate, moves: Sequence[MandateMove] = ()) -> None:
        """Write what can change of a mandate, which is locked, and the moves that led there."""
        self._connection.execute(_CHANGE, _row(mandate))
        self.add_moves(moves)

    def add_moves(self, moves: Sequence[MandateMove]) -> None:
        """Keep moves for ever."""
        rows = [
            {name: getattr(move, name) for name in MandateMove.__dataclass_fields__}
            for move in moves
        ]
        insert_rows(self._connection, "mandate_moves", rows)

    def get(self, id: UUID) -> Mandate | None:
        return self._one("id = %s", id)

    def lock(self, id: UUID) -> Mandate | None:
        """Return a mandate, locked until the transaction ends; payments are locked before it."""
        return self._one("id = %s", id, locking="for no key update")

    def lock_all(self, ids: Sequence[UUID]) -> dict[UUID, Mandate]:
        """Return these mandates, locked in the order of their ids."""
        found = self._all("id = any(%s) order by id for no key update", list(ids))
        return {mandate.id: mandate for mandate in found}

    def beside(self, ids: Sequence[UUID]) -> list[UUID]:
        """Return these mandates and the others of the same customers that can be debited."""
        rows = self._connection.execute(
            "select id from mandates where id = any(%(ids)s)"
            " or status = 'active' and customer_id in"
            " (select customer_id from mandates where id = any(%(ids)s)) order by id",
            {"ids": list(ids)},
        )
        return [row[0] for row in rows]

    def of_method(self, payment_method_id: UUID) -> Mandate | None:
        """Return the mandate that a payment method carries."""
        return self._one("payment_method_id = %s", payment_method_id)

    def awaited_of(self, customer_id: UUID, kind: MethodKind) -> Mandate | None:
        """Return the newest mandate of this rail that waits for the customer to agree, locked."""
        found = self._all(
            "customer_id = %s and kind = %s and payment_method_id is null"
            " and status in ('created', 'pending_authorisation')"
            " order by id desc limit 1 for no key update",
            customer_id,
            kind,
        )
        return found[0] if found else None

    def take_due(self, at: datetime) -> Mandate | None:
        """Lock the mandate that is due the longest; skip what others hold."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(_TAKE_DUE, [at]).fetchone()
        return mandate_of(row) if row else None

    def looks_at(self, id: UUID) -> datetime | None:
        """Return when something is due of a mandate, as it is written now."""
        row = self._connection.execute(
            "select look_at from mandates where id = %s", [id]
        ).fetchone()
        return row[0] if row else None

    def look_again(self, id: UUID, at: datetime | None) -> None:
        """Say when something is due of a mandate next."""
        self._connection.execute("update mandates set look_at = %s where id = %s", [at, id])

    def look_whether_idle(self, subscriptions: Sequence[UUID], at: datetime) -> None:
        """Have the mandates looked at now by which these subscriptions were collected."""
        self._connection.execute(
            """update mandates m
                  set is_idle = true, look_at = least(coalesce(look_at, %(at)s), %(at)s)
                 from subscriptions s
                 join customers c on c.tenant_id = s.tenant_id and c.id = s.customer_id
                where s.id = any(%(ids)s) and s.collection_method = 'charge_automatically'
                  and m.tenant_id = s.tenant_id and m.customer_id = coalesce(c.payer_id, c.id)
                  and m.status in ('active', 'paused')
                  and m.payment_method_id = coalesce(s.payment_method_id, (
                    select d.id from payment_methods d
                     where d.tenant_id = s.tenant_id and d.customer_id = m.customer_id
                       and d.is_default))""",
            {"ids": list(subscriptions), "at": at},
        )

    def watch(self, id: UUID, is_idle: bool) -> None:
        """Say whether a mandate is still to go once nothing is owed."""
        self._connection.execute("update mandates set is_idle = %s where id = %s", [is_idle, id])

    def use_of(self, id: UUID) -> Use:
        """Return what a mandate is still good for."""
        row = self._connection.execute(
            """select m.is_idle,
                      exists (select from subscriptions s
                                join customers c on c.tenant_id = s.tenant_id
                                 and c.id = s.customer_id
                               where coalesce(c.payer_id, c.id) = m.customer_id
                                 and s.collection_method = 'charge_automatically'
                                 and s.status <> 'canceled'
                                 and (s.payment_method_id = m.payment_method_id
                                      or s.payment_method_id is null and w.is_default)),
                      exists (select from payments p
                               where p.tenant_id = m.tenant_id and p.customer_id = m.customer_id
                                 and p.status in ('scheduled', 'processing'))
                 from mandates m
                 left join payment_methods w
                   on w.tenant_id = m.tenant_id and w.id = m.payment_method_id
                where m.id = %s""",
            [id],
        ).fetchone()
        return Use(*row) if row else Use(False, False, False)

    def last_told_by(self, id: UUID) -> str | None:
        """Return who told of the mandate's last move."""
        row = self._connection.execute(
            "select told_by from mandate_moves where mandate_id = %s order by id desc limit 1", [id]
        ).fetchone()
        return row[0] if row else None

    def is_needed(self, customer_id: UUID) -> bool:
        """Say whether something of the customer's goes on to be collected from it by itself."""
        row = self._connection.execute(
            """select 1 from subscriptions s
                 join customers c on c.tenant_id = s.tenant_id and c.id = s.customer_id
                where coalesce(c.payer_id, c.id) = %s
                  and s.collection_method = 'charge_automatically'
                  and s.status in ('active', 'trialing', 'past_due', 'paused')
                limit 1""",
            [customer_id],
        ).fetchone()
        return row is not None

    def _one(self, condition: str, value: object, *, locking: str = "") -> Mandate | None:
        found = self._all(f"{condition} {locking}", value)
        return found[0] if found else None

    def _all(self, condition: str, *values: object) -> list[Mandate]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                f"select {MANDATE_FIELDS} from mandates where {condition}", values
            ).fetchall()
        return [mandate_of(row) for row in rows]


def mandate_of(row: dict[str, Any]) -> Mandate:
    """Return what a row with the columns of MANDATE_FIELDS says."""
    consent = None
    if row["consent_text"] is not None:
        consent = Consent(
            row["consent_text"],
            row["consent_at"],
            row["consent_address"],
            row["consent_user_agent"],
        )
    return Mandate(
        row["id"],
        row["customer_id"],
        row["payment_method_id"],
        MethodKind(row["kind"]),
        MandateTerms(
            row["max_amount"],
            row["currency"],
            Frequency(row["frequency"]),
            row["start_on"],
            row["end_on"],
            row["is_fixed"],
        ),
        Category(row["category"]),
        MandateStatus(row["status"]),
        row["reference"],
        consent,
        row["look_at"],
        row["created_at"],
        row["ended_at"],
    )


def _row(mandate: Mandate) -> dict[str, Any]:
    terms, consent = mandate.terms, mandate.consent
    return {
        "id": mandate.id,
        "customer_id": mandate.customer_id,
        "payment_method_id": mandate.payment_method_id,
        "kind": mandate.kind,
        "max_amount": terms.max_amount,
        "currency": terms.currency,
        "frequency": terms.frequency,
        "start_on": terms.start,
        "end_on": terms.end,
        "is_fixed": terms.is_fixed,
        "category": mandate.category,
        "status": mandate.status,
        "reference": mandate.reference,
        "consent_text": consent.text if consent else None,
        "consent_at": consent.at if consent else None,
        "consent_address": consent.address if consent else None,
        "consent_user_agent": consent.user_agent if consent else None,
        "look_at": mandate.look_at,
        "created_at": mandate.created_at,
        "ended_at": mandate.ended_at,
    }
