"""What the doctor asks of e-invoices, over all tenants."""

from khata.db.migrations.step import execute, run
from khata.db.schema.tenancy import asked_by_app

revision = "0042_doctor_e_invoices"
down_revision = "0041_exempt_registrations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """See sql/0042_doctor_e_invoices.sql."""
    run("0042_doctor_e_invoices")
    asked_by_app("e_invoices_waiting()", execute)
