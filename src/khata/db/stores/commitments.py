"""What the lines of a running period gave, for those whose price has a minimum commitment."""

from collections.abc import Sequence
from uuid import UUID

from khata.core.catalog import Item
from khata.core.commitments import Gave, has_been_billed, has_minimum
from khata.core.subscription import Subscription
from khata.db.rows import Connection

# What a credit note took off a line counts as priced: in the same share as off what was billed.
_GAVE = """
    select l.subscription_item_id, min(l.period_start),
           sum(case when l.amount = 0 then coalesce(l.priced, 0)
                    else round(coalesce(l.priced, l.amount)::numeric
                               * (l.amount - l.credited) / l.amount) end)::bigint
      from unnest(%s::uuid[], %s::date[], %s::date[]) as s (id, opens, closes)
      join lateral (
        select id from invoices where subscription_id = s.id
        union select invoice_id from invoice_subscriptions where subscription_id = s.id) own on true
      join invoices i on i.tenant_id = current_tenant() and i.id = own.id and i.status <> 'void'
      join invoice_lines l on l.tenant_id = i.tenant_id and l.invoice_id = i.id
       and coalesce(l.subscription_id, s.id) = s.id
       and l.kind in ('fee', 'usage', 'proration')
       and l.period_start >= s.opens and l.period_end <= s.closes
      join subscription_items m on m.tenant_id = l.tenant_id and m.id = l.subscription_item_id
       and m.price_id = l.price_id
     group by l.subscription_item_id
"""


class Commitments:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def gave(self, taken: Sequence[tuple[Subscription, Sequence[Item]]]) -> dict[UUID, Gave] | None:
        """Return what items have given in the running period; None where none has a minimum."""
        wanted = [
            subscription
            for subscription, items in taken
            if has_been_billed(subscription) and has_minimum(items)
        ]
        periods = [one.period for one in wanted if one.period is not None]
        if not periods:
            return None
        rows = self._connection.execute(
            _GAVE,
            [
                [one.id for one in wanted],
                [period.start for period in periods],
                [period.end for period in periods],
            ],
        )
        return {row[0]: Gave(row[1], row[2]) for row in rows}
