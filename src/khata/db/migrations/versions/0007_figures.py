"""Figures: what an operator watches, asked across tenants and answered in sums only."""

from khata.db.migrations.step import build_index, execute, run
from khata.db.schema.tenancy import asked_by_app, read_by_questions

revision = "0007_figures"
down_revision = "0006_webhooks"
branch_labels = None
depends_on = None

_READ = ("entries", "invoices", "parked", "postings")


def upgrade() -> None:
    """See sql/0007_figures.sql. The index comes first: it is built beside those who write."""
    build_index(
        "payments_dunned",
        "payments (tenant_id) where decline_count > 0 and status in ('scheduled', 'processing')",
    )
    run("0007_figures")
    for table in _READ:
        read_by_questions(table, execute)
    asked_by_app("figures_of_work(timestamptz)", execute)
    asked_by_app("books_checked(uuid, uuid, integer)", execute)
    asked_by_app("new_books_checked(uuid, integer)", execute)
