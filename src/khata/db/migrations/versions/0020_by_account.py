"""What is found by its gateway account, and days that do not agree with a gateway."""

from khata.db.migrations.step import build_index, run

revision = "0020_by_account"
down_revision = "0019_gateways"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0020_by_account.sql. Rows of gateways without accounts are in no index."""
    some = "where gateway_account_id is not null"
    build_index(
        "payment_methods_token", f"payment_methods (tenant_id, gateway_account_id, token) {some}"
    )
    build_index("attempts_account", f"attempts (tenant_id, gateway_account_id, created_at) {some}")
    run("0020_by_account")
