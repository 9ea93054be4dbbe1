"""Do the sums that are kept by day say what the rows behind them say?"""

import psycopg
from psycopg.rows import TupleRow


def differences(connection: psycopg.Connection[TupleRow]) -> list[str]:
    """Say which day's sums are not what its rows come to; nothing where all are."""
    return [
        f"{what} of {day} in {currency}: kept {kept}, counted {counted}"
        for sql in (_POSTINGS, _INVOICES)
        for what, day, currency, kept, counted in connection.execute(sql)
    ]


_POSTINGS = """
    select debit || ' from ' || credit, booked_on, currency, kept, counted
      from (select booked_on, debit, credit, currency,
                   array[sum(count), sum(amount)]::bigint[] as kept
              from posting_days where tenant_id = current_tenant() group by 1, 2, 3, 4) k
      full join (select booked_on, debit, credit, currency,
                        array[count(*), sum(amount)]::bigint[] as counted
                   from postings where tenant_id = current_tenant() group by 1, 2, 3, 4) c
        using (booked_on, debit, credit, currency)
     where coalesce(kept, '{0,0}') <> coalesce(counted, '{0,0}')
     order by 2, 1, 3
"""

_INVOICES = """
    select 'invoices due on ' || due_on, issued_on, currency, kept, counted
      from (select issued_on, due_on, currency,
                   array[sum(count), sum(net), sum(open_count), sum(owed)]::bigint[] as kept
              from invoice_days where tenant_id = current_tenant() group by 1, 2, 3) k
      full join (
        select issued_on, due_on, currency,
               array[count(*) filter (where status not in ('draft', 'void')),
                     coalesce(sum(subtotal - discount)
                       filter (where status not in ('draft', 'void')), 0),
                     count(*) filter (where status = 'open'),
                     coalesce(sum(total - amount_paid - amount_credited)
                       filter (where status = 'open'), 0)
                    ]::bigint[] as counted
          from invoices where tenant_id = current_tenant() group by 1, 2, 3) c
        using (issued_on, due_on, currency)
     where coalesce(kept, '{0,0,0,0}') <> coalesce(counted, '{0,0,0,0}')
     order by 2, 1, 3
"""
