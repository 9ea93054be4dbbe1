"""Changes of rate around an invoice."""

from khata.db.migrations.step import run

revision = "0043_levy"
down_revision = "0037_notes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0043_levy.sql."""
    run("0043_levy")
