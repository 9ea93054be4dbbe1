"""What a form offers to choose from."""

from dataclasses import dataclass
from uuid import UUID

from khata.db.reads.browse import Connection
from khata.db.reads.views import views

MOST = 200  # beyond that nobody looks through a list; the API names any


@dataclass(frozen=True, slots=True)
class PlanChoice:
    id: UUID
    name: str
    code: str
    interval: str
    interval_count: int


def plans_for(connection: Connection, *, currency: str, tax_behavior: str) -> list[PlanChoice]:
    """Return the plans that a subscription can change to: sold in its currency, taxed as it is."""
    return views(
        connection,
        PlanChoice,
        """
        select p.id, p.name, p.code, p.interval, p.interval_count
          from plans p
         where p.tax_behavior = %(tax_behavior)s
           and exists (select from prices r
                        where r.plan_id = p.id and r.currency = %(currency)s and r.version > 0)
         order by p.name, p.id limit %(most)s
        """,
        currency=currency,
        tax_behavior=tax_behavior,
        most=MOST,
    )
