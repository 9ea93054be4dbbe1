"""What a tenant has told of its taxes: its own rates, its turnovers, rates of exchange."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import orjson
from psycopg.rows import dict_row

from khata.core.tax.nature import Nature
from khata.core.tax.quotes import TaxProviderName, TaxProviderTerms, quote_from
from khata.core.tax.rate_table import OwnRates, Rate
from khata.core.tax.rupees import OLDEST_DAYS, ExchangeRate
from khata.core.tax.tenant_facts import TenantFacts
from khata.db.rows import Connection

RATE_FIELDS = """id, prefix, percent::text, cess::text, nature, valid_from, valid_to, note, source,
    created_at"""
TURNOVER_FIELDS = "id, financial_year, amount, created_at"
EXCHANGE_FIELDS = "id, currency, quoted_on, rate::text, source, created_at"

# All of it as one JSON text, for the query that reads who sells, of the day `on`.
_EXCHANGE_DAYS = """
    coalesce((select (policies ->> 'exchange_rate_days')::int from tenants), %(days)s)
"""
TENANT_FACTS = f"""
    (select json_build_object(
       'rates', (select json_agg(r) from (
          select prefix, percent::text, cess::text, nature, valid_from, valid_to, note, source
            from tax_rates order by prefix, valid_from) r),
       'turnovers', (select json_object_agg(financial_year, amount order by id) from turnovers),
       'exchange_days', {_EXCHANGE_DAYS},
       'exchange', (select json_agg(e) from (
          select currency, quoted_on, rate::text, source
            from exchange_rates where quoted_on between %(on)s - {_EXCHANGE_DAYS} and %(on)s
           order by currency, quoted_on desc) e),
       'provider', (select json_build_array(provider, product_code) from tax_providers),
       'quotes', (select json_agg(json_build_array(q.basket_key, q.reference, q.answer,
                           to_char(q.expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))
                     from tax_quotes q where q.state = 'quoted' and q.asked_on = %(on)s)))::text
"""


def days_of_facts(on: date) -> dict[str, date | int]:
    """Return what bounds TENANT_FACTS for documents of a day."""
    return {"on": on, "days": OLDEST_DAYS}


def facts_of(text: str) -> TenantFacts:
    """Return what TENANT_FACTS has read."""
    told: dict[str, Any] = orjson.loads(text)
    return TenantFacts(
        rates=tuple(rate_of_row(row) for row in told["rates"] or ()),
        turnovers=told["turnovers"] or {},
        exchange=tuple(_exchange(row) for row in told["exchange"] or ()),
        exchange_days=told["exchange_days"],
        provider=_provider(told["provider"]),
        quotes=tuple(
            quote_from(key, reference, answer, datetime.fromisoformat(until) if until else None)
            for key, reference, answer, until in told["quotes"] or ()
        ),
    )


class TaxFacts:
    """Tables tax_rates, turnovers and exchange_rates."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def on(self, day: date) -> TenantFacts:
        """Return all that counts for documents of a day."""
        row = self._connection.execute(f"select {TENANT_FACTS}", days_of_facts(day)).fetchone()
        assert row is not None  # a select without a table has one row
        return facts_of(row[0])

    def rates(self) -> OwnRates:
        """Return every rate of the tenant's own."""
        return tuple(
            rate_of_row(row)
            for row in self._rows(f"select {RATE_FIELDS} from tax_rates order by prefix")
        )

    def lock_rate(self, id: UUID) -> Rate | None:
        """Return a rate, held until the transaction ends, or None."""
        rows = self._rows(
            f"select {RATE_FIELDS} from tax_rates where id = %(id)s for update", id=id
        )
        return rate_of_row(rows[0]) if rows else None

    def add_rate(self, id: UUID, rate: Rate, at: datetime) -> None:
        self._connection.execute(
            "insert into tax_rates (id, prefix, percent, cess, nature, valid_from, valid_to, note,"
            " source, created_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                id,
                rate.prefix,
                _decimal(rate.percent or Fraction(0)),
                _decimal(rate.cess),
                rate.nature,
                rate.valid_from,
                rate.valid_to,
                rate.note,
                rate.source,
                at,
            ],
        )

    def end_rate(self, id: UUID, last_day: date | None) -> None:
        """Let a rate end on a day, or go on."""
        self._connection.execute("update tax_rates set valid_to = %s where id = %s", [last_day, id])

    def add_turnover(self, id: UUID, year: str, amount: int, at: datetime) -> None:
        """Keep what is said of a financial year, in paise; the latest word counts."""
        self._connection.execute(
            "insert into turnovers (id, financial_year, amount, created_at)"
            " values (%s, %s, %s, %s)",
            [id, year, amount, at],
        )

    def turnover(self, id: UUID) -> Mapping[str, Any] | None:
        """Return a word on a turnover as a row of TURNOVER_FIELDS, or None."""
        sql = f"select {TURNOVER_FIELDS} from turnovers where id = %(id)s"
        return next(iter(self._rows(sql, id=id)), None)

    def add_exchange_rate(self, id: UUID, rate: ExchangeRate, at: datetime) -> bool:
        """Keep a rate; answer False where the currency has one on that day."""
        cursor = self._connection.execute(
            "insert into exchange_rates (id, currency, quoted_on, rate, source, created_at)"
            " values (%s, %s, %s, %s, %s, %s) on conflict do nothing",
            [id, rate.currency, rate.on, rate.rate, rate.source, at],
        )
        return cursor.rowcount == 1

    def exchange_between(
        self, first: date, last: date, currencies: Sequence[str]
    ) -> list[ExchangeRate]:
        """Return the rates of some currencies from a day to a day."""
        sql = (
            "select currency, quoted_on, rate, source from exchange_rates"
            " where currency = any(%(currencies)s) and quoted_on between %(first)s and %(last)s"
        )
        rows = self._rows(sql, currencies=list(currencies), first=first, last=last)
        return [_exchange(row) for row in rows]

    def exchange_rate(self, id: UUID) -> Mapping[str, Any] | None:
        """Return a rate of exchange as a row of EXCHANGE_FIELDS, or None."""
        sql = f"select {EXCHANGE_FIELDS} from exchange_rates where id = %(id)s"
        return next(iter(self._rows(sql, id=id)), None)

    def rate_row(self, id: UUID) -> Mapping[str, Any] | None:
        """Return a rate of the tenant's own as a row of RATE_FIELDS, or None."""
        sql = f"select {RATE_FIELDS} from tax_rates where id = %(id)s"
        return next(iter(self._rows(sql, id=id)), None)

    def _rows(self, sql: str, **parameters: object) -> list[dict[str, Any]]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(sql, parameters).fetchall()


def rate_of_row(row: Mapping[str, Any]) -> Rate:
    """Return the rate that a row of RATE_FIELDS, or its JSON, holds."""
    return Rate(
        prefix=row["prefix"],
        percent=Fraction(row["percent"]),
        valid_from=_day(row["valid_from"]),
        valid_to=None if row["valid_to"] is None else _day(row["valid_to"]),
        note=row["note"],
        source=row["source"],
        cess=Fraction(row["cess"]),
        nature=Nature(row["nature"]),
    )


def _exchange(row: Mapping[str, Any]) -> ExchangeRate:
    return ExchangeRate(
        row["currency"], _day(row["quoted_on"]), Decimal(row["rate"]), row["source"]
    )


def _provider(row: list[str] | None) -> TaxProviderTerms | None:
    return None if row is None else TaxProviderTerms(TaxProviderName(row[0]), row[1])


def _day(value: str | date) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _decimal(percent: Fraction) -> Decimal:
    return Decimal(percent.numerator) / percent.denominator
