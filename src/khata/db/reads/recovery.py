"""What was recovered of what failed: from the campaigns that began in a span of time."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeVar

from psycopg.rows import dict_row

from khata.core.campaign import RECOVERED_WITHIN
from khata.core.recovery import Recovery, Share, Tried, Way
from khata.db.rows import Connection

T = TypeVar("T", Share, Tried, Way)

_CAMPAIGNS: Final = """
    select c.*, coalesce(c.recovered_at <= c.began_at + %(within)s, false) as in_time
      from dunning_campaigns c
     where c.began_at >= %(first)s and c.began_at < %(until)s
"""

_SUMS: Final = f"""
    with began as materialized ({_CAMPAIGNS})
    select currency, decline_class, coalesce(gateway, 'none') as gateway,
           grouping(decline_class) = 0 as of_class,
           grouping(coalesce(gateway, 'none')) = 0 as of_gateway,
           count(*) as failed_count, sum(amount)::bigint as failed_amount,
           count(*) filter (where in_time) as recovered_count,
           coalesce(sum(recovered_amount) filter (where in_time), 0)::bigint as recovered_amount,
           count(*) filter (where outcome = 'given_up') as given_up_count,
           coalesce(sum(amount) filter (where outcome = 'given_up'), 0)::bigint as given_up_amount,
           count(*) filter (where ended_at is null) as running_count,
           coalesce(sum(amount) filter (where ended_at is null), 0)::bigint as running_amount,
           count(*) filter (where recovered_at is not null and not in_time) as late_count,
           coalesce(sum(recovered_amount) filter (where recovered_at is not null and not in_time),
                    0)::bigint as late_amount
      from began
     group by grouping sets
       ((currency), (currency, decline_class), (currency, coalesce(gateway, 'none')))
     order by currency, failed_amount desc, decline_class, gateway
"""

_WAYS: Final = f"""
    with began as materialized ({_CAMPAIGNS})
    select currency, recovered_by as name, count(*) as recovered_count,
           sum(recovered_amount)::bigint as recovered_amount
      from began where in_time
     group by currency, recovered_by order by currency, recovered_amount desc, name
"""

# Tries of the schedule after the first; a gateway that was down tried nobody's card.
_TRIES: Final = f"""
    with began as materialized ({_CAMPAIGNS}), tried as (
      select b.currency, a.status, a.amount,
             row_number() over (partition by a.invoice_id order by a.id)
               + case when b.gateway is null then 1 else 0 end as number,
             extract(hour from a.created_at at time zone %(zone)s)::int as hour
        from began b
        join attempts a on a.tenant_id = b.tenant_id and a.invoice_id = b.invoice_id
       where a.cause = 'schedule' and a.status in ('failed', 'succeeded')
         and a.decline_class is distinct from 'gateway_down'
         and a.created_at <= b.began_at + %(within)s)
    select currency, number, hour, grouping(hour) = 0 as of_hour, count(*) as tries,
           count(*) filter (where status = 'succeeded') as recovered_count,
           coalesce(sum(amount) filter (where status = 'succeeded'), 0)::bigint as recovered_amount
      from tried where number > 1
     group by grouping sets ((currency, number), (currency, hour))
     order by currency, number, hour
"""


def recovery(
    connection: Connection, first: datetime, until: datetime, *, zone: str
) -> list[Recovery]:
    """Return what became of the invoices that failed in [first, until), by currency.

    Hours are those of `zone`. Recovered is what was paid within 60 days of the first failure.
    """
    asked = {"first": first, "until": until, "zone": zone, "within": RECOVERED_WITHIN}
    sums, ways, tries = (_rows(connection, sql, asked) for sql in (_SUMS, _WAYS, _TRIES))
    whole = [row for row in sums if not row["of_class"] and not row["of_gateway"]]
    return [
        replace(
            _recovery(row),
            by_class=_of(row, [one for one in sums if one["of_class"]], _share("decline_class")),
            by_gateway=_of(row, [one for one in sums if one["of_gateway"]], _share("gateway")),
            by_try=_of(row, [one for one in tries if not one["of_hour"]], _tried("number")),
            by_hour=_of(row, [one for one in tries if one["of_hour"]], _tried("hour")),
            by_way=_of(row, ways, _way),
        )
        for row in whole
    ]


def _rows(connection: Connection, sql: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(sql.encode(), asked).fetchall()


def _of(
    whole: dict[str, Any], rows: Sequence[dict[str, Any]], made: Callable[[dict[str, Any]], T]
) -> tuple[T, ...]:
    return tuple(made(row) for row in rows if row["currency"] == whole["currency"])


def _recovery(row: dict[str, Any]) -> Recovery:
    names = ("given_up", "running", "late")
    counted = {f"{name}_{what}": row[f"{name}_{what}"] for name in names for what in _WHAT}
    return Recovery(currency=row["currency"], total=_share("currency")(row), **counted)


_WHAT: Final = ("count", "amount")


def _share(name: str) -> Callable[[dict[str, Any]], Share]:
    return lambda row: Share(
        row[name],
        row["failed_count"],
        row["failed_amount"],
        row["recovered_count"],
        row["recovered_amount"],
    )


def _tried(name: str) -> Callable[[dict[str, Any]], Tried]:
    return lambda row: Tried(
        row[name], row["tries"], row["recovered_count"], row["recovered_amount"]
    )


def _way(row: dict[str, Any]) -> Way:
    return Way(row["name"], row["recovered_count"], row["recovered_amount"])
