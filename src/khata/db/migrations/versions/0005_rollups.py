"""Sums kept as they grow, so that a page reads few rows."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import walled

revision = "0005_rollups"
down_revision = "0004_documents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0005_rollups.sql."""
    run("0005_rollups")
    walled("posting_days", execute)
    walled("invoice_days", execute)
