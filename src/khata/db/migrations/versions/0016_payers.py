"""Payers: customers whose invoices another one pays, and one invoice for several subscriptions."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import walled

revision = "0016_payers"
down_revision = "0015_usage"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0016_payers.sql."""
    run("0016_payers")
    walled("invoice_subscriptions", execute)
