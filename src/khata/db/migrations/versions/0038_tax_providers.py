"""Providers of sales tax: who is asked, and what was answered about which sale."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import read_by_questions, walled

revision = "0038_tax_providers"
down_revision = "0037_notes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0038_tax_providers.sql."""
    run("0038_tax_providers")
    for table in ("tax_providers", "tax_quotes", "tax_reversals"):
        walled(table, execute)
    read_by_questions("tax_quotes", execute)
    read_by_questions("tax_reversals", execute)
