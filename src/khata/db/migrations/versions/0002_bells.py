"""What is rung for: work on many machines, and when each kind of it is due."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import APP, SUPPORT, asked_by_app, walled

revision = "0002_bells"
down_revision = "0001_spine"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0002_bells.sql."""
    run("0002_bells")
    walled("bells", execute)
    execute("create policy owner_rings on bells to current_user using (true) with check (true)")
    asked_by_app("ring_bells(timestamptz, timestamptz, text[], text[], integer)", execute)
    execute(f"grant select, insert, update, delete on processes to {APP}")
    execute(f"grant select on processes to {SUPPORT}")
