"""Sums kept as they grow, so that a page reads few rows."""

from khata.db.migrations.step import build_index, execute, run
from khata.db.schema.tenancy import walled

revision = "0005_rollups"
down_revision = "0004_documents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0005_rollups.sql. The indexes come first: they are built beside those who write."""
    # What failed at the first try, by when: a few of many.
    build_index(
        "attempts_first_failed",
        "attempts (tenant_id, finished_at) include (payment_id)"
        " where number = 1 and status = 'failed'",
    )
    build_index(
        "payments_declined",
        "payments (tenant_id, created_at) include (id, currency, amount, status)"
        " where decline_count > 0",
    )
    run("0005_rollups")
    walled("posting_days", execute)
    walled("invoice_days", execute)
