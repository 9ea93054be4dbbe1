"""Fail a payment: what a decline does to the payment, to access, and who is told."""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Self
from uuid import UUID

from khata.core.campaign import Campaign, Step
from khata.core.dunning import (
    DeclineClass,
    GiveUp,
    LeaveUnpaid,
    LetAPersonLook,
    Retry,
    counts,
    decide,
)
from khata.core.dunning_terms import DunningTerms, Followed
from khata.core.events import Event, PaymentFailed
from khata.core.payment import Attempt, Cause, Payment, PaymentStatus, due_at, ended
from khata.core.working_days import Whereabouts, off_holidays
from khata.db.stores.attempts import Attempts
from khata.db.stores.fallbacks import Fallbacks
from khata.db.transaction import UnitOfWork
from khata.usecases.dunning.end_campaign import end_campaign
from khata.usecases.dunning.follow_terms import follow_terms
from khata.usecases.dunning.keep_to_caps import keep_to_caps
from khata.usecases.dunning.note_decline import Declined, note_decline
from khata.usecases.payments.fall_back import FailedWay, fall_back
from khata.usecases.payments.fall_behind import fall_behind
from khata.usecases.payments.give_up import give_up
from khata.usecases.payments.lock_owed import Owed
from khata.usecases.payments.set_aside import set_aside

# It was never sent, as less is owed than when it was opened: what is left is tried at once.
OWES_LESS = "nothing_owed"
_WAITS = {
    "gateway_account_disabled": "Its gateway account is disabled; it is collected when the account "
    "is enabled, or when the customer has another payment method",
    "gateway_account_unreadable": "The credentials of its gateway account cannot be read, as the "
    "installation's secret key was changed; enter them anew and it is collected",
    "gateway_account_ailing": "Its gateway account has let nobody in, or was out of reach, for a "
    "week; service goes on unpaid. It is collected when the account is well again",
}

_OPEN = (PaymentStatus.SCHEDULED, PaymentStatus.PROCESSING)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why it failed, and by which method; `attempt_id` is None where there was nothing to call.

    `not_before`: trying again sooner would be in vain.
    """

    decline_class: DeclineClass
    decline_code: str
    attempt_id: UUID | None
    payment_method_id: UUID | None
    cause: Cause = Cause.SCHEDULE
    not_before: datetime | None = None
    gateway: str | None = None

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        """Return the failure of an attempt that has failed."""
        assert attempt.decline_class is not None
        assert attempt.decline_code is not None
        return cls(
            attempt.decline_class,
            attempt.decline_code,
            attempt.id,
            attempt.payment_method_id,
            attempt.cause,
            gateway=attempt.gateway,
        )


def fail_payment(
    uow: UnitOfWork, owed: Owed, payment: Payment, failure: Failure, *, at: datetime
) -> None:
    """Schedule the next attempt or give up; the payment and what it is for are locked.

    An invoice that is no longer owed is not collected again, nor is one of a subscription that
    was canceled; where dunning had ended it, its last invoice is given up, too. A gateway that
    was down changes nothing but the time; a customer's own try not even that. Where the way to
    pay has changed meanwhile, the new one is tried at once.
    """
    if payment.status not in _OPEN:
        return
    declined = replace(payment, last_decline_code=failure.decline_code)
    # What was written off while the attempt was open is not collected, and nobody is told.
    is_let_go = payment.returns_to is PaymentStatus.CANCELED and failure.cause is Cause.SCHEDULE
    if owed.invoice.payable <= 0 or is_let_go:
        uow.payments.change([ended(payment, PaymentStatus.CANCELED, at=at)])
    elif failure.decline_code == OWES_LESS and failure.cause is Cause.SCHEDULE:
        uow.payments.change([due_at(payment, at)])
    elif failure.cause is Cause.CUSTOMER:
        _return(uow, owed, declined, failure, at)
    else:
        _go_on(uow, owed, declined, failure, at)


def _go_on(uow: UnitOfWork, owed: Owed, payment: Payment, failure: Failure, at: datetime) -> None:
    """Try a new way to pay, or another that is there, or go by the terms."""
    other = None if owed.is_canceled else _other_way(uow, payment, failure)
    if other is not None and _is_untried(uow, payment, other):
        _tell(uow, payment, failure, at, next_at=at)
        uow.payments.change([due_at(replace(payment, decline_count=0), at)])
        if counts(failure.decline_class):
            follows = _followed(uow, payment)
            where = _where(uow, payment, follows.terms)
            _note(uow, owed, payment, failure, follows, where, at, Retry(at))
            uow.dunning.note(payment.invoice_id, Step.NEW_METHOD, at)
    elif not owed.is_canceled and fall_back(uow, payment, _way(failure), at=at):
        return  # another method of the payer's is tried first, and nothing is a decline yet
    elif failure.decline_code in _WAITS and not owed.is_canceled:
        _wait_for_the_account(uow, payment, failure, at)
    else:
        _follow_the_policy(uow, owed, payment, failure, other, at)


def _way(failure: Failure) -> FailedWay:
    return FailedWay(failure.payment_method_id, failure.decline_class, failure.attempt_id)


def _wait_for_the_account(
    uow: UnitOfWork, payment: Payment, failure: Failure, at: datetime
) -> None:
    """Set the payment aside until its gateway account is there again, or another way to pay."""
    reason = _WAITS[failure.decline_code]
    uow.payments.change([due_at(payment, None)])
    set_aside(uow, payment, code=failure.decline_code, reason=reason, at=at)


def _return(uow: UnitOfWork, owed: Owed, payment: Payment, failure: Failure, at: datetime) -> None:
    """Let the payment be what it was before the customer tried: the retries go on as planned."""
    to = payment.returns_to or PaymentStatus.CANCELED
    if owed.is_canceled:
        to = PaymentStatus.CANCELED
    if to is PaymentStatus.SCHEDULED:
        planned = payment.returns_at  # None: it was set aside, and stays so
        next_at = None if planned is None else max(planned, at)
        _tell(uow, payment, failure, at, next_at=next_at)
        uow.payments.change([due_at(payment, next_at)])
    else:
        _tell(uow, payment, failure, at, next_at=None)
        uow.payments.change([ended(payment, to, at=at)])


def _follow_the_policy(
    uow: UnitOfWork,
    owed: Owed,
    payment: Payment,
    failure: Failure,
    other: UUID | None,
    at: datetime,
) -> None:
    """Do what the dunning terms say; `other` is the payment's own way, where another failed."""
    counted = counts(failure.decline_class)
    declined = replace(payment, decline_count=payment.decline_count + counted)
    follows = _followed(uow, payment)
    where = _where(uow, payment, follows.terms)
    own = other if failure.payment_method_id is not None else None
    decision = _decided(uow, owed, declined, failure, own, follows.terms, where, at)
    if isinstance(decision, LetAPersonLook) and not owed.is_canceled:
        uow.payments.change([due_at(declined, None)])
        reason = "The gateway has been out of reach for a week; service goes on unpaid"
        set_aside(uow, declined, code=failure.decline_code, reason=reason, at=at)
        return
    retry_at = decision.at if isinstance(decision, Retry) and not owed.is_canceled else None
    if retry_at is not None:
        uow.payments.change([due_at(declined, retry_at)])
    else:
        given_up = isinstance(decision, GiveUp | LeaveUnpaid)
        to = PaymentStatus.GIVEN_UP if given_up else PaymentStatus.CANCELED
        uow.payments.change([ended(declined, to, at=at)])
    if isinstance(decision, LeaveUnpaid) and not owed.is_canceled:
        uow.reminders.watch_invoices([payment.invoice_id], at)  # from now on it is paid by hand
    told = _told(declined, failure, next_at=retry_at)
    ends_at = None
    if counted:
        noted = _note(uow, owed, declined, failure, follows, where, at, decision)
        ends_at = None if owed.is_canceled else noted.access_ends_at
    if isinstance(decision, GiveUp) and (ends_at is None or ends_at <= at):
        uow.events.add(told, at)
        give_up(uow, owed, declined, follows.terms, at=at)
    elif owed.is_canceled and counted:
        uow.events.add(told, at)
        end_campaign(uow, payment.invoice_id, at=at, paid_by=None, outcome="closed")
    elif counted:
        fall_behind(uow, owed.subscriptions, at=at, told=told)


def _decided(
    uow: UnitOfWork,
    owed: Owed,
    payment: Payment,
    failure: Failure,
    own: UUID | None,
    terms: DunningTerms,
    where: Whereabouts,
    at: datetime,
) -> Retry | GiveUp | LeaveUnpaid | LetAPersonLook:
    """Decide by the terms, and within what the card's network allows."""
    counted = counts(failure.decline_class)
    unreached = [] if counted else _unreached(uow, payment)
    refused, code, method_id = (
        failure.decline_class,
        failure.decline_code,
        failure.payment_method_id,
    )
    own = own if counted else None
    if own is not None:
        # Tried in the place of its own way, which nobody has refused: that goes on as planned.
        refused, code, method_id = DeclineClass.SOFT, "", own
    decision = decide(
        refused,
        decline_count=payment.decline_count,
        policies=terms,
        at=at,
        decline_code=code,
        where=where,
        down_since=min((one.created_at for one in unreached), default=None),
        down_count=max(1, len(unreached)),
        method_is_gone=own is None and _is_gone(uow, failure),
    )
    if counted and owed.is_given_up:
        return GiveUp(terms.after_last_retry)
    if counted and isinstance(decision, Retry):
        decision = keep_to_caps(uow, decision, method_id, terms, where)
    if isinstance(decision, Retry) and failure.not_before is not None:
        then = max(decision.at, failure.not_before)
        return replace(decision, at=off_holidays(terms, then, where))
    return decision


def _is_gone(uow: UnitOfWork, failure: Failure) -> bool:
    """Say whether a mandate failed that no bank will be asked about again by itself."""
    if failure.decline_class is not DeclineClass.MANDATE:
        return False
    if failure.attempt_id is None or failure.payment_method_id is None:
        return True
    method = uow.payment_methods.get(failure.payment_method_id)
    if method is None or method.detached_at is not None:
        return True
    return uow.mandates.of_method(method.id) is not None  # it ends with this failure


@dataclass(frozen=True, slots=True)
class _Follows:
    """What a payment goes by: its campaign, if it has declined before, and the terms of that."""

    campaign: Campaign | None
    followed: Followed

    @property
    def terms(self) -> DunningTerms:
        return self.followed.terms


def _followed(uow: UnitOfWork, payment: Payment) -> _Follows:
    campaign = uow.dunning.campaign(payment.invoice_id)
    return _Follows(campaign, follow_terms(uow, payment.invoice_id, campaign))


def _note(
    uow: UnitOfWork,
    owed: Owed,
    payment: Payment,
    failure: Failure,
    follows: _Follows,
    where: Whereabouts,
    at: datetime,
    decision: Retry | GiveUp | LeaveUnpaid | LetAPersonLook,
) -> Campaign:
    retry = decision if isinstance(decision, Retry) and not owed.is_canceled else None
    declined = Declined(
        failure.decline_class,
        failure.decline_code,
        failure.attempt_id,
        failure.payment_method_id,
        retry.at if retry else None,
        retry.is_last if retry else False,
        failure.gateway,
    )
    noted = note_decline(
        uow,
        owed,
        payment,
        declined,
        follows.followed,
        found=follows.campaign,
        zone=where.zone,
        at=at,
    )
    if retry is not None and retry.is_moved:
        uow.dunning.note(payment.invoice_id, Step.POSTPONED, at, next_at=retry.at)
    return noted


def _where(uow: UnitOfWork, payment: Payment, terms: DunningTerms) -> Whereabouts:
    """Return where the customer is, where the terms look at the days or hours there."""
    if not terms.looks_at_the_clock:
        return Whereabouts()
    customer = uow.customers.get(payment.customer_id)
    assert customer is not None, "a payment has a customer"
    return Whereabouts(customer.timezone, customer.country)


def _other_way(uow: UnitOfWork, payment: Payment, failure: Failure) -> UUID | None:
    """Return the payment's way to pay, where that is not the one that failed."""
    way = uow.payments.ways_to_pay([payment.invoice_id]).get(payment.invoice_id)
    return None if way is None or way.id == failure.payment_method_id else way.id


def _is_untried(uow: UnitOfWork, payment: Payment, way: UUID) -> bool:
    """Say whether it is a new way: where another was tried in its place, it is not."""
    return way not in Fallbacks(uow.connection).tried(payment.id)


def _unreached(uow: UnitOfWork, payment: Payment) -> list[Attempt]:
    """Return the latest attempts in a row that reached nobody."""
    latest_first = reversed(Attempts(uow.connection).of_payment(payment.id))
    return list(takewhile(lambda one: one.decline_class is DeclineClass.GATEWAY_DOWN, latest_first))


def _tell(
    uow: UnitOfWork, payment: Payment, failure: Failure, at: datetime, *, next_at: datetime | None
) -> None:
    uow.events.add(_told(payment, failure, next_at=next_at), at)


def _told(payment: Payment, failure: Failure, *, next_at: datetime | None) -> list[Event]:
    """Return what is told of a decline; a gateway that was down is none."""
    if not counts(failure.decline_class):
        return []
    failed = PaymentFailed(
        payment.id,
        failure.attempt_id,
        payment.invoice_id,
        payment.customer_id,
        payment.currency,
        payment.amount,
        failure.decline_class,
        failure.decline_code,
        next_at,
    )
    return [failed]
