"""Sandboxes: any number of test tenants of one account, each with a clock of its own."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import asked_by_app

revision = "0017_sandboxes"
down_revision = "0016_payers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0017_sandboxes.sql."""
    run("0017_sandboxes")
    for function in ("places_of_user(uuid)", "sandboxes_of_account()"):
        asked_by_app(function, execute)
