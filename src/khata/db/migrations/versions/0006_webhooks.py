"""Webhooks: where a tenant's news is sent, and what became of each delivery."""

from khata.db.migrations.step import run

revision = "0006_webhooks"
down_revision = "0005_rollups"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0006_webhooks.sql."""
    run("0006_webhooks")
