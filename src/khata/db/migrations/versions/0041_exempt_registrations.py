"""Registrations of a class that need not register its invoices."""

from khata.db.migrations.step import run

revision = "0041_exempt_registrations"
down_revision = "0040_void_notes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0041_exempt_registrations.sql."""
    run("0041_exempt_registrations")
