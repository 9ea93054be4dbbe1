"""Credit notes that became void with their IRN, and warnings before a portal takes no more."""

from khata.db.migrations.step import run

revision = "0040_void_notes"
down_revision = "0039_rate_decisions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0040_void_notes.sql."""
    run("0040_void_notes")
