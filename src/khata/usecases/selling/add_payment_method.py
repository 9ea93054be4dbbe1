"""Add a way to pay to a customer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.customer import PaymentMethod
from khata.core.ids import public_id
from khata.core.refusal import NotFound, Refusal
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateway import Gateway, UnknownToken
from khata.usecases.payments.retry_after_new_method import retry_after_new_method


class UnknownGateway(Refusal):
    """The engine has no such gateway."""


class FakeGatewayInLiveMode(Refusal):
    """The fake gateway moves no money, so nothing in live mode is collected by it."""


@dataclass(frozen=True, slots=True)
class AddPaymentMethod:
    tenant: UUID
    id: UUID
    at: datetime
    customer: UUID
    gateway: str
    token: str
    default: bool


def add_payment_method(
    command: AddPaymentMethod, *, db: Database, gateways: Mapping[str, Gateway]
) -> PaymentMethod:
    """Add the method; what can be paid by it from now on, and was not, is tried again.

    The first method of a customer is its default, whatever is asked.
    Raises: UnknownGateway, UnknownToken, FakeGatewayInLiveMode, NotFound (customer).
    """
    return retrying(db, command.tenant, lambda uow: keep_method(uow, command, gateways))


def keep_method(
    uow: UnitOfWork, command: AddPaymentMethod, gateways: Mapping[str, Gateway]
) -> PaymentMethod:
    """Add the method inside the caller's transaction. Raises: as above."""
    gateway = gateways.get(command.gateway)
    if gateway is None:
        raise UnknownGateway(
            f"{command.gateway[:40]!r} is not a gateway here; there is "
            + ", ".join(sorted(gateways)),
            param="gateway",
        )
    if not gateway.accepts_token(command.token):
        raise UnknownToken(
            "No payment method has this token; check that it was copied whole", param="token"
        )
    if command.gateway == "fake" and uow.tenants.get().livemode:
        raise FakeGatewayInLiveMode("The fake gateway is for test mode only", param="gateway")
    with retry_after_new_method(uow, command.customer, at=command.at):
        if uow.customers.lock(command.customer) is None:
            raise NotFound("customer", public_id("cus", command.customer), param="customer")
        first = uow.customers.default_method(command.customer) is None
        method = PaymentMethod(
            command.id,
            command.customer,
            command.gateway,
            command.token,
            command.default or first,
            command.at,
        )
        uow.customers.add_method(method)
    return method
