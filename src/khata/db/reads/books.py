"""Questions to the books: the trial balance of a day, and the entries behind it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow

from khata.core.ledger.accounts import Account
from khata.core.ledger.posting import Posting
from khata.db.reads.lists import Filter, Listing
from khata.db.reads.views import views


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """One account of one currency: what was debited and credited in all, never netted."""

    account: str
    currency: str
    debits: int
    credits: int

    @property
    def debit(self) -> int:
        """The balance when it stands on the debit side, else 0."""
        return max(self.debits - self.credits, 0)

    @property
    def credit(self) -> int:
        return max(self.credits - self.debits, 0)


def trial_balance(
    connection: psycopg.Connection[TupleRow], as_of: date, currency: str | None = None
) -> list[AccountBalance]:
    """Return every account that has moved up to and including a day, of one currency or all."""
    return views(
        connection,
        AccountBalance,
        """
        with pairs as (
          select debit, credit, currency, sum(amount) as amount from posting_days
           where booked_on <= %(as_of)s
             and (%(currency)s::text is null or currency = %(currency)s)
           group by 1, 2, 3
        ), booked as (
          select debit as account, currency, amount as debits, 0 as credits from pairs
          union all
          select credit, currency, 0, amount from pairs)
        select account, currency, sum(debits)::bigint as debits, sum(credits)::bigint as credits
          from booked group by account, currency order by currency, account
        """,
        as_of=as_of,
        currency=currency,
    )


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry with its postings. `source_id` is the thing that the fact is about."""

    id: UUID
    kind: str
    source_id: UUID
    booked_on: date
    created_at: datetime
    postings: tuple[Posting, ...]


def _entry(row: dict[str, Any]) -> EntryView:
    row["postings"] = tuple(
        Posting(
            Account(posting["debit"]),
            Account(posting["credit"]),
            posting["amount"],
            posting["currency"],
        )
        for posting in row["postings"]
    )
    return EntryView(**row)


ENTRIES: Listing[EntryView] = Listing(
    source="entries e",
    fields="""
        e.id, e.kind, e.source_id, e.booked_on, e.created_at,
        (select coalesce(jsonb_agg(to_jsonb(v) order by v.position), '[]')
           from (select position, debit, credit, amount, currency
                   from postings where entry_id = e.id) v) as postings
    """,
    of=_entry,
    prefix="je",
    what="ledger entry",
    filters={
        "kind": Filter("kind = %s"),
        "booked_from": Filter("booked_on >= %s"),
        "booked_to": Filter("booked_on <= %s"),
    },
)
