"""Prices: tiers, packages and percentages, and prices of a customer's own."""

from khata.db.migrations.step import run

revision = "0010_prices"
down_revision = "0009_changes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0010_prices.sql."""
    run("0010_prices")
