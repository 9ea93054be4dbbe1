"""Figures of news that leaves: what waits for webhooks and for the stream, in sums."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import asked_by_app

revision = "0008_figures_of_news"
down_revision = "0007_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0008_figures_of_news.sql."""
    run("0008_figures_of_news")
    asked_by_app("figures_of_stream(timestamptz)", execute)
    asked_by_app("figures_of_webhooks(timestamptz)", execute)
