"""Dunning policies of plans, and the campaign of each invoice that could not be collected."""

from khata.db.migrations.step import build_index, execute, run
from khata.db.schema.tenancy import read_by_questions, walled

revision = "0023_dunning"
down_revision = "0022_mandates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0023_dunning.sql. What took money is in no index: it counts towards no cap."""
    build_index(
        "attempts_tries",
        "attempts (tenant_id, payment_method_id, created_at) where status <> 'succeeded'",
    )
    run("0023_dunning")
    for table in (
        "dunning_policies",
        "dunning_policy_versions",
        "dunning_campaigns",
        "dunning_steps",
    ):
        walled(table, execute)
    read_by_questions("dunning_campaigns", execute)
