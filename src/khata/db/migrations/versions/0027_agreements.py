"""Mandates that their payers register at our page, and what gateways are to forget."""

from khata.db.migrations.step import build_index, execute, run
from khata.db.schema.tenancy import read_by_questions, walled

revision = "0027_agreements"
down_revision = "0026_routing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0027_agreements.sql. The index needs its column before it."""
    execute("alter table setup_links add column if not exists mandate_id uuid")
    build_index(
        "setup_links_mandate", "setup_links (tenant_id, mandate_id) where mandate_id is not null"
    )
    run("0027_agreements")
    for table in ("forgettings", "spacings"):
        walled(table, execute)
    read_by_questions("forgettings", execute)
