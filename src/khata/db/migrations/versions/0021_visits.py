"""Visits to gateways' own pages, and the links that lead payers to ours."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import read_by_questions, walled

revision = "0021_visits"
down_revision = "0020_by_account"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0021_visits.sql."""
    run("0021_visits")
    for table in ("visits", "payment_links", "setup_links"):
        walled(table, execute)
    read_by_questions("visits", execute)
