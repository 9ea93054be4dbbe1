"""News that leaves: events in the order of what they are about, and the stream."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import asked_by_app, read_by_questions, walled

revision = "0003_news"
down_revision = "0002_bells"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0003_news.sql."""
    run("0003_news")
    walled("stream_outbox", execute)
    read_by_questions("stream_outbox", execute)
    asked_by_app("tenants_to_stream(integer, uuid[])", execute)
    asked_by_app("stream_lag()", execute)
