"""Shops whose subscriptions all fall due at one instant, and what their books say afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from khata.core.ids import new_id
from khata.db.transaction import Database
from tests.db.fleet import BEFORE, DUE, Fleet

NOW = DUE + timedelta(hours=1)  # where each shop's clock stands


def open_shops(db: Database, count: int, subscriptions: int) -> list[UUID]:
    """Open shops, each with so many subscriptions that are charged by card and due at NOW."""
    return [_open(db, subscriptions) for _ in range(count)]


def _open(db: Database, subscriptions: int) -> UUID:
    fleet = Fleet(db, subscriptions, by_card=True)
    with db.transaction(fleet.tenant) as uow:
        uow.clocks.add(new_id(BEFORE), NOW, BEFORE)
        uow.connection.execute("update customers set email = name || '@fleet.example'")
    return fleet.tenant


def let_days_pass(db: Database, shops: Sequence[UUID], days: int) -> datetime:
    """Move each shop's clock so many days past NOW and return its time.

    Nothing is renewed on them; a gateway is asked about calls that were cut off.
    """
    later = NOW + timedelta(days=days)
    for shop in shops:
        with db.transaction(shop) as uow:
            uow.clocks.move_to(later)
    return later


@dataclass(frozen=True, slots=True)
class Books:
    """What all shops together have; `wrong` tells in words what must not be."""

    invoices: int
    paid: int
    wrong: tuple[str, ...]


_WRONG = {
    "subscriptions billed more or less than once": """
        select count(*) from (
          select s.id from subscriptions s left join invoices i on i.subscription_id = s.id
           group by s.id having count(i.id) <> 1) x""",
    "gaps or twins in the numbers": """
        select count(*) from (
          select substring(number from '[0-9]+$')::int as n,
                 row_number() over (order by number) as expected from invoices) x
         where n <> expected""",
    "invoices not paid": "select count(*) from invoices where status <> 'paid'",
    "invoices taken more than once": """
        select count(*) from (
          select p.invoice_id from attempts a join payments p on p.id = a.payment_id
           where a.status = 'succeeded' group by p.invoice_id having count(*) <> 1) x""",
    "invoices whose lines and taxes are not their total": """
        select count(*) from invoices i where i.total <> (
          select sum(l.amount) + i.round_off
                 + (select sum(t.amount) from line_taxes t where t.invoice_id = i.id)
            from invoice_lines l where l.invoice_id = i.id)""",
    "sales and receipts in the books that are not one for each invoice": """
        select abs((select count(*) from invoices)
                   - (select count(*) from entries where kind = 'invoice_issued'))
             + abs((select count(*) from invoices)
                   - (select count(*) from entries where kind = 'payment_received'))""",
    "paise that customers still owe by the books": """
        select abs(coalesce(sum(case when debit like 'receivable%' then amount
                                     when credit like 'receivable%' then -amount end), 0))
          from postings""",
    "work parked": "select count(*) from parked where released_at is null",
    "runs not completed": "select count(*) from billing_runs where status = 'running'",
    "mails not one invoice and one receipt each": """
        select count(*) from (
          select i.id from invoices i left join mails m on m.invoice_id = i.id
           group by i.id having count(m.id) <> 2) x""",
}


def read_books(db: Database, shops: Sequence[UUID]) -> Books:
    """Read all shops' books, each behind its own wall."""
    invoices, paid = 0, 0
    wrong: dict[str, int] = {}
    for shop in shops:
        with db.transaction(shop) as uow:
            row = uow.connection.execute(
                "select count(*), count(*) filter (where status = 'paid') from invoices"
            ).fetchone()
            assert row is not None
            invoices, paid = invoices + row[0], paid + row[1]
            for what, question in _WRONG.items():
                found = uow.connection.execute(question.encode()).fetchone()
                assert found is not None
                wrong[what] = wrong.get(what, 0) + found[0]
    return Books(invoices, paid, tuple(f"{n} {what}" for what, n in wrong.items() if n))
