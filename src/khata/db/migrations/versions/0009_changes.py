"""Changes: what a line was made of, credit notes, scheduled changes, and items that wait."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import read_by_questions, walled

revision = "0009_changes"
down_revision = "0008_figures_of_news"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0009_changes.sql."""
    run("0009_changes")
    for table in (
        "credit_notes",
        "credit_note_lines",
        "credit_note_taxes",
        "credit_recognitions",
        "scheduled_changes",
        "invoice_items",
    ):
        walled(table, execute)
    read_by_questions("credit_notes", execute)
