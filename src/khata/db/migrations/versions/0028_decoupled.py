"""Debits apart from their notices, and tries that gateways make by themselves."""

from khata.db.migrations.step import build_index, run

revision = "0028_decoupled"
down_revision = "0027_agreements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0028_decoupled.sql. A gateway names a notice by its own reference."""
    build_index(
        "debit_notices_reference",
        "debit_notices (tenant_id, reference) where reference is not null",
    )
    run("0028_decoupled")
