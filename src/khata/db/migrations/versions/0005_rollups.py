"""Sums kept as they grow, so that a page reads few rows."""

from khata.db.migrations.step import run

revision = "0005_rollups"
down_revision = "0004_documents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0005_rollups.sql."""
    run("0005_rollups")
