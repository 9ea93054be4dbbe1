"""Gateways: accounts, routes, what gateways told by themselves, and whose account was charged."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import asked_by_app, read_by_questions, walled

revision = "0019_gateways"
down_revision = "0018_seeing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0019_gateways.sql."""
    run("0019_gateways")
    for table in ("gateway_accounts", "gateway_routes", "gateway_events", "reconciliations"):
        walled(table, execute)
    for table in ("gateway_accounts", "gateway_events", "reconciliations"):
        read_by_questions(table, execute)
    asked_by_app("tenant_of_gateway_account(uuid)", execute)
