"""Visits as rows: each payer at a gateway's own page, written before the gateway is called."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import TupleRow

from khata.core.ids import public_id
from khata.core.mandate import Consent
from khata.core.mandate_terms import Frequency, MandateTerms
from khata.core.payment_method import MethodKind
from khata.core.refusal import NotFound
from khata.core.visit import Purpose, VisitStatus
from khata.core.visiting import Guest, Visit, next_visit_ask
from khata.db.rows import Connection, insert_rows

_NAMES = tuple(field.name for field in fields(Visit))
_COLUMNS = ", ".join(_NAMES)

# While one process asks, no other does; if it dies, the next may ask after this.
_LEASE = timedelta(minutes=5)


class Visits:
    """Table visits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, visit: Visit) -> None:
        """Store a new visit. The database refuses a second open one for an invoice."""
        insert_rows(self._connection, "visits", [_row(visit)])

    def get(self, id: UUID) -> Visit:
        """Return one visit. Raises: NotFound."""
        return self._one(id, "")

    def lock(self, id: UUID) -> Visit:
        """Return one visit, locked until the transaction ends. Raises: NotFound."""
        return self._one(id, "for no key update")

    def find(self, id: UUID) -> Visit | None:
        """Return the visit, or None."""
        return self._first("id = %s", id)

    def by_reference(self, account_id: UUID, reference: str) -> Visit | None:
        """Return the visit that a gateway account knows by this reference, or None."""
        return self._first("gateway_account_id = %s and reference = %s", account_id, reference)

    def open_of(self, invoice_ids: Sequence[UUID]) -> dict[UUID, Visit]:
        """Return the open visit of each of these invoices that has one."""
        rows = self._connection.execute(
            f"select {_COLUMNS} from visits where invoice_id = any(%s) and status = 'open'",
            [list(invoice_ids)],
        )
        found = [visit_of(row) for row in rows]
        return {visit.invoice_id: visit for visit in found if visit.invoice_id is not None}

    def may_pay(self, invoice_ids: Sequence[UUID]) -> dict[UUID, tuple[Visit, ...]]:
        """Return the visits of these invoices that may still bring money, the oldest first.

        The open one, and those that are closed or failed, for as long as money may come late.
        """
        rows = self._connection.execute(
            f"select {_COLUMNS} from visits where invoice_id = any(%s)"
            " and (status = 'open' or status <> 'done' and ask_at is not null) order by id",
            [list(invoice_ids)],
        )
        found: dict[UUID, tuple[Visit, ...]] = {}
        for visit in map(visit_of, rows):
            if visit.invoice_id is not None:
                found[visit.invoice_id] = (*found.get(visit.invoice_id, ()), visit)
        return found

    def open_saving(self, customer_id: UUID, link_id: UUID) -> Visit | None:
        """Return the open visit by which a customer saves a way to pay through this link."""
        return self._first(
            "customer_id = %s and link_id = %s and status = 'open' order by id desc",
            customer_id,
            link_id,
        )

    def open_by_link(self, link_id: UUID) -> list[Visit]:
        """Return the open visits of payers who came by this link."""
        rows = self._connection.execute(
            f"select {_COLUMNS} from visits where link_id = %s and status = 'open' order by id",
            [link_id],
        )
        return [visit_of(row) for row in rows]

    def holder_of(self, customer_id: UUID, account_id: UUID | None) -> str | None:
        """Return by which name a gateway account knows a customer, where it does."""
        row = self._connection.execute(
            "select holder from (select holder, created_at from payment_methods"
            "   where customer_id = %(customer)s and gateway_account_id = %(account)s"
            " union all select holder, created_at from visits"
            "   where customer_id = %(customer)s and gateway_account_id = %(account)s) known"
            " where holder is not null order by created_at desc limit 1",
            {"customer": customer_id, "account": account_id},
        ).fetchone()
        return row[0] if row else None

    def method_with(self, customer_id: UUID, account_id: UUID | None, token: str) -> UUID | None:
        """Return the customer's payment method with this token, where it is kept already."""
        row = self._connection.execute(
            "select id from payment_methods where customer_id = %s and token = %s"
            " and gateway_account_id is not distinct from %s and detached_at is null"
            " order by id limit 1",
            [customer_id, token, account_id],
        ).fetchone()
        return row[0] if row else None

    def change(self, visit: Visit) -> None:
        """Write what can change of a visit."""
        self._connection.execute(_CHANGE, _row(visit))

    def hasten(self, invoice_ids: Sequence[UUID], at: datetime) -> None:
        """Let the open visits of these invoices be asked about now: nothing is owed any more."""
        self._connection.execute(
            "update visits set ask_at = least(ask_at, %s)"
            " where invoice_id = any(%s) and status = 'open'",
            [at, list(invoice_ids)],
        )

    def take_asks(self, at: datetime, *, limit: int) -> list[Visit]:
        """Take the visits about which a gateway is to be asked, and count the ask.

        Their next ask is written at once: a process that dies while asking loses only this one.
        """
        rows = self._connection.execute(
            f"select {_COLUMNS} from visits where tenant_id = current_tenant() and ask_at <= %s"
            " order by ask_at, id limit %s for no key update skip locked",
            [at, limit],
        ).fetchall()
        taken = [visit_of(row) for row in rows]
        for visit in taken:
            asks = visit.asks + 1
            # One that is over is asked about until its gateway has told what came late.
            then = next_visit_ask(visit, asks=asks, at=at)
            self._connection.execute(
                "update visits set asks = %s, ask_at = %s where id = %s", [asks, then, visit.id]
            )
        return taken

    def _first(self, condition: str, *values: Any) -> Visit | None:
        row = self._connection.execute(
            f"select {_COLUMNS} from visits where {condition} limit 1", values
        ).fetchone()
        return visit_of(row) if row else None

    def _one(self, id: UUID, locking: str) -> Visit:
        row = self._connection.execute(
            f"select {_COLUMNS} from visits where id = %s {locking}", [id]
        ).fetchone()
        if row is None:
            raise NotFound("visit", public_id("vis", id))
        return visit_of(row)


_CHANGE = """
    update visits set status = %(status)s, reference = %(reference)s, url = %(url)s,
           upi_link = %(upi_link)s, holder = %(holder)s, decline_code = %(decline_code)s,
           attempt_id = %(attempt_id)s, payment_method_id = %(payment_method_id)s,
           ask_at = %(ask_at)s, finished_at = %(finished_at)s
     where id = %(id)s
"""


def terms_as_json(terms: MandateTerms | None) -> dict[str, Any] | None:
    """Spell the terms as they are stored."""
    return None if terms is None else asdict(terms)


def terms_of(stored: dict[str, Any] | None) -> MandateTerms | None:
    """Read stored terms back."""
    if stored is None:
        return None
    end = stored["end"]
    return MandateTerms(
        max_amount=stored["max_amount"],
        currency=stored["currency"],
        frequency=Frequency(stored["frequency"]),
        start=date.fromisoformat(stored["start"]),
        end=None if end is None else date.fromisoformat(end),
        is_fixed=stored["is_fixed"],
    )


def visit_of(row: TupleRow) -> Visit:
    """Return what a row with the columns of a visit says."""
    told = dict(zip(_NAMES, row, strict=True))
    return Visit(
        **told
        | {
            "purpose": Purpose(told["purpose"]),
            "kind": MethodKind(told["kind"]),
            "payer": Guest(**told["payer"]),
            "mandate": terms_of(told["mandate"]),
            "consent": _consent_of(told["consent"]),
            "status": VisitStatus(told["status"]),
        }
    )


def _row(visit: Visit) -> dict[str, Any]:
    row = {name: getattr(visit, name) for name in _NAMES}
    consent = visit.consent
    proof = asdict(consent) | {"at": consent.at.isoformat()} if consent else None
    terms = terms_as_json(visit.mandate)
    return row | {"payer": asdict(visit.payer), "mandate": terms, "consent": proof}


def _consent_of(stored: dict[str, Any] | None) -> Consent | None:
    if stored is None:
        return None
    return Consent(**stored | {"at": datetime.fromisoformat(stored["at"])})
