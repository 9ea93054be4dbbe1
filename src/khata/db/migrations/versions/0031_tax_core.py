"""Schemes of registrations, natures of supplies, a tenant's own rates, exemptions, rupees."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import walled

revision = "0031_tax_core"
down_revision = "0030_unmatched"
branch_labels = None
depends_on = None

_TABLES = ("exemptions", "tax_rates", "turnovers", "exchange_rates", "registration_rules")


def upgrade() -> None:
    """See sql/0031_tax_core.sql."""
    run("0031_tax_core")
    for table in _TABLES:
        walled(table, execute)
