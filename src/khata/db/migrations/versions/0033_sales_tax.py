"""Sales tax and taxes elsewhere: registrations to collect them, and confirmations by state."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import walled

revision = "0033_sales_tax"
down_revision = "0032_vat"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0033_sales_tax.sql."""
    run("0033_sales_tax")
    for table in ("nexuses", "tax_confirmations"):
        walled(table, execute)
