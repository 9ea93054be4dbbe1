"""Returns that were filed, and what later ones tell anew of them."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import walled

revision = "0035_returns"
down_revision = "0032_vat"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0035_returns.sql."""
    run("0035_returns")
    for table in ("filed_returns", "return_amendments"):
        walled(table, execute)
