"""Usage: meters, events, their sums by the hour, and the stretches that are charged."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import APP, read_by_questions, walled

revision = "0015_usage"
down_revision = "0014_living"
branch_labels = None
depends_on = None

_TABLES = (
    "meters",
    "usage_events",
    "usage_windows",
    "usage_distinct",
    "usage_periods",
    "usage_marks",
)


def upgrade() -> None:
    """See sql/0015_usage.sql."""
    run("0015_usage")
    for table in _TABLES:
        walled(table, execute)
    read_by_questions("usage_marks", execute)
    execute(f"grant usage on sequence usage_batches to {APP}")
