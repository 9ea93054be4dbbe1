"""Reversals as rows: credit notes that a provider of sales tax has yet to be told of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from khata.core.credit_note import CreditNote
from khata.core.ledger.accounts import Account, tax_payable
from khata.core.note_treatment import NoteTreatment
from khata.core.tax.quotes import Basket, basket_from
from khata.db.rows import Connection
from khata.db.stores.tax_quotes import LEASE


@dataclass(frozen=True, slots=True)
class DueReversal:
    """A note: what it takes back before tax, and of the provider's tax, in minor units.

    `recorded_as` is the provider's id of the sale; None: it has not been told of that yet.
    """

    note_id: UUID
    invoice_id: UUID
    basket: Basket
    recorded_as: str | None
    net: int
    tax: int
    on: date
    tries: int


class TaxReversals:
    """Table tax_reversals; it reads tax_quotes and credit notes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def want(self, notes: Sequence[CreditNote], at: datetime) -> None:
        """Let providers be told of notes that take back tax which they have said."""
        told = [
            one for one in notes if one.treatment is NoteTreatment.GST and _takes_sales_tax(one)
        ]
        if not told:
            return
        self._connection.execute(
            """insert into tax_reversals (credit_note_id, quote_id, state, next_try_at, created_at)
               select w.note, q.id, 'wanted', %(at)s, %(at)s
                 from unnest(%(notes)s::uuid[], %(invoices)s::uuid[]) w (note, invoice)
                 join tax_quotes q on q.invoice_id = w.invoice""",
            {
                "at": at,
                "notes": [one.id for one in told],
                "invoices": [one.invoice.id for one in told],
            },
        )

    def take_due(self, at: datetime, *, limit: int) -> list[DueReversal]:
        """Lease what is due, the oldest first; what others hold is skipped."""
        rows = self._connection.execute(
            """with due as materialized (
                 select credit_note_id from tax_reversals
                  where tenant_id = current_tenant() and next_try_at <= %s
                  order by next_try_at, credit_note_id limit %s
                    for no key update skip locked)
               update tax_reversals r set next_try_at = %s, tries = r.tries + 1
                 from due, tax_quotes q, credit_notes n
                where r.tenant_id = current_tenant() and r.credit_note_id = due.credit_note_id
                  and q.id = r.quote_id and n.id = r.credit_note_id
               returning n.id, q.invoice_id, q.basket, q.recorded_as, n.subtotal,
                 (select coalesce(sum(t.amount), 0)::bigint from credit_note_taxes t
                   where t.credit_note_id = n.id
                     and t.name not in ('CGST', 'SGST', 'UTGST', 'IGST', 'CESS')),
                 n.issued_on, r.tries""",
            [at, limit, at + LEASE],
        ).fetchall()
        return [
            DueReversal(note, invoice, basket_from(basket), *rest)
            for note, invoice, basket, *rest in rows
        ]

    def settle(self, note_id: UUID, state: str, *, told: str | None, why: str | None) -> None:
        """Keep the provider's id of a reversal, or why it refuses it."""
        self._connection.execute(
            "update tax_reversals set state = %s, recorded_as = %s, error = %s, next_try_at = null"
            " where credit_note_id = %s",
            [state, told, None if why is None else why[:1000], note_id],
        )

    def again(self, note_id: UUID, why: str, next_try_at: datetime) -> None:
        """Tell it later, and say why."""
        self._connection.execute(
            "update tax_reversals set next_try_at = %s, error = %s where credit_note_id = %s",
            [next_try_at, why[:1000], note_id],
        )


def _takes_sales_tax(note: CreditNote) -> bool:
    names = {row.name for line in note.lines for row in line.taxes}
    return any(tax_payable(name) is Account.SALES_TAX_PAYABLE for name in names)
