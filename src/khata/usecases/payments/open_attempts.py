"""Open attempts: write down the intent to charge, before anybody is called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from khata.core.asking import next_ask
from khata.core.campaign import Step as CampaignStep
from khata.core.debit_plan import (
    AskCustomer,
    Debit,
    NeedsMandate,
    Plan,
    Wait,
    Wanted,
    may_be_handed_in,
)
from khata.core.dunning import LONGEST_OUTAGE, DeclineClass
from khata.core.gateway_account import GatewayAccount
from khata.core.gateway_health import Circuit, looked_at
from khata.core.ids import new_id
from khata.core.network_caps import LONGEST_WAIT, PastTries, forbidding, free_at
from khata.core.payment import (
    Attempt,
    AttemptStatus,
    Cause,
    Payment,
    PaymentStatus,
    due_at,
    ended,
)
from khata.core.policies import FallbackMethods
from khata.db.stores.attempts import Attempts
from khata.db.stores.fallbacks import Fallback, Fallbacks
from khata.db.stores.invoices import StoredInvoice
from khata.db.stores.payment_methods import Payable
from khata.db.transaction import UnitOfWork
from khata.ports.gateway import ChargeRequest
from khata.ports.gateways import Gateways
from khata.ports.notices import NoticeRequest
from khata.usecases.dunning.read_past_tries import read_past_tries
from khata.usecases.gateways.let_one_look import let_one_look
from khata.usecases.mandates.plan_debits import Planning, plan_debits
from khata.usecases.mandates.tell_payer import TellPayer
from khata.usecases.payments.fall_back import FailedWay, fall_back
from khata.usecases.payments.request_charge import request_charge

# Another payment's attempt for the same invoice has to end first.
_AFTER_ANOTHERS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ReadyToSend:
    """An attempt that is written down, and the request that it stands for."""

    attempt: Attempt
    request: ChargeRequest
    account: GatewayAccount | None


@dataclass(frozen=True, slots=True)
class CannotSend:
    """There is nothing to call: this counts as a decline of its own, without an attempt.

    `payment_method_id` is the method that cannot be charged; None: there is none. Tried again, it
    is not before `not_before`.
    """

    decline_class: DeclineClass
    decline_code: str
    payment_method_id: UUID | None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """Its mandate may be debited later: the payment is due again at `at`.

    `tell`: the payer is to be told of it now, by the payment method `way_id`.
    """

    at: datetime
    tell: TellPayer | None = None
    way_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NothingOwed:
    """The invoice needs no money now, or an attempt for it is open already."""


@dataclass(frozen=True, slots=True)
class PutOff:
    """Its gateway account ails, and nobody calls before `until`. No decline: it is tried then.

    `falls_back`: another way is tried first, at once.
    """

    until: datetime
    falls_back: bool = False


Step = ReadyToSend | CannotSend | Planned | NothingOwed | PutOff


def open_attempts(
    uow: UnitOfWork,
    payments: Sequence[Payment],
    *,
    earlier: Mapping[UUID, Sequence[Attempt]],
    cause: Cause,
    at: datetime,
    gateways: Gateways,
    by: Payable | None = None,
) -> list[Step]:
    """Write the attempts of payments that are locked with their invoices; commit before sending.

    `earlier`: the attempts so far, by invoice. `by` chooses a payment method; without it the
    subscription's is taken, or the customer's default. What is not owed is not charged; a mandate
    is debited when its rail allows it; the schedule keeps to the caps of networks, a customer's own
    try may go beyond. Returns the step for each payment, in order.
    """
    invoice_ids = [payment.invoice_id for payment in payments]
    invoices = uow.invoices.of(invoice_ids)
    ways = dict.fromkeys(invoice_ids, by) if by else uow.payments.ways_to_pay(invoice_ids)
    fallbacks = {} if by else _fallbacks(uow, payments)
    ways |= {one.invoice_id: fallbacks[one.id].way for one in payments if one.id in fallbacks}
    ids = {way.account_id for way in ways.values() if way.account_id}
    accounts = _Accounts(uow, uow.gateway_accounts.of(ids), at)
    planning = plan_debits(uow, ways.values(), at=at)
    past = read_past_tries(uow, ways.values(), at=at) if cause is Cause.SCHEDULE else {}
    steps, changed = list[Step](), list[Payment]()
    for payment in payments:
        invoice, way = invoices[payment.invoice_id], ways.get(payment.invoice_id)
        before = earlier[payment.invoice_id]
        account = accounts.of(way)
        obstacle = _obstacle(way, account, invoice, gateways)
        if invoice.payable <= 0 or any(one.is_open for one in before):
            steps.append(NothingOwed())
            changed.append(_without_attempt(payment, invoice, before, at))
        elif way is None or obstacle is not None:
            steps.append(obstacle or _no_method())
        elif (held := _held_back(payment, way, past.get(way.id), at)) is not None:
            steps.append(held[0])
            changed += _postponed(uow, held[1], at)
        elif (no := accounts.hold_back(account, way)) is not None:
            if isinstance(no, PutOff):
                no = _put_off(uow, payment, way, no.until, cause, at)
            steps.append(no)
        else:
            number = 1 + sum(one.payment_id == payment.id for one in before)
            attempt = _attempt(payment, invoice, way, number=number, cause=cause, at=at)
            if payment.id in fallbacks:
                attempt = replace(attempt, fallback_of=fallbacks[payment.id].after_attempt_id)
            request = request_charge(attempt, invoice, tenant=uow.tenant)
            ready = ReadyToSend(attempt, request, account)
            step = _by_mandate(planning, way, ready, gateways) if way.mandate_id else ready
            steps.append(step)
            changed += _after(payment, step)
            if way.id in past and isinstance(step, ReadyToSend):
                past[way.id] = past[way.id].with_one_more(at)
    uow.payments.change(changed)
    Attempts(uow.connection).add([one.attempt for one in steps if isinstance(one, ReadyToSend)])
    planning.store(uow)
    return steps


def _postponed(uow: UnitOfWork, payments: list[Payment], at: datetime) -> list[Payment]:
    """Note in each one's story that its network lets it be tried only later."""
    for one in payments:
        next_at = one.next_attempt_at
        uow.dunning.note(one.invoice_id, CampaignStep.POSTPONED, at, next_at=next_at)
    return payments


def _after(payment: Payment, step: Step) -> list[Payment]:
    """Return the payment as a step leaves it; one that cannot be sent has failed first."""
    if isinstance(step, Planned):
        return [due_at(payment, step.at)]
    return [_processing(payment)] if isinstance(step, ReadyToSend) else []


def _by_mandate(planning: Planning, way: Payable, ready: ReadyToSend, gateways: Gateways) -> Step:
    """Return what the planner makes of an attempt that is ready: now, later, or not at all."""
    attempt = ready.attempt
    wanted = Wanted(attempt.invoice_id, attempt.amount, attempt.currency)
    gateway = gateways.of(way.gateway, ready.account)
    assert gateway is not None, "a gateway that is not there is an obstacle"
    found = planning.of(way, wanted, gateway.capabilities)
    if isinstance(found, Debit):
        until = planning.spaced_until(way, gateway.capabilities)
        if until is not None and until > found.hand_in_at:
            planning.space(attempt.payment_id, until)
            return Planned(until)
        if may_be_handed_in(found, planning.at):
            ready = _on_notice(ready, found)
            planning.open(way, wanted, found, ready.attempt, gateway.capabilities)
            return ready
        if not found.tells:
            return Planned(found.hand_in_at)
        notice = planning.tell(way, wanted, found, payment_id=attempt.payment_id)
        request = _notice_of(ready.request, notice.id, found.at)
        tell = TellPayer(
            UUID(request.merchant),
            planning.at,
            attempt.payment_id,
            found.at,
            way.gateway,
            ready.account,
            request,
        )
        return Planned(found.at, tell, way.id)
    return _not_now(found, way)


def _on_notice(ready: ReadyToSend, debit: Debit) -> ReadyToSend:
    """Return the attempt with the gateway's reference of the notice that it is debited on."""
    reference = debit.notice.reference if debit.notice else None
    attempt = replace(ready.attempt, notice_reference=reference)
    return replace(ready, attempt=attempt, request=replace(ready.request, notice=reference))


def _not_now(found: Plan | None, way: Payable) -> Step:
    assert found is not None, "a mandate that is named is known"
    if isinstance(found, AskCustomer):
        action = DeclineClass.CUSTOMER_ACTION
        return CannotSend(action, found.why, way.id, found.carried_to)
    if isinstance(found, NeedsMandate):
        return CannotSend(DeclineClass.MANDATE, found.code, way.id)
    assert isinstance(found, Wait)
    return Planned(found.until)


def _notice_of(request: ChargeRequest, notice_id: UUID, debit_at: datetime) -> NoticeRequest:
    return NoticeRequest(
        notice_id,
        request.merchant,
        request.customer,
        request.token,
        request.amount,
        request.currency,
        debit_at,
        request.description,
        request.invoice_number,
        request.kind,
        request.holder,
        request.facts,
    )


def _held_back(
    payment: Payment, way: Payable, past: PastTries | None, at: datetime
) -> tuple[Step, list[Payment]] | None:
    """Return what is done instead of trying a method that its network does not let be tried."""
    if past is None:
        return None
    no = forbidding(past.tries)
    if no is not None:
        decline_class = DeclineClass(no.decline_class or DeclineClass.HARD)
        return CannotSend(decline_class, no.decline_code or "declined", way.id), []
    then = free_at(past, at)
    if then - at > LONGEST_WAIT:
        return CannotSend(DeclineClass.CUSTOMER_ACTION, "too_many_tries", way.id), []
    return (NothingOwed(), [due_at(payment, then)]) if then > at else None


def _fallbacks(uow: UnitOfWork, payments: Sequence[Payment]) -> Mapping[UUID, Fallback]:
    """Return which payments are to be tried another way, where the tenant lets that be."""
    if uow.tenants.get().policies.fallback_methods is FallbackMethods.OFF:
        return {}
    return Fallbacks(uow.connection).of([payment.id for payment in payments])


class _Accounts:
    """The accounts of a batch, and which may be called: to one that ails goes one call."""

    def __init__(self, uow: UnitOfWork, known: Mapping[UUID, GatewayAccount], at: datetime) -> None:
        self._uow, self._known, self._at = uow, dict(known), at

    def of(self, way: Payable | None) -> GatewayAccount | None:
        return self._known.get(way.account_id) if way and way.account_id else None

    def hold_back(self, account: GatewayAccount | None, way: Payable) -> CannotSend | PutOff | None:
        """Say why nobody may be called now; None: the call may be made, or looks."""
        at = self._at
        if account is None or account.health.shut_until is None:
            return None
        if account.health.circuit(at) is Circuit.HALF_OPEN:
            account = let_one_look(self._uow, account.id, at=at)
            shut = replace(account, health=looked_at(account.health, at=at))
            is_open = account.health.circuit(at) is Circuit.OPEN
            self._known[account.id] = account if is_open else shut
            if not is_open:
                return None
        if account.health.ailing_for(at) >= LONGEST_OUTAGE:
            return CannotSend(DeclineClass.GATEWAY_DOWN, "gateway_account_ailing", way.id)
        return PutOff(account.health.shut_until or at)


def _put_off(
    uow: UnitOfWork, payment: Payment, way: Payable, until: datetime, cause: Cause, at: datetime
) -> PutOff:
    """Let the payment be due when its account may be called, or at once by another way."""
    failed = FailedWay(way.id, DeclineClass.GATEWAY_DOWN)
    if cause is Cause.SCHEDULE and fall_back(uow, payment, failed, at=at):
        return PutOff(at, falls_back=True)
    uow.payments.change([due_at(payment, until)])
    return PutOff(until)


def _without_attempt(
    payment: Payment, invoice: StoredInvoice, earlier: Sequence[Attempt], at: datetime
) -> Payment:
    if invoice.payable <= 0:
        return ended(payment, PaymentStatus.CANCELED, at=at)
    if any(one.is_open and one.payment_id == payment.id for one in earlier):
        return _processing(payment)
    return due_at(payment, at + _AFTER_ANOTHERS)


def _processing(payment: Payment) -> Payment:
    return replace(payment, status=PaymentStatus.PROCESSING, next_attempt_at=None, finished_at=None)


def _no_method() -> CannotSend:
    return CannotSend(DeclineClass.CUSTOMER_ACTION, "no_payment_method", None)


def _obstacle(
    way: Payable | None,
    account: GatewayAccount | None,
    invoice: StoredInvoice,
    gateways: Gateways,
) -> CannotSend | None:
    if way is None:
        return _no_method()
    gateway = gateways.of(way.gateway, account)
    if account is not None and (gateway is None or not account.takes_charges):
        # The tenant's affair, not the customer's: nobody declined, and it waits for its account.
        why = "disabled" if not account.takes_charges else "unreadable"
        return CannotSend(DeclineClass.GATEWAY_DOWN, f"gateway_account_{why}", way.id)
    if gateway is None:
        return CannotSend(DeclineClass.CONFIG, "gateway_not_set_up", way.id)
    obstacle = gateway.obstacle(invoice.payable, invoice.currency)
    return CannotSend(DeclineClass.CONFIG, obstacle, way.id) if obstacle else None


def _attempt(
    payment: Payment,
    invoice: StoredInvoice,
    way: Payable,
    *,
    number: int,
    cause: Cause,
    at: datetime,
) -> Attempt:
    return Attempt(
        id=new_id(at),
        payment_id=payment.id,
        invoice_id=invoice.id,
        payment_method_id=way.id,
        gateway=way.gateway,
        token=way.token,
        amount=invoice.payable,
        currency=invoice.currency,
        number=number,
        cause=cause,
        status=AttemptStatus.SENDING,
        decline_class=None,
        decline_code=None,
        gateway_reference=None,
        fee=0,
        maybe_sent=True,
        ask_at=next_ask(AttemptStatus.SENDING, asks=0, at=at),
        asks=0,
        late_until=None,
        created_at=at,
        finished_at=None,
        gateway_account_id=way.account_id,
        method_kind=way.kind,
        holder=way.holder,
        method_facts=way.facts,
    )
