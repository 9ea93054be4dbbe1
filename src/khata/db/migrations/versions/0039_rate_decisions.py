"""Changes of rate around an invoice."""

from khata.db.migrations.step import run

revision = "0039_rate_decisions"
down_revision = "0038_tax_providers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0039_rate_decisions.sql."""
    run("0039_rate_decisions")
