"""Funds: coupons, wallets and credit balances; what lowers an invoice, and what pays it first."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import read_by_questions, walled

revision = "0012_funds"
down_revision = "0010_prices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0012_funds.sql."""
    run("0012_funds")
    for table in (
        "credit_balances",
        "credit_entries",
        "coupons",
        "coupon_plans",
        "discounts",
        "line_discounts",
        "wallets",
        "wallet_grants",
        "wallet_entries",
        "wallet_top_ups",
        "invoice_settlements",
    ):
        walled(table, execute)
    read_by_questions("wallet_grants", execute)
