"""Credit notes are documents, and are mailed."""

from khata.db.migrations.step import build_index, run

revision = "0018_seeing"
down_revision = "0017_sandboxes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0018_seeing.sql."""
    build_index("line_discounts_discount", "line_discounts (tenant_id, discount_id)")
    run("0018_seeing")
