"""Revised invoices of who became registered, and the registration that takes another's place."""

from khata.db.migrations.step import run

revision = "0043_revised_invoices"
down_revision = "0042_doctor_e_invoices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0043_revised_invoices.sql."""
    run("0043_revised_invoices")
