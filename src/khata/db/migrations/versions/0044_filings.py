"""Amended vouchers, and filings that were written down by mistake."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import asked_by_app, walled

revision = "0044_filings"
down_revision = "0043_revised_invoices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0044_filings.sql."""
    run("0044_filings")
    walled("filing_undos", execute)
    asked_by_app("undo_filing(uuid, text, timestamptz)", execute)
