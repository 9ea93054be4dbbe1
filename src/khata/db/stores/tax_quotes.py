"""Quotes of sales tax as rows: what a provider is to be asked, what it said, and who bears it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from khata.core.ids import new_id
from khata.core.invoice import Invoice
from khata.core.tax.quotes import Basket, Quote, TaxQuoteNeeded, basket_from, quote_from
from khata.db.rows import Connection

LEASE: Final = timedelta(minutes=10)  # what somebody took and did not finish is due again


@dataclass(frozen=True, slots=True)
class DueQuote:
    """What a provider is to be asked, or, once an invoice bears its answer, told.

    `recorded_as` is its id of a sale that it knows: that is due once more when it was voided.
    """

    id: UUID
    basket: Basket
    subscription_ids: tuple[UUID, ...]
    tries: int
    quote: Quote | None
    invoice_id: UUID | None
    recorded_as: str | None


class TaxQuotes:
    """Table tax_quotes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def want(self, needed: Sequence[tuple[TaxQuoteNeeded, UUID | None]], at: datetime) -> None:
        """Let providers be asked at once; each subscription that waits is kept beside its ask."""
        for refusal, subscription in needed:
            basket = refusal.basket
            self._connection.execute(
                """insert into tax_quotes as q (id, basket_key, basket, provider, asked_on,
                     subscription_ids, state, next_try_at, created_at)
                   values (%(id)s, %(key)s, %(basket)s, %(provider)s, %(on)s, %(waiting)s,
                     'wanted', %(at)s, %(at)s)
                   on conflict (tenant_id, basket_key) where invoice_id is null do update set
                     state = 'wanted', tries = 0, next_try_at = %(at)s, error_code = null,
                     error = null, subscription_ids =
                       array(select distinct unnest(q.subscription_ids || %(waiting)s::uuid[]))""",
                {
                    "id": new_id(at),
                    "key": basket.key,
                    "basket": Jsonb(basket.stored()),
                    "provider": basket.provider,
                    "on": basket.on,
                    "waiting": [] if subscription is None else [subscription],
                    "at": at,
                },
            )

    def take_due(self, at: datetime, *, limit: int) -> list[DueQuote]:
        """Lease what is due, the oldest first; what others hold is skipped."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(
                """with due as materialized (
                     select id from tax_quotes
                      where tenant_id = current_tenant() and next_try_at <= %s
                      order by next_try_at, id limit %s for no key update skip locked)
                   update tax_quotes q set next_try_at = %s, tries = q.tries + 1 from due
                    where q.tenant_id = current_tenant() and q.id = due.id
                   returning q.id, q.basket_key, q.basket, q.subscription_ids, q.tries,
                     q.reference, q.answer, q.expires_at, q.invoice_id, q.recorded_as""",
                [at, limit, at + LEASE],
            ).fetchall()
        return [_due(row) for row in rows]

    def wake(self, at: datetime) -> None:
        """Let all that waits for a provider be looked at now: another was chosen, or none."""
        self._connection.execute(
            "update tax_quotes set next_try_at = %s where next_try_at > %s", [at, at]
        )

    def keep(self, id: UUID, quote: Quote) -> bool:
        """Keep an answer; False where it is waited for no more."""
        cursor = self._connection.execute(
            "update tax_quotes set state = 'quoted', reference = %s, answer = %s, expires_at = %s,"
            " next_try_at = null, tries = 0, error_code = null, error = null"
            " where id = %s and state = 'wanted'",
            [quote.reference, Jsonb(quote.stored()), quote.expires_at, id],
        )
        return cursor.rowcount == 1

    def refuse(self, one: DueQuote, code: str, why: str) -> None:
        """Keep that the provider says no: to the question, or to the sale it was told of."""
        state = "refused" if one.invoice_id is None else "unrecorded"
        self._connection.execute(
            "update tax_quotes set state = %s, next_try_at = null, error_code = %s, error = %s"
            " where id = %s and state in ('wanted', 'used', 'recorded')",
            [state, code, why[:1000], one.id],
        )

    def again(self, id: UUID, why: str, next_try_at: datetime) -> None:
        """Ask again later, and say why."""
        self._connection.execute(
            "update tax_quotes set next_try_at = %s, error_code = 'provider_away', error = %s"
            " where id = %s and state in ('wanted', 'used', 'recorded')",
            [next_try_at, why[:1000], id],
        )

    def why_refused(self, key: str) -> str | None:
        """Return the provider's no to a basket, where it has said one."""
        row = self._connection.execute(
            "select error from tax_quotes where basket_key = %s and state = 'refused'", [key]
        ).fetchone()
        return None if row is None else row[0]

    def recorded(self, id: UUID, recorded_as: str, at: datetime) -> None:
        """Keep the provider's id of the sale it was told of; one voided meanwhile is due again."""
        self._connection.execute(
            "update tax_quotes q set state = 'recorded', recorded_as = %s, tries = 0,"
            " next_try_at = (select %s::timestamptz from invoices i"
            "   where i.tenant_id = q.tenant_id and i.id = q.invoice_id and i.status = 'void'),"
            " error_code = null, error = null where q.id = %s and q.state = 'used'",
            [recorded_as, at, id],
        )

    def void(self, invoice_id: UUID, at: datetime) -> None:
        """Let the provider be told that a sale is none: at once, if it knows or may know of it.

        One that it was never told of it is not told of any more.
        """
        self._connection.execute(
            "update tax_quotes set next_try_at = null, state = 'unrecorded',"
            " error_code = 'voided', error = 'The invoice was voided before the provider knew'"
            " where invoice_id = %s and state = 'used' and tries = 0",
            [invoice_id],
        )
        self._connection.execute(
            "update tax_quotes set next_try_at = %s, tries = 0"
            " where invoice_id = %s and state = 'recorded'",
            [at, invoice_id],
        )

    def taken_back(self, id: UUID, by: str) -> None:
        """Keep that the provider knows of the void; `by` is its id of the reversal."""
        self._connection.execute(
            "update tax_quotes set state = 'unrecorded', next_try_at = null,"
            " error_code = 'voided', error = %s where id = %s and state = 'recorded'",
            [f"The invoice was voided; the provider took the sale back as {by}", id],
        )


def use_quotes(connection: Connection, invoices: Sequence[Invoice], at: datetime) -> None:
    """Let invoices that were just stored bear their quotes, each its own, and be told of.

    Two that were decided with one quote at the same moment: the second fails, and is decided anew.
    """
    for invoice in invoices:
        levy = invoice.supply.levy
        if levy is None or levy.quote is None:
            continue
        used = connection.execute(
            "update tax_quotes set state = 'used', invoice_id = %s, next_try_at = %s, tries = 0"
            " where basket_key = %s and state = 'quoted' returning id",
            [invoice.id, at, levy.quote],
        )
        if used.fetchone() is None:  # fetched, as a pipeline counts no rows
            raise RuntimeError(f"the quote of {invoice.id} is another invoice's by now")


def _due(row: Mapping[str, Any]) -> DueQuote:
    quote = None
    if row["answer"] is not None:
        quote = quote_from(
            row["basket_key"], row["reference"] or "", row["answer"], row["expires_at"]
        )
    return DueQuote(
        row["id"],
        basket_from(row["basket"]),
        tuple(row["subscription_ids"]),
        row["tries"],
        quote,
        row["invoice_id"],
        row["recorded_as"],
    )
