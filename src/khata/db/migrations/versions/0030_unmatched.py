"""Lines of payouts found later, lines of the bank taken back, payouts told of, and phones."""

from khata.db.migrations.step import build_index, execute, run
from khata.db.schema.tenancy import walled

revision = "0030_unmatched"
down_revision = "0029_fake_disputes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0030_unmatched.sql. The index is of few lines: those that are of nothing known."""
    build_index(
        "settlement_lines_unknown",
        "settlement_lines (tenant_id, of_reference) where verdict = 'unknown_here'",
    )
    run("0030_unmatched")
    walled("bank_unmatches", execute)  # added to and never changed: see APPEND_ONLY
