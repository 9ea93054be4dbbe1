"""The life of a subscription: pauses, contracts, trials and first payments."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import walled

revision = "0014_living"
down_revision = "0013_entitlements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0014_living.sql."""
    run("0014_living")
    walled("trials_had", execute)
