"""Keep the mandate that a new payment method carries, as its gateway tells it."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from khata.core.customer import PaymentMethod
from khata.core.ids import new_id
from khata.core.mandate import (
    MANDATE_MOVES,
    RAILS,
    Consent,
    Mandate,
    MandateMove,
    ToldBy,
    next_look,
    terms_told,
)
from khata.core.mandate_events import event_of
from khata.core.mandate_rules import Category, rail_rules
from khata.core.mandate_terms import MandateTerms
from khata.core.payment_method import MethodKind
from khata.core.told_mandate import MandateStatus, ToldMandate
from khata.db.transaction import UnitOfWork

_CAUSE = "payment method saved"


def keep_told_mandate(
    uow: UnitOfWork,
    method: PaymentMethod,
    *,
    at: datetime,
    agreed: UUID | None = None,
    consent: Consent | None = None,
) -> None:
    """Store what the gateway told of a mandate, in the transaction that keeps the method.

    Terms that were written down before and wait for this customer's yes are what it is; without
    any, it is a mandate of its own. A method that carries none changes nothing, unless it was
    saved to agree to a mandate, `agreed`: then that binds us, whatever the gateway says of it.
    """
    told, kind = method.saved.mandate, method.saved.kind
    if kind not in RAILS:
        return
    rules = rail_rules()
    awaited = _agreed(uow, agreed, kind)
    if told is None:
        if awaited is None:
            return
        told = ToldMandate(MandateStatus.ACTIVE)
    awaited = awaited or uow.mandates.awaited_of(method.customer_id, kind)
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
        mandate = _new(method, terms, told, consent, at)
    else:
        mandate = replace(
            awaited,
            payment_method_id=method.id,
            terms=terms,
            status=told.status,
            reference=told.reference,
            consent=awaited.consent or consent,
        )
    mandate = replace(mandate, look_at=next_look(terms, told.status, after=at, rules=rules))
    _store(uow, mandate, told, awaited.status if awaited else None, at)


def _new(
    method: PaymentMethod,
    terms: MandateTerms,
    told: ToldMandate,
    consent: Consent | None,
    at: datetime,
) -> Mandate:
    return Mandate(
        new_id(at),
        method.customer_id,
        method.id,
        method.saved.kind,
        terms,
        Category.GENERAL,
        told.status,
        told.reference,
        consent,
        None,
        at,
    )


def _agreed(uow: UnitOfWork, id: UUID | None, kind: MethodKind) -> Mandate | None:
    """Return the mandate that was agreed to, locked, if it still waits for that."""
    mandate = uow.mandates.lock(id) if id else None
    waits = mandate is not None and mandate.status in (
        MandateStatus.CREATED,
        MandateStatus.PENDING_AUTHORISATION,
    )
    return mandate if waits and mandate is not None and mandate.kind is kind else None


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
