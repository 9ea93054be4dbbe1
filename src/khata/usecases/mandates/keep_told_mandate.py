"""Keep the mandate that a new payment method carries, as its gateway tells it."""

from dataclasses import replace
from datetime import datetime

from khata.core.customer import PaymentMethod
from khata.core.ids import new_id
from khata.core.mandate import (
    MANDATE_MOVES,
    RAILS,
    Mandate,
    MandateMove,
    ToldBy,
    next_look,
    terms_told,
)
from khata.core.mandate_events import event_of
from khata.core.mandate_rules import Category, rail_rules
from khata.core.told_mandate import MandateStatus, ToldMandate
from khata.db.transaction import UnitOfWork

_CAUSE = "payment method saved"


def keep_told_mandate(uow: UnitOfWork, method: PaymentMethod, *, at: datetime) -> None:
    """Store what the gateway told of a mandate, in the transaction that keeps the method.

    Terms that were written down before and wait for this customer's yes are what it is; without
    any, it is a mandate of its own. A method that carries none changes nothing.
    """
    told, kind = method.saved.mandate, method.saved.kind
    if told is None or kind not in RAILS:
        return
    rules = rail_rules()
    awaited = uow.mandates.awaited_of(method.customer_id, kind)
    if awaited is not None and told.status not in MANDATE_MOVES[awaited.status]:
        awaited = None
    customer = uow.customers.get(method.customer_id)
    assert customer is not None, "a payment method has a customer"
    terms = terms_told(
        told,
        kind,
        asked=awaited.terms if awaited else None,
        currency=customer.currency,
        today=rules.day(at),
        rules=rules,
    )
    if awaited is None:
        mandate = Mandate(
            new_id(at),
            method.customer_id,
            method.id,
            kind,
            terms,
            Category.GENERAL,
            told.status,
            told.reference,
            None,
            None,
            at,
        )
    else:
        mandate = replace(
            awaited,
            payment_method_id=method.id,
            terms=terms,
            status=told.status,
            reference=told.reference,
        )
    mandate = replace(mandate, look_at=next_look(terms, told.status, after=at, rules=rules))
    _store(uow, mandate, told, awaited.status if awaited else None, at)


def _store(
    uow: UnitOfWork, mandate: Mandate, told: ToldMandate, was: MandateStatus | None, at: datetime
) -> None:
    move = MandateMove(new_id(at), mandate.id, was, told.status, ToldBy.GATEWAY, _CAUSE, at)
    if was is None:
        uow.mandates.add(mandate, [move])
    else:
        uow.mandates.change(mandate, [move])
    event = event_of(mandate, cause=_CAUSE)
    uow.events.add([event] if event else [], at)
