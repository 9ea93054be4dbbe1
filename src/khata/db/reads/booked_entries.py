"""Booked entries with whose they are: what an accountant's own books are written from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow, dict_row

from khata.core.exports.document_rows import party_of
from khata.core.exports.tally.booked import BookedEntry
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
from khata.db.reads.tax_documents import documents_of

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
    select i.id, i.customer_id, i.number from invoices i join asked using (id)
    union all
    select n.id, n.customer_id, i.number from credit_notes n join asked using (id)
      join invoices i on i.id = n.invoice_id
    union all
    select a.id, p.customer_id, i.number from attempts a join asked using (id)
      join payments p on p.id = a.payment_id join invoices i on i.id = a.invoice_id
    union all
    select r.id, p.customer_id, i.number from refunds r join asked using (id)
      join attempts a on a.id = r.attempt_id
      join payments p on p.id = a.payment_id join invoices i on i.id = r.invoice_id
    union all
    select v.id, v.customer_id, null from vouchers v join asked using (id)
    union all
    select g.id, w.customer_id, null from wallet_grants g join asked using (id)
      join wallets w on w.id = g.wallet_id
    union all
    select t.id, t.customer_id, i.number from tds_receivables t join asked using (id)
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
    """Entries in rupees with their parties' ledgers; those in other currencies are `left_out`."""

    entries: list[BookedEntry]
    ledgers: list[Ledger]
    left_out: list[BookedEntry]


def booked_between(connection: Connection, *, first: date, last: date) -> Booked:
    """Return what was booked from one day to another, both included, in the order of the books."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_ENTRIES.encode(), {"first": first, "last": last}).fetchall()
    sources = _sources(connection, [row["source_id"] for row in rows])
    documents = documents_of(connection, [row["source_id"] for row in rows])
    names, parties = _parties(connection, {customer for customer, _ in sources.values()})
    entries = [_entry(row, sources, names, documents) for row in rows]
    kept = [one for one in entries if _in_rupees(one)]
    return Booked(kept, _ledgers(kept, parties), [one for one in entries if not _in_rupees(one)])


def _in_rupees(entry: BookedEntry) -> bool:
    return all(posting.currency == "INR" for posting in entry.postings)


def _entry(
    row: Mapping[str, Any],
    sources: Mapping[UUID, tuple[UUID, str | None]],
    names: Mapping[UUID, str],
    documents: Mapping[UUID, TaxDocument],
) -> BookedEntry:
    customer, bill = sources.get(row["source_id"], (None, None))
    return BookedEntry(
        row["id"],
        row["kind"],
        row["booked_on"],
        tuple(
            Posting(Account(debit), Account(credit), amount, currency)
            for debit, credit, amount, currency in row["postings"]
        ),
        party=names.get(customer) if customer else None,
        bill=bill,
        document=documents.get(row["source_id"]),
    )


def _sources(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, str | None]]:
    rows = connection.execute(_SOURCES.encode(), {"ids": list(ids)})
    return {id: (customer, number) for id, customer, number in rows}


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
