"""What was billed, as crediting it sees it: issued invoices with what is left of each line."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from khata.core.credit_note import BilledInvoice, BilledLine, BilledTax
from khata.core.periods import Period
from khata.core.tax.levy import grouped_names
from khata.db.rows import Connection


class Billed:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_subscriptions(
        self, after: Mapping[UUID, date], *, lock: bool = True
    ) -> dict[UUID, tuple[BilledInvoice, ...]]:
        """Return the invoices that billed days after these, by subscription, the oldest first.

        They stay as they are until the transaction ends, unless this is only a preview.
        """
        locking = " for no key update of i" if lock else ""
        rows = self._connection.execute(
            _INVOICES.format(which=_BEYOND) + locking,
            [list(after), list(after.values()), list(after), list(after)],
        )
        found: dict[UUID, list[BilledInvoice]] = {}
        for row in rows:
            invoice = _invoice(row)
            for id in row[13] or [invoice.subscription_id]:
                if id in after:
                    found.setdefault(id, []).append(replace(invoice, subscription_id=id))
        return {id: tuple(invoices) for id, invoices in found.items()}

    def invoice(self, id: UUID) -> BilledInvoice | None:
        """Return one invoice that was issued and stands, or None; its row is locked before."""
        row = self._connection.execute(_INVOICES.format(which="i.id = %s"), [id]).fetchone()
        return None if row is None else _invoice(row)


# What takes days back ends a line's use; a note for another reason only takes money. What a revised
# invoice sold was sold with the one in whose place it is, and the time for notes runs from there.
_INVOICES = """
    select i.id, i.number, i.registration_id, i.customer_id, i.subscription_id, i.currency,
           i.total,
           case when i.status = 'open' and not exists (
             select from attempts a where a.invoice_id = i.id
                and (a.status in ('sending', 'pending', 'unknown')
                     or (a.status = 'failed' and a.late_until is not null)))
             then i.total - i.amount_paid - i.amount_credited else 0 end as owed,
           i.round_off,
           (select coalesce(sum(n.total), 0)::bigint from credit_notes n
             where n.invoice_id = i.id and n.voided_at is null),
           i.seller_party_id, i.buyer_party_id,
           (select jsonb_agg(to_jsonb(v) order by v.position)
              from (select l.position, l.kind, l.subscription_item_id, l.description, l.tax_code,
                           l.period_start, l.period_end, l.full_start, l.full_end, l.amount,
                           l.credited, l.basis, l.subscription_id,
                           coalesce((
                             select min(c.period_start) from credit_note_lines c
                              where c.invoice_id = l.invoice_id and c.line_position = l.position
                                and c.takes_days),
                             l.period_end) as used_until,
                           (select coalesce(sum(c.amount), 0)::bigint
                              from credit_note_lines c
                              join credit_notes n on n.id = c.credit_note_id
                               and n.treatment = 'commercial'
                             where c.invoice_id = l.invoice_id
                               and c.line_position = l.position) as without_tax,
                           (select coalesce(jsonb_agg(to_jsonb(t) order by t.position), '[]')
                              from (select x.position, x.name, x.rate, x.taxable, x.amount,
                                           x.credited
                                      from line_taxes x where x.invoice_id = l.invoice_id
                                       and x.line_position = l.position) t) as taxes
                      from invoice_lines l where l.invoice_id = i.id) v) as lines,
           array(select j.subscription_id from invoice_subscriptions j
                  where j.invoice_id = i.id order by 1) as billed,
           coalesce(o.issued_on, i.issued_on),
           (select (r.annual_returns ->> coalesce(o.financial_year, i.financial_year))::date
              from registrations r where r.id = i.registration_id) as annual_return_on,
           (select p.facts ->> 'gstin' is not null from parties p where p.id = i.buyer_party_id),
           i.levy
      from invoices i
      left join invoices o on i.document_kind = 'revised_invoice'
       and o.tenant_id = i.tenant_id and o.id = i.original_invoice_id
     where i.status in ('open', 'paid') and {which}
     order by i.id
"""
_BEYOND = """
    exists (select from unnest(%s::uuid[], %s::date[]) as w (subscription_id, day)
             join invoice_lines l on l.invoice_id = i.id
            where w.subscription_id = coalesce(l.subscription_id, i.subscription_id)
              and l.period_end > w.day)
    and i.id = any(array(
      select id from invoices where subscription_id = any(%s)
      union select invoice_id from invoice_subscriptions where subscription_id = any(%s)))
"""


def _invoice(row: Sequence[Any]) -> BilledInvoice:
    grouped = grouped_names(row[17])
    lines = tuple(_line(row[0], line, grouped) for line in row[12] or ())
    values: list[Any] = [*row[:12], lines, *row[14:17]]
    return BilledInvoice(*values)


def _line(invoice_id: UUID, line: dict[str, Any], grouped: frozenset[str]) -> BilledLine:
    item_id = line["subscription_item_id"]
    return BilledLine(
        invoice_id,
        line["position"],
        line["kind"],
        UUID(item_id) if item_id else None,
        line["description"],
        line["tax_code"],
        _period(line, "period"),
        _period(line, "full"),
        line["amount"],
        line["credited"],
        tuple(
            BilledTax(
                tax["name"],
                tax["rate"],
                tax["taxable"],
                tax["amount"],
                tax["credited"],
                tax["name"] in grouped,
            )
            for tax in line["taxes"]
        ),
        date.fromisoformat(line["used_until"]),
        line["basis"],
        UUID(line["subscription_id"]) if line["subscription_id"] else None,
        line["without_tax"],
    )


def _period(line: dict[str, Any], name: str) -> Period:
    return Period(
        date.fromisoformat(line[f"{name}_start"]), date.fromisoformat(line[f"{name}_end"])
    )
