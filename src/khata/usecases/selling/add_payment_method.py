"""Add a way to pay to a customer."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.customer import PaymentMethod
from khata.core.ids import public_id
from khata.core.mandate import Consent
from khata.core.refusal import NotFound
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateways import Gateways
from khata.usecases.mandates.keep_told_mandate import keep_told_mandate
from khata.usecases.payments.retry_after_new_method import retry_after_new_method
from khata.usecases.selling.find_payment_method import (
    FindPaymentMethod,
    FoundMethod,
    find_payment_method,
)


@dataclass(frozen=True, slots=True)
class AddPaymentMethod:
    """`account` names the tenant's account with the gateway; None: it is chosen by the routes.

    `holder` is the gateway's id of the customer, where its tokens belong to one. `amount` is what
    is to be paid by it at once, in minor units: routes may go by it. `agreed` is the
    mandate that the payer has just said yes to, and `consent` what they were shown.
    """

    tenant: UUID
    id: UUID
    at: datetime
    customer: UUID
    gateway: str
    token: str
    default: bool
    account: UUID | None = None
    holder: str | None = None
    amount: int | None = None
    agreed: UUID | None = None
    consent: Consent | None = None


def add_payment_method(
    command: AddPaymentMethod, *, db: Database, gateways: Gateways
) -> PaymentMethod:
    """Add the method; what can be paid by it from now on, and was not, is tried again.

    The first method of a customer is its default, whatever is asked.
    Raises: UnknownGateway, UnknownToken, FakeGatewayInLiveMode, NoGatewayAccount,
    GatewayDoesNotAnswer, MethodNotUsable, NeedsNoAccount, NotFound (customer, gateway account).
    """
    found = find_payment_method(find_of(command), db=db, gateways=gateways)
    return retrying(db, command.tenant, lambda uow: keep_method(uow, command, found))


def find_of(command: AddPaymentMethod) -> FindPaymentMethod:
    """Return what is asked of the gateway before the method is kept."""
    return FindPaymentMethod(
        command.tenant,
        command.customer,
        command.gateway,
        command.token,
        command.account,
        command.holder,
        command.amount,
    )


def keep_method(uow: UnitOfWork, command: AddPaymentMethod, found: FoundMethod) -> PaymentMethod:
    """Add the method inside the caller's transaction. Raises: NotFound (customer)."""
    with retry_after_new_method(uow, command.customer, at=command.at):
        if uow.customers.lock(command.customer) is None:
            raise NotFound("customer", public_id("cus", command.customer), param="customer")
        first = uow.payment_methods.default_of(command.customer) is None
        method = PaymentMethod(
            id=command.id,
            customer_id=command.customer,
            gateway=command.gateway,
            token=command.token,
            is_default=command.default or first,
            created_at=command.at,
            detached_at=None,
            account_id=found.account_id,
            saved=found.saved,
        )
        uow.payment_methods.add(method)
        keep_told_mandate(
            uow, method, at=command.at, agreed=command.agreed, consent=command.consent
        )
    return method
