"""Move a mandate, and let follow what follows: news, and for one that ended, its payments."""

from dataclasses import dataclass, replace
from datetime import datetime

from khata.core.dunning import OPTED_OUT, DeclineClass
from khata.core.ids import new_id
from khata.core.mandate import ENDED, Mandate, ToldBy, moved
from khata.core.mandate_events import event_of
from khata.core.mandate_rules import rail_rules
from khata.core.payment import Payment, PaymentStatus, due_at
from khata.core.told_mandate import MandateStatus
from khata.db.stores.forgettings import Forgettings
from khata.db.transaction import UnitOfWork
from khata.usecases.payments.fail_payment import Failure, fail_payment
from khata.usecases.payments.lock_owed import lock_owed
from khata.usecases.visits.offer_agreement import offer_agreement


@dataclass(frozen=True, slots=True)
class MoveMandate:
    """`cause` is in a few words."""

    to: MandateStatus
    told_by: ToldBy
    cause: str
    at: datetime


def move_mandate(uow: UnitOfWork, mandate: Mandate, command: MoveMandate) -> Mandate:
    """Return the mandate in its new state, kept and told.

    One that has ended is debited no more: its payment method is detached, what was kept of it is
    deleted, and a payment that was to come by it has failed, so that the customer is asked for
    another way; where there is one already, that is tried when the debit was planned. One that
    goes on again is tried at once. Subscriptions, invoices and payments of the customer are locked
    first, then the mandate. Raises: MandateCannotMove.
    """
    unpaid = _collected_by(uow, mandate)
    locked = uow.mandates.lock(mandate.id)
    assert locked is not None, "a mandate is never deleted"
    after, the_move = moved(
        locked,
        command.to,
        id=new_id(command.at),
        told_by=command.told_by,
        cause=command.cause,
        at=command.at,
        rules=rail_rules(),
    )
    method_id = locked.payment_method_id
    if after.status in ENDED:
        after = replace(after, payment_method_id=None)
    uow.mandates.change(after, [the_move])
    event = event_of(after, cause=command.cause)
    uow.events.add([event] if event else [], command.at)
    if after.status in ENDED and method_id is not None:
        uow.customers.lock(after.customer_id)
        uow.payment_methods.detach(method_id, command.at)
        Forgettings(uow.connection).want(method_id, command.at)
        uow.mandate_debits.forget(after.id, method_id, command.at)
        offer_agreement(uow, after, at=command.at)
        failure = Failure(DeclineClass.MANDATE, f"mandate_{after.status}", None, method_id)
        others = uow.payments.ways_to_pay([payment.invoice_id for payment in unpaid])
        for payment in unpaid:
            if payment.invoice_id in others:
                continue  # tried by that when it was planned to be, not in this moment
            if payment.status is PaymentStatus.SCHEDULED and payment.decline_count == 0:
                owed = lock_owed(uow, payment.invoice_id)
                fail_payment(uow, owed, payment, failure, at=command.at)
    elif locked.status is MandateStatus.PAUSED:
        # What the payer has opted out of is not debited in another cycle either.
        waiting = [
            one
            for one in unpaid
            if one.status is not PaymentStatus.PROCESSING and one.last_decline_code != OPTED_OUT
        ]
        uow.payments.change([due_at(one, command.at) for one in waiting])
    return after


def _collected_by(uow: UnitOfWork, mandate: Mandate) -> list[Payment]:
    """Lock and return what is to be collected by the mandate."""
    unpaid = uow.payments.lock_unpaid(mandate.customer_id)
    ways = uow.payments.ways_to_pay([payment.invoice_id for payment in unpaid])
    return [
        payment
        for payment in unpaid
        if payment.invoice_id in ways and ways[payment.invoice_id].mandate_id == mandate.id
    ]
