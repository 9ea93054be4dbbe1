"""Settlements: payouts, the bank's statement, fees as they were told, and clearing by account."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import read_by_questions, walled

revision = "0024_settlements"
down_revision = "0023_dunning"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0024_settlements.sql."""
    run("0024_settlements")
    for table in (
        "settlements",
        "settlement_lines",
        "settlement_fetches",
        "bank_transactions",
        "attempt_fees",
        "clearing_days",
    ):
        walled(table, execute)
    read_by_questions("settlement_fetches", execute)
