"""What is rung for: work on many machines, and when each kind of it is due."""

from khata.db.migrations.step import run

revision = "0002_bells"
down_revision = "0001_spine"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0002_bells.sql."""
    run("0002_bells")
