"""E-invoices as rows: what is to be registered at a portal, and what came of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row

from khata.core.e_invoice.registration import Registered
from khata.core.e_invoice.standing import HELD, EInvoice, Kind
from khata.core.e_invoice.states import EInvoiceState
from khata.core.ids import new_ids
from khata.db.rows import Connection

LEASE: Final = timedelta(minutes=10)  # what somebody took and did not finish is due again

E_INVOICES: Final = """(select e.*, coalesce(n.number, i.number) as number,
           coalesce(n.issued_on, i.issued_on) as issued_on
      from e_invoices e
      join invoices i on i.tenant_id = e.tenant_id and i.id = e.invoice_id
      left join credit_notes n on n.tenant_id = e.tenant_id and n.id = e.credit_note_id) e"""
E_INVOICE_FIELDS: Final = """id, kind, invoice_id, credit_note_id, registration_id, state, number,
    issued_on, irn, ack_number, ack_at, signed_qr, by_hand, tries, next_try_at, error_code, error,
    last_day, cancel_reason, cancel_remark, cancelled_at, created_at, warned_at"""

# Whose portal takes it: sold to a registered person or abroad, since the connection holds.
# What else decides (turnover, natures of lines) is looked at before it is sent.
# `offset 0` keeps each document a look-up by its key: the planner, which does not know how many
# are new, would rather read all that the registration ever issued.
_BOUND = """i.document_kind in ('invoice', 'debit_note')
       and i.supply_kind <> 'out_of_scope'
       and (i.supply_kind = 'export' or b.facts ->> 'gstin' is not null
            or b.facts ->> 'tax_id_type' = 'in_gst')"""
# A revised invoice has none itself; a note against it is one as any other.
_BOUND_NOTES = _BOUND.replace("'debit_note'", "'debit_note', 'revised_invoice'")
_WANT_INVOICES = f"""
    insert into e_invoices (id, kind, invoice_id, registration_id, state, next_try_at, held_until,
      created_at)
    select r.id, 'invoice', i.id, i.registration_id, 'pending', %(at)s, %(held)s, %(at)s
      from unnest(%(ids)s::uuid[], %(documents)s::uuid[]) r (id, document)
     cross join lateral (select * from invoices
       where tenant_id = current_tenant() and id = r.document offset 0) i
      join irp_connections c on c.tenant_id = i.tenant_id and c.registration_id = i.registration_id
     cross join lateral (select facts from parties
       where tenant_id = i.tenant_id and id = i.buyer_party_id offset 0) b
     where {_BOUND} and i.issued_on >= c.valid_from and i.status <> 'void'
    on conflict do nothing"""
_WANT_NOTES = f"""
    insert into e_invoices (id, kind, invoice_id, credit_note_id, registration_id, state,
      next_try_at, held_until, created_at)
    select r.id, 'credit_note', i.id, n.id, n.registration_id, 'pending', %(at)s, %(held)s, %(at)s
      from unnest(%(ids)s::uuid[], %(documents)s::uuid[]) r (id, document)
     cross join lateral (select * from credit_notes
       where tenant_id = current_tenant() and id = r.document offset 0) n
     cross join lateral (select * from invoices
       where tenant_id = n.tenant_id and id = n.invoice_id offset 0) i
      join irp_connections c on c.tenant_id = i.tenant_id and c.registration_id = i.registration_id
     cross join lateral (select facts from parties
       where tenant_id = i.tenant_id and id = i.buyer_party_id offset 0) b
     where {_BOUND_NOTES} and n.issued_on >= c.valid_from and n.voided_at is null
    on conflict do nothing"""

_BY_HAND = {
    Kind.INVOICE: """
    insert into e_invoices (id, kind, invoice_id, registration_id, state, created_at)
    select %(id)s, 'invoice', id, registration_id, 'manual', %(at)s
      from invoices where id = %(document)s
    on conflict do nothing""",
    Kind.CREDIT_NOTE: """
    insert into e_invoices (id, kind, invoice_id, credit_note_id, registration_id, state,
      created_at)
    select %(id)s, 'credit_note', invoice_id, id, registration_id, 'manual', %(at)s
      from credit_notes where id = %(document)s
    on conflict do nothing""",
}


class EInvoices:
    """Table e_invoices."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def want(self, kind: Kind, documents: Sequence[UUID], at: datetime) -> None:
        """Want an IRN for those that a portal takes; without a connection this writes nothing."""
        self._connection.execute(
            (_WANT_INVOICES if kind is Kind.INVOICE else _WANT_NOTES).encode(),
            {
                "ids": new_ids(at, len(documents)),
                "documents": list(documents),
                "at": at,
                "held": at + HELD,
            },
        )

    def add_by_hand(self, id: UUID, kind: Kind, document: UUID, at: datetime) -> None:
        """Add one whose IRN was taken at the portal, where khata has no connection to it."""
        self._connection.execute(
            _BY_HAND[kind].encode(), {"id": id, "document": document, "at": at}
        )

    def take_due(self, at: datetime, *, limit: int) -> list[EInvoice]:
        """Lease what is due, the oldest first; what others hold is skipped."""
        rows = self._connection.execute(
            """with due as materialized (
                 select id from e_invoices
                  where tenant_id = current_tenant() and next_try_at <= %s
                  order by next_try_at, id limit %s for no key update skip locked)
               update e_invoices e set next_try_at = %s from due
                where e.tenant_id = current_tenant() and e.id = due.id
               returning e.id""",
            [at, limit, at + LEASE],
        ).fetchall()
        return self._found("id = any(%s) order by id", [row[0] for row in rows])

    def get(self, id: UUID) -> EInvoice | None:
        return next(iter(self._found("id = %s", id)), None)

    def lock(self, id: UUID) -> EInvoice:
        """Return one, locked until the transaction ends; it is there."""
        self._connection.execute("select 1 from e_invoices where id = %s for update", [id])
        [found] = self._found("id = %s", id)
        return found

    def of_invoice(self, invoice_id: UUID, *, lock: bool = False) -> EInvoice | None:
        """Return that of an invoice itself, or None."""
        if lock:
            self._connection.execute(
                "select 1 from e_invoices where invoice_id = %s and kind = 'invoice' for update",
                [invoice_id],
            )
        return next(iter(self._found("invoice_id = %s and kind = 'invoice'", invoice_id)), None)

    def of_note(self, note_id: UUID) -> EInvoice | None:
        return next(iter(self._found("credit_note_id = %s", note_id)), None)

    def set_state(self, id: UUID, state: EInvoiceState, **facts: Any) -> None:
        """Write a state and what goes with it: tries, next_try_at, error_code, error, last_day."""
        columns = "".join(f", {name} = %({name})s" for name in facts)
        self._connection.execute(
            f"update e_invoices set state = %(state)s{columns} where id = %(id)s".encode(),
            {"id": id, "state": state, **facts},
        )

    def register(self, id: UUID, held: Registered, *, by_hand: bool = False) -> None:
        """Keep what the portal gave; nothing waits for it any more."""
        self.set_state(
            id,
            EInvoiceState.GENERATED,
            irn=held.irn,
            ack_number=held.ack_number,
            ack_at=held.ack_at,
            signed_invoice=held.signed_invoice or None,
            signed_qr=held.signed_qr or None,
            by_hand=by_hand,
            next_try_at=None,
            error_code=None,
            error=None,
        )

    def let_mails_go(self, one: EInvoice, at: datetime) -> None:
        """Let the mails be due that have waited for it."""
        self._connection.execute("update e_invoices set held_until = null where id = %s", [one.id])
        which = "credit_note_id = %(id)s"
        if one.kind is Kind.INVOICE:
            which = "invoice_id = %(id)s and attaches_invoice"
        self._connection.execute(
            f"""update mails set next_try_at = %(at)s
                 where tenant_id = current_tenant() and {which} and status = 'queued'
                   and tries = 0 and next_try_at > %(at)s""".encode(),
            {"id": one.document_id, "at": at},
        )

    def wake(self, registration_id: UUID, at: datetime) -> None:
        """Let those be due that wait for a connection of their registration."""
        self._connection.execute(
            """update e_invoices set next_try_at = %s
                where registration_id = %s and state in ('pending', 'retrying')
                  and (next_try_at is null or next_try_at > %s)""",
            [at, registration_id, at],
        )

    def follow_voided(self, invoices: Sequence[UUID], at: datetime) -> None:
        """Let IRNs of invoices that are void be cancelled; others need none any more."""
        self._connection.execute(
            """update e_invoices e set
                 state = case when e.state in ('pending', 'failed', 'manual')
                              then 'not_applicable' else e.state end,
                 cancel_reason = case when e.state = 'generated' then 'order_cancelled' end,
                 cancel_remark = case when e.state = 'generated' then 'The invoice is void' end,
                 held_until = null,
                 next_try_at = case when e.state in ('pending', 'failed', 'manual') then null
                                    else %(at)s end
               where e.kind = 'invoice' and e.invoice_id = any(%(ids)s)
                 and e.state not in ('cancelled', 'not_applicable') and e.cancel_reason is null""",
            {"ids": list(invoices), "at": at},
        )

    def take_back_of_void(self, id: UUID, at: datetime) -> None:
        """Let an IRN be cancelled whose invoice became void while the portal was asked for it."""
        self._connection.execute(
            """update e_invoices e set next_try_at = %s, cancel_reason = 'order_cancelled',
                      cancel_remark = 'The invoice is void'
                 from invoices i
                where e.id = %s and e.kind = 'invoice' and i.tenant_id = e.tenant_id
                  and i.id = e.invoice_id and i.status = 'void'""",
            [at, id],
        )

    def _found(self, condition: str, *values: Any) -> list[EInvoice]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            sql = f"select {E_INVOICE_FIELDS} from {E_INVOICES} where {condition}"
            return [e_invoice_of(row) for row in cursor.execute(sql.encode(), values)]


def e_invoice_of(row: Mapping[str, Any]) -> EInvoice:
    """Return what a row of E_INVOICE_FIELDS says."""
    return EInvoice(**{**row, "kind": Kind(row["kind"]), "state": EInvoiceState(row["state"])})
