"""Documents that are kept: what was rendered once is given out again, to the byte."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import asked_by_app, read_by_questions, walled

revision = "0004_documents"
down_revision = "0003_news"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0004_documents.sql."""
    run("0004_documents")
    walled("documents", execute)
    walled("renderings", execute)
    read_by_questions("renderings", execute)
    read_by_questions("idempotency_keys", execute)
    asked_by_app("tenants_with_upkeep_due(timestamptz, integer)", execute)
