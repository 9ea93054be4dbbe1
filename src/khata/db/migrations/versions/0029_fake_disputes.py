"""Disputes of the fake gateway, and the accounts that stand in for gateways without any."""

from khata.db.migrations.step import run

revision = "0029_fake_disputes"
down_revision = "0028_decoupled"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0029_fake_disputes.sql."""
    run("0029_fake_disputes")
