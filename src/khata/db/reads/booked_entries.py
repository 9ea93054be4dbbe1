"""Booked entries with whose they are: what an accountant's own books are written from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow, dict_row

from khata.core.exports.document_rows import party_of
from khata.core.exports.tally.booked import BookedEntry
from khata.core.exports.tally.in_rupees import Rates, in_rupees, moves_income_alone
from khata.core.exports.tally.ledgers import (
    LEDGERS,
    OF_PARTIES,
    RESERVED,
    SUNDRY_DEBTORS,
    UNKNOWN_PARTY,
    Ledger,
)
from khata.core.exports.tax_document import TaxDocument, TaxParty
from khata.core.ids import public_id
from khata.core.ledger.accounts import Account
from khata.core.ledger.posting import Posting
from khata.core.tax.rupees import OLDEST_DAYS, ExchangeRate, rate_for
from khata.db.reads.tax_documents import documents_of
from khata.db.stores.tax_facts import TaxFacts

Connection = psycopg.Connection[TupleRow]

_ENTRIES = """
    select e.id, e.kind, e.source_id, e.booked_on,
           (select jsonb_agg(jsonb_build_array(p.debit, p.credit, p.amount, p.currency)
                             order by p.position)
              from postings p where p.entry_id = e.id) as postings
      from entries e
     where e.booked_on between %(first)s and %(last)s
     order by e.booked_on, e.id
"""

# What an entry is about, and so whose it is and which invoice it settles or lowers.
_SOURCES = """
    with asked as (select unnest(%(ids)s::uuid[]) as id)
    select i.id, i.customer_id, i.number, i.exchange_rate from invoices i join asked using (id)
    union all
    select n.id, n.customer_id, i.number, i.exchange_rate from credit_notes n join asked using (id)
      join invoices i on i.id = n.invoice_id
    union all
    select a.id, p.customer_id, i.number, i.exchange_rate from attempts a join asked using (id)
      join payments p on p.id = a.payment_id join invoices i on i.id = a.invoice_id
    union all
    select r.id, p.customer_id, i.number, i.exchange_rate from refunds r join asked using (id)
      join attempts a on a.id = r.attempt_id
      join payments p on p.id = a.payment_id join invoices i on i.id = r.invoice_id
    union all
    select v.id, v.customer_id, null, v.exchange_rate from vouchers v join asked using (id)
    union all
    select g.id, w.customer_id, null, null from wallet_grants g join asked using (id)
      join wallets w on w.id = g.wallet_id
    union all
    select t.id, t.customer_id, i.number, i.exchange_rate
      from tds_receivables t join asked using (id)
      join invoices i on i.id = t.invoice_id
"""

# Of customers with one name the first keeps it: what was exported once is named so again.
_NAMES = """
    select id, name, facts, twins from (
      select c.id, c.name, p.facts,
             row_number() over (partition by lower(c.name) order by c.id) as twins
        from customers c join parties p on p.id = c.party_id) named
     where id = any(%s)
"""


@dataclass(frozen=True, slots=True)
class Booked:
    """Entries in rupees with their parties' ledgers; those that no rate values are `left_out`."""

    entries: list[BookedEntry]
    ledgers: list[Ledger]
    left_out: list[BookedEntry]

    def missing(self, *, deferred: bool) -> list[BookedEntry]:
        """Return what an export leaves out; revenue that Tally does not defer is no loss."""
        return [one for one in self.left_out if deferred or not moves_income_alone(one)]


@dataclass(frozen=True, slots=True)
class _Source:
    """Whose an entry is, which invoice it settles or lowers, and the rate that one keeps."""

    customer: UUID
    bill: str | None
    rate: Decimal | None


def booked_between(connection: Connection, *, first: date, last: date) -> Booked:
    """Return what was booked from one day to another, both included, in the order of the books.

    What was in another currency is in rupees at the rates on file.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_ENTRIES.encode(), {"first": first, "last": last}).fetchall()
    sources = _sources(connection, [row["source_id"] for row in rows])
    documents = documents_of(connection, [row["source_id"] for row in rows])
    names, parties = _parties(connection, {source.customer for source in sources.values()})
    kept, left_out = [], []
    days = _RatesOfDays(connection, first, last, rows)
    for row in rows:
        entry = _entry(row, sources, names, documents)
        source = sources.get(row["source_id"])
        rates = Rates(source.rate if source else None, days.of(entry))
        valued = in_rupees(entry, rates)
        if valued is None:
            left_out.append(entry)
        else:
            kept.append(valued)
    return Booked(kept, _ledgers(kept, parties), left_out)


class _RatesOfDays:
    """The rates on file, by the day of an entry, as old as the tenant lets one be."""

    def __init__(
        self, connection: Connection, first: date, last: date, rows: Sequence[Mapping[str, Any]]
    ) -> None:
        currencies = {told[3] for row in rows for told in row["postings"]} - {"INR"}
        self._rates: list[ExchangeRate] = []
        self._days = OLDEST_DAYS
        if currencies:
            found = connection.execute(
                "select (policies ->> 'exchange_rate_days')::int from tenants"
            ).fetchone()
            if found is not None and found[0] is not None:
                self._days = found[0]  # 0: of the day itself
            self._rates = TaxFacts(connection).exchange_between(
                first - timedelta(days=self._days), last, sorted(currencies)
            )

    def of(self, entry: BookedEntry) -> Decimal | None:
        """Return rupees for one unit of the entry's other currency on its day, or None."""
        for one in entry.postings:
            if one.currency != "INR":
                found = rate_for(
                    self._rates, one.currency, on=entry.booked_on, oldest_days=self._days
                )
                return None if found is None else found.rate
        return None


def _entry(
    row: Mapping[str, Any],
    sources: Mapping[UUID, _Source],
    names: Mapping[UUID, str],
    documents: Mapping[UUID, TaxDocument],
) -> BookedEntry:
    source = sources.get(row["source_id"])
    return BookedEntry(
        row["id"],
        row["kind"],
        row["booked_on"],
        tuple(
            Posting(Account(debit), Account(credit), amount, currency)
            for debit, credit, amount, currency in row["postings"]
        ),
        party=names.get(source.customer) if source else None,
        bill=source.bill if source else None,
        document=documents.get(row["source_id"]),
    )


def _sources(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, _Source]:
    rows = connection.execute(_SOURCES.encode(), {"ids": list(ids)})
    return {id: _Source(*told) for id, *told in rows}


def _parties(
    connection: Connection, customers: set[UUID]
) -> tuple[dict[UUID, str], dict[str, TaxParty]]:
    """Return the ledger of each customer by id, and the party by ledger."""
    names: dict[UUID, str] = {}
    parties: dict[str, TaxParty] = {}
    for id, name, facts, twins in connection.execute(_NAMES.encode(), [list(customers)]):
        plain = twins == 1 and name not in RESERVED
        names[id] = name if plain else f"{name} ({public_id('cus', id)[-6:]})"
        parties[names[id]] = party_of(facts, customer_id=id)
    return names, parties


def _ledgers(entries: Sequence[BookedEntry], parties: Mapping[str, TaxParty]) -> list[Ledger]:
    """Return the ledgers that these entries move: the tenant's own, then the parties'."""
    moved: set[Account] = set()
    named: set[str] = set()
    for entry in entries:
        for posting in entry.postings:
            moved |= {posting.debit, posting.credit}
            if {posting.debit, posting.credit} & OF_PARTIES:
                named.add(entry.party or UNKNOWN_PARTY)
    if Account.DEFERRED_REVENUE in moved:
        moved.add(Account.REVENUE)
    own = [ledger for account, ledger in LEDGERS.items() if account in moved]
    theirs = [Ledger(name, SUNDRY_DEBTORS, parties.get(name)) for name in sorted(named)]
    return own + theirs
