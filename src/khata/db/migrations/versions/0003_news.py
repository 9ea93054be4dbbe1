"""News that leaves: events in the order of what they are about, and the stream."""

from khata.db.migrations.step import run

revision = "0003_news"
down_revision = "0002_bells"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0003_news.sql."""
    run("0003_news")
