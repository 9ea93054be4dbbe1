"""Advances: wallets for one supply, the vouchers of their tax, and what takes them up."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import walled

revision = "0036_vouchers"
down_revision = "0035_returns"
branch_labels = None
depends_on = None

_TABLES = ("vouchers", "voucher_taxes", "advance_uses")


def upgrade() -> None:
    """See sql/0036_vouchers.sql."""
    run("0036_vouchers")
    for table in _TABLES:
        walled(table, execute)
