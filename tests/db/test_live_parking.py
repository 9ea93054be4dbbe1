"""In live mode a renewal whose invoice would lack an address that the law asks for is parked."""

from khata.db.transaction import Database
from khata.usecases.billing.renew_due_subscriptions import (
    Batch,
    RenewDueSubscriptions,
    renew_due_subscriptions,
)
from tests.db.fleet import DUE, Fleet


def test_a_real_invoice_without_the_sellers_address_is_not_issued(db: Database) -> None:
    fleet = Fleet(db, 3)  # its registration has no address
    fleet.rows("update tenants set livemode = true returning 1")
    command = RenewDueSubscriptions(fleet.tenant, DUE, DUE)
    assert renew_due_subscriptions(command, db=db) == Batch(3, invoiced=0, parked=3, is_last=True)
    assert fleet.rows("select distinct code from parked") == [("address_required",)]
    assert fleet.one("select count(*) from invoices") == 0
