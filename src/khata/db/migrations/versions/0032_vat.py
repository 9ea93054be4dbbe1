"""VAT: sellers' numbers, checks of customers' numbers, and evidence of where customers are."""

from khata.db.migrations.step import build_index, execute, run
from khata.db.schema.tenancy import read_by_questions, walled

revision = "0032_vat"
down_revision = "0031_tax_core"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0032_vat.sql. The index needs its column before it."""
    execute("alter table tax_ids add column if not exists check_due_at timestamptz")
    build_index("tax_ids_due", "tax_ids (tenant_id, check_due_at) where check_due_at is not null")
    run("0032_vat")
    for table in ("vat_registrations", "tax_id_checks", "location_evidence"):
        walled(table, execute)
    read_by_questions("tax_ids", execute)
