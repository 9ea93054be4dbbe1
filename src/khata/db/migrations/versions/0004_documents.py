"""Documents that are kept: what was rendered once is given out again, to the byte."""

from khata.db.migrations.step import run

revision = "0004_documents"
down_revision = "0003_news"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0004_documents.sql."""
    run("0004_documents")
