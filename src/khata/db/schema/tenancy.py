"""The wall: what turns a table into a tenant's table, and what each database role may do."""

from collections.abc import Callable, Sequence
from typing import Any, Final

APP: Final = "khata_app"
SUPPORT: Final = "khata_support"

# These stand before the wall: they decide which tenant a person may enter.
BEFORE_THE_WALL: Final = ("accounts", "users", "sessions", "sign_in_tries")

# Written once and never changed: the app role may add to these and read them, nothing else.
APPEND_ONLY: Final = (
    "entries",
    "postings",
    "moves",
    "attempt_moves",
    "attempt_fees",
    "credit_entries",
    "wallet_entries",
    "mandate_moves",
    "dunning_steps",
    "dispute_moves",
    "dispute_money",
    "bank_unmatches",
    "filed_returns",
    "return_amendments",
    "filing_undos",
)

# What the questions of 90_questions.sql read across tenants, as the owner.
READ_BY_QUESTIONS: Final = (
    "api_keys",
    "attempts",
    "events",
    "mails",
    "payments",
    "refunds",
    "reminders",
    "subscriptions",
    "tenants",
    "test_clocks",
)

_TENANT_TABLES = """
    select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
       and a.attname = 'tenant_id' and not a.attisdropped
     order by c.relname
"""


def wall(execute: Callable[[str], object], query: Callable[[str], Sequence[Sequence[Any]]]) -> None:
    """Put every table that has a `tenant_id` behind the wall and grant each role its part.

    Forced row-level security holds for the owner too; a row can be neither read nor written
    outside the transaction's tenant. Source: PostgreSQL manual, 5.9 Row Security Policies.
    """
    tables = [row[0] for row in query(_TENANT_TABLES) if row[0] not in BEFORE_THE_WALL]
    for table in tables:
        walled(table, execute)
    for table in READ_BY_QUESTIONS:
        read_by_questions(table, execute)
    for table in BEFORE_THE_WALL:
        execute(f"grant select, insert, update, delete on {table} to {APP}")
    execute(f"grant usage on schema public to {APP}, {SUPPORT}")
    execute(f"grant execute on function tenant_of_key(bytea) to {APP}")
    execute(
        f"grant execute on function tenants_with_due_work(timestamptz, integer, uuid[]) to {APP}"
    )
    execute(f"grant execute on function tenants_of_user(uuid) to {APP}")


def walled(table: str, execute: Callable[[str], object]) -> None:
    """Put one table behind the wall and grant each role its part; later migrations do so too."""
    execute(f"alter table {table} enable row level security")
    execute(f"alter table {table} force row level security")
    execute(
        f"create policy one_tenant on {table} "
        "using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())"
    )
    # A support session reads one tenant at a time, through the same policy.
    execute(f"grant select on {table} to {SUPPORT}")
    writes = "insert" if table in APPEND_ONLY else "insert, update, delete"
    execute(f"grant select, {writes} on {table} to {APP}")


def read_by_questions(table: str, execute: Callable[[str], object]) -> None:
    """Let the questions that cross tenants read a table: they run as its owner.

    Several migrations may ask for the same table.
    """
    execute(f"drop policy if exists owner_reads on {table}")
    execute(f"create policy owner_reads on {table} for select to current_user using (true)")


def asked_by_app(function: str, execute: Callable[[str], object]) -> None:
    """Let the app role, and nobody else, ask a question that crosses tenants."""
    execute(f"revoke all on function {function} from public")
    execute(f"grant execute on function {function} to {APP}")
