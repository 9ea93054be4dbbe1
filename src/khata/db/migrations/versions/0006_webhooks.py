"""Webhooks: where a tenant's news is sent, and what became of each delivery."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import asked_by_app, read_by_questions, walled

revision = "0006_webhooks"
down_revision = "0005_rollups"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0006_webhooks.sql."""
    run("0006_webhooks")
    for table in ("webhook_endpoints", "webhook_deliveries", "webhook_tries"):
        walled(table, execute)
    for table in ("webhook_endpoints", "webhook_deliveries"):
        read_by_questions(table, execute)
    asked_by_app("tenants_with_webhooks_due(timestamptz, integer, uuid[])", execute)
