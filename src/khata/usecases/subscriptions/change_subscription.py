"""Change a subscription's way to pay, its threshold, or the facts that the tenant keeps of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.core.subscription import Subscription
from khata.db.retrying import retrying
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.payments.retry_after_new_method import retry_after_new_method
from khata.usecases.subscriptions.agree_on_subscription import PaymentMethodNotUsable


class SubscriptionChanges(TypedDict, total=False):
    """What is not named stays as it is. No payment method: the customer's default.

    The threshold is in minor units; None: usage is billed at the end of its period alone.
    """

    payment_method_id: UUID | None
    usage_threshold: int | None
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ChangeSubscription:
    tenant: UUID
    id: UUID
    at: datetime
    changes: SubscriptionChanges


def change_subscription(command: ChangeSubscription, *, db: Database) -> Subscription:
    """Write the changes; what could not be paid and has another way to pay now is tried at once.

    Raises: NotFound, PaymentMethodNotUsable.
    """
    return retrying(db, command.tenant, lambda uow: _changed(uow, command))


def _changed(uow: UnitOfWork, command: ChangeSubscription) -> Subscription:
    changes = command.changes
    customer_id = uow.subscriptions.get(command.id).customer_id
    if "payment_method_id" in changes:
        method_id = changes["payment_method_id"]
        customer = uow.customers.get(customer_id)
        assert customer is not None
        with retry_after_new_method(uow, customer.buyer_id, at=command.at):
            [subscription] = uow.subscriptions.lock([command.id])
            uow.customers.lock(customer.buyer_id)
            _check(uow, method_id, customer.buyer_id)
            uow.subscriptions.change([replace(subscription, payment_method_id=method_id)])
    if "usage_threshold" in changes:
        [subscription] = uow.subscriptions.lock([command.id])
        threshold = changes["usage_threshold"]
        uow.subscriptions.change([replace(subscription, usage_threshold=threshold)])
        if threshold is not None:  # what was used before may come to it already
            uow.usage_events.mark_again(command.id, command.at)
    if "metadata" in changes:
        uow.subscriptions.describe(command.id, changes["metadata"])
    return uow.subscriptions.get(command.id)


def _check(uow: UnitOfWork, method_id: UUID | None, buyer_id: UUID) -> None:
    if method_id is None:
        return
    method = uow.payment_methods.get(method_id)
    id = public_id("pm", method_id)
    if method is None:
        raise NotFound("payment method", id, param="payment_method")
    if method.customer_id != buyer_id or method.detached_at is not None:
        raise PaymentMethodNotUsable(
            f"{id} cannot pay for this customer: it is another's, or was detached",
            param="payment_method",
        )
