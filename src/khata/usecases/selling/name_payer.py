"""Name who pays for a customer, inside the transaction that stores it."""

from uuid import UUID

from khata.core.ids import public_id
from khata.core.paying import PaysForOthers, check_payer
from khata.core.refusal import NotFound
from khata.db.transaction import UnitOfWork


def name_payer(uow: UnitOfWork, customer_id: UUID, currency: str, payer_id: UUID) -> None:
    """Check that this customer can pay for that one; both are held until the commit.

    Raises: NotFound, PayerNotPossible, PaysForOthers.
    """
    payer = uow.customers.lock(payer_id)
    if payer is None:
        raise NotFound("customer", public_id("cus", payer_id), param="payer")
    check_payer(customer_id, currency, payer)
    if uow.customers.pays_for_others(customer_id):
        raise PaysForOthers(
            "This customer pays for others: let them pay for themselves first", param="payer"
        )
