"""Questions of the one-stop shop's return: what was sold under a scheme in a quarter."""

from uuid import UUID

from khata.core.tax.oss import OssAmount, Quarter
from khata.db.rows import Connection

# Each invoice and each credit note by rate. A void invoice takes no part; its number was never
# supplied under. A note belongs to the quarter of its own day, and corrects its invoice's; so
# does a debit note, whose amounts are below zero since a correction lowers.
_AMOUNTS = """
    select i.issued_on as on_day, o.issued_on as of_day, i.levy ->> 'country', t.rate, i.currency,
           (case when o.id is null then 1 else -1 end * sum(t.taxable))::bigint,
           (case when o.id is null then 1 else -1 end * sum(t.amount))::bigint
      from invoices i
      left join invoices o on o.tenant_id = i.tenant_id and o.id = i.original_invoice_id
      join line_taxes t on t.tenant_id = i.tenant_id and t.invoice_id = i.id and t.name = 'VAT'
     where i.registration_id = %(registration)s and i.levy ->> 'scheme' = %(scheme)s
       and i.status in ('open', 'paid', 'uncollectible')
       and i.issued_on >= %(start)s and i.issued_on < %(after)s
     group by i.id, o.id, i.issued_on, o.issued_on, i.levy, t.rate, i.currency
    union all
    select n.issued_on, coalesce(o.issued_on, i.issued_on), i.levy ->> 'country', t.rate,
           i.currency, sum(t.taxable)::bigint, sum(t.amount)::bigint
      from credit_notes n
      join invoices i on i.tenant_id = n.tenant_id and i.id = n.invoice_id
      left join invoices o on o.tenant_id = i.tenant_id and o.id = i.original_invoice_id
      join credit_note_taxes t on t.tenant_id = n.tenant_id and t.credit_note_id = n.id
        and t.name = 'VAT'
     where i.registration_id = %(registration)s and i.levy ->> 'scheme' = %(scheme)s
       and n.issued_on >= %(start)s and n.issued_on < %(after)s
     group by n.id, n.issued_on, o.issued_on, i.issued_on, i.levy, t.rate, i.currency
"""


def oss_amounts(
    connection: Connection, registration: UUID, quarter: Quarter, scheme: str
) -> list[OssAmount]:
    """Return what documents of a quarter bring into the return of a scheme."""
    rows = connection.execute(
        _AMOUNTS,
        {
            "registration": registration,
            "scheme": scheme,
            "start": quarter.start,
            "after": quarter.after,
        },
    ).fetchall()
    return [
        OssAmount(
            quarter,
            country,
            rate,
            currency,
            taxable,
            tax,
            corrects=None if of_day is None else Quarter.of(of_day),
        )
        for _, of_day, country, rate, currency, taxable, tax in rows
    ]
