"""E-invoices: connections to portals, and what becomes of each document there."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import read_by_questions, walled

revision = "0034_e_invoices"
down_revision = "0033_sales_tax"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0034_e_invoices.sql."""
    run("0034_e_invoices")
    for table in ("irp_connections", "e_invoices"):
        walled(table, execute)
    read_by_questions("e_invoices", execute)
