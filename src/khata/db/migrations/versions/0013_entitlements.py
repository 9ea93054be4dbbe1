"""Entitlements: what plans give, and what each customer has of it, in one row."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import walled

revision = "0013_entitlements"
down_revision = "0012_funds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0013_entitlements.sql."""
    run("0013_entitlements")
    for table in ("features", "plan_entitlements", "customer_entitlements"):
        walled(table, execute)
