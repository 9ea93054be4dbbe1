"""Questions of the operator: figures that cross tenants, answered in sums."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from khata.db.transaction import Database

START: Final = UUID(int=0)
NEW: Final = timedelta(minutes=1)

_QUESTIONS: Final = """
    select p.proname from pg_proc p
     where p.pronamespace = 'public'::regnamespace and p.proname ~ '^figures_of_[a-z_]+$'
       and p.pronargs = 1 and has_function_privilege(p.oid, 'execute')
     order by p.proname
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as the database tells it. `label` tells parts of it apart, where it has parts."""

    name: str
    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Walked:
    """One step of a walk through all books: how far they were off, and where it ended.

    `place` is None at the end of all.
    """

    off: int
    invoices: int
    place: tuple[UUID, UUID] | None


def figures_known(db: Database, at: datetime) -> Sequence[Figure]:
    """Return what the database knows at this instant.

    Every function `figures_of_…(timestamptz)` of the tables is asked: whoever adds a table that an
    operator should watch adds such a function beside it.
    """
    asked = db.ask(_QUESTIONS)
    return [
        Figure(*row)
        for (question,) in asked
        for row in db.ask(f"select name, label, value from {question}(%s)", at)
    ]


def books_checked(db: Database, place: tuple[UUID, UUID], *, at_most: int) -> Walked:
    """Compare the books of the next invoices with their rows. What is off must be 0."""
    [row] = db.ask(
        "select off, invoices, last_tenant, last_invoice from books_checked(%s, %s, %s)",
        *place,
        at_most,
    )
    off, invoices, tenant, invoice = row
    return Walked(int(off), invoices, (tenant, invoice) if invoices == at_most else None)


def new_books_checked(db: Database, at: datetime, *, at_most: int) -> int:
    """The same for the invoices of the last minute."""
    since = UUID(int=int((at - NEW).timestamp() * 1000) << 80)  # ids begin with their time
    [row] = db.ask("select off from new_books_checked(%s, %s)", since, at_most)
    return int(row[0])
