"""Mandates: terms, moves, what payers were told, what was debited, and what they opted out of."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import read_by_questions, walled

revision = "0022_mandates"
down_revision = "0021_visits"
branch_labels = None
depends_on = None

_TABLES = ("mandates", "mandate_moves", "debit_notices", "mandate_debits", "mandate_opt_outs")


def upgrade() -> None:
    """See sql/0022_mandates.sql."""
    run("0022_mandates")
    for table in _TABLES:
        walled(table, execute)
    read_by_questions("mandates", execute)
