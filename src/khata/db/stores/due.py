"""What is due: a batch of subscriptions, locked, with all that deciding them needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import TupleRow

from khata.core.catalog import Item, PriceModel
from khata.core.ids import public_id
from khata.core.refusal import NotFound, Refusal
from khata.core.renewal import Due
from khata.core.subscription import Subscription
from khata.core.tax.parties import Buyer
from khata.core.terms import SellerTerms, TermsOfDay
from khata.db.rows import Connection
from khata.db.stores.sellers import Sellers
from khata.db.stores.subscriptions import COLUMNS, from_row

_WITH_BUYER = f"""
    select {COLUMNS}, c.timezone, c.party_id, c.country, c.state, t.value, c.sez,
           c.address ->> 'line1' is not null
      from subscriptions s
      join customers c on c.tenant_id = s.tenant_id and c.id = s.customer_id
      left join tax_ids t on t.tenant_id = c.tenant_id and t.customer_id = c.id
        and t.type = 'in_gst'
"""
_TAKE_DUE = (
    _WITH_BUYER
    + """
     where s.tenant_id = current_tenant() and s.next_billing_at <= %s and s.id <> all(%s)
     order by s.next_billing_at, s.id
     limit %s
       for no key update of s skip locked
"""
)
_TAKE = (
    _WITH_BUYER
    + """
     where s.id = any(%s) and s.next_billing_at <= %s
     order by s.next_billing_at, s.id
       for no key update of s skip locked
"""
)
_READ = _WITH_BUYER + " where s.id = %s"

_ITEMS = """
    select i.subscription_id, i.id, i.position, i.plan_id, i.price_id, p.name, d.tax_code,
           r.model, r.amount, i.quantity
      from subscription_items i
      join plans p on p.tenant_id = i.tenant_id and p.id = i.plan_id
      join products d on d.tenant_id = p.tenant_id and d.id = p.product_id
      join prices r on r.tenant_id = i.tenant_id and r.id = i.price_id
     where i.subscription_id = any(%s)
     order by i.subscription_id, i.position
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A locked subscription, its items, and its buyer's tax side; the terms are yet to decide."""

    subscription: Subscription
    items: tuple[Item, ...]
    buyer: Buyer
    buyer_party_id: UUID
    timezone: str  # the customer's, as it is now


@dataclass(frozen=True, slots=True)
class Refused:
    """A subscription for which no decision could be made, and why."""

    subscription: Subscription
    refusal: Refusal


class DueWork:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take_due(self, at: datetime, *, limit: int, but: Sequence[UUID] = ()) -> list[Taken]:
        """Lock and return what is due by `at`, the longest due first; skip what others hold."""
        return self._taken(self._rows(_TAKE_DUE, [at, list(but), limit]))

    def take(self, ids: Sequence[UUID], at: datetime) -> list[Taken]:
        """The same for named subscriptions: one is a batch of one."""
        return self._taken(self._rows(_TAKE, [list(ids), at]))

    def read(self, id: UUID) -> Taken:
        """Return one subscription without locking it, for a preview. Raises: NotFound."""
        taken = self._taken(self._rows(_READ, [id]))
        if not taken:
            raise NotFound("subscription", public_id("sub", id))
        return taken[0]

    def with_terms(self, taken: Sequence[Taken], *, on: date) -> tuple[list[Due], list[Refused]]:
        """Join each with its terms on that day; what the tax law refuses is told apart."""
        return with_terms(taken, self.terms_of(taken, on=on))

    def terms_of(self, taken: Sequence[Taken], *, on: date) -> TermsOfDay:
        """Read the sellers of these, and return the terms on that day between any two of them."""
        return TermsOfDay(on, self._sellers([one.subscription.registration_id for one in taken]))

    def _sellers(self, ids: Sequence[UUID]) -> Callable[[UUID], SellerTerms]:
        """Return a look-up of the registrations that issue these subscriptions' invoices."""
        row = self._connection.execute("select livemode from tenants").fetchone()
        livemode = row is not None and row[0]
        found = {
            id: SellerTerms(id, one.party_id, one.seller, one.series["invoice"], livemode)
            for id, one in Sellers(self._connection).of(list(set(ids))).items()
        }
        return found.__getitem__

    def _rows(self, sql: str, parameters: list[Any]) -> list[TupleRow]:
        # In binary: ids, the most of it, are read in half the time.
        return self._connection.execute(sql, parameters, binary=True).fetchall()

    def _taken(self, rows: Sequence[Sequence[object]]) -> list[Taken]:
        if not rows:
            return []
        items = self._items([row[0] for row in rows])
        taken = []
        for row in rows:
            timezone, party_id, *buyer = row[-7:]
            taken.append(
                Taken(
                    from_row(tuple(row)),
                    tuple(items.get(row[0], ())),
                    Buyer(*buyer),  # type: ignore[arg-type]
                    party_id,  # type: ignore[arg-type]
                    timezone,  # type: ignore[arg-type]
                )
            )
        return taken

    def _items(self, ids: Sequence[object]) -> dict[object, list[Item]]:
        items: dict[object, list[Item]] = {}
        for row in self._rows(_ITEMS, [ids]):
            items.setdefault(row[0], []).append(
                Item(
                    row[1], row[2], row[3], row[4], row[5], row[6], _MODELS[row[7]], row[8], row[9]
                )
            )
        return items


_MODELS = {model.value: model for model in PriceModel}


def with_terms(taken: Sequence[Taken], terms: TermsOfDay) -> tuple[list[Due], list[Refused]]:
    """Join each with its terms; what the tax law refuses is told apart."""
    due, refused = [], []
    for one in taken:
        subscription = one.subscription
        try:
            decided = terms.of(subscription.registration_id, one.buyer, one.buyer_party_id)
        except Refusal as refusal:
            refused.append(Refused(subscription, refusal))
        else:
            due.append(Due(subscription, one.items, decided, one.timezone))
    return due, refused
