"""Disputes with their evidence and money, and what customers withhold as TDS."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import read_by_questions, walled

revision = "0025_disputes"
down_revision = "0024_settlements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0025_disputes.sql."""
    run("0025_disputes")
    for table in ("disputes", "dispute_evidence", "tds_receivables"):
        walled(table, execute)
    for table in ("dispute_moves", "dispute_money"):
        walled(table, execute)  # added to and never changed: see APPEND_ONLY
    read_by_questions("disputes", execute)
