"""Routing by amount, accounts that ail, fallbacks, and bodies of events that are dropped."""

from khata.db.migrations.step import build_index, execute, run
from khata.db.schema.tenancy import asked_by_app, walled

revision = "0026_routing"
down_revision = "0025_disputes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0026_routing.sql.

    What a gateway sent is dropped after a time. `body_hash`, its SHA-256, is written then; the
    index, which is to hold what is not dropped, needs the column before it.
    """
    execute("alter table gateway_events add column if not exists body_hash bytea")
    build_index(
        "gateway_events_bodies",
        "gateway_events (tenant_id, received_at)"
        " where body_hash is null and status in ('applied', 'set_aside')",
    )
    run("0026_routing")
    walled("fallbacks", execute)
    asked_by_app("tenants_with_old_event_bodies(timestamptz, integer)", execute)
