"""Time limits of notes, debit notes, and customers' languages."""

from khata.db.migrations.step import run

revision = "0037_notes"
down_revision = "0036_vouchers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0037_notes.sql."""
    run("0037_notes")
