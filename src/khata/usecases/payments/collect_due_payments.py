"""Collect the payments that are due: write the intents, commit, then call and record each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import structlog

from khata.core.dunning import DeclineClass
from khata.core.fallback import NOT_THE_PAYERS
from khata.core.gateway_health import Circuit
from khata.core.payment import Attempt, AttemptStatus, Cause, Payment, PaymentStatus, due_at
from khata.core.refusal import unforeseen
from khata.db.retrying import retrying
from khata.db.stores.attempts import Ask, Attempts
from khata.db.stores.visits import Visits
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateways import Gateways
from khata.usecases.gateways.hold_back import hold_back
from khata.usecases.mandates.end_refused_mandate import end_refused_mandate
from khata.usecases.mandates.tell_payer import TellPayer, tell_payer
from khata.usecases.payments.ask_about_attempt import ask_about_attempt
from khata.usecases.payments.fail_payment import Failure, fail_payment
from khata.usecases.payments.last_look import last_look
from khata.usecases.payments.lock_owed import lock_owed
from khata.usecases.payments.note_not_reached import note_not_reached
from khata.usecases.payments.open_attempts import (
    CannotSend,
    NothingOwed,
    Planned,
    PutOff,
    ReadyToSend,
    Step,
    open_attempts,
)
from khata.usecases.payments.send_attempt import send_attempt
from khata.usecases.payments.set_aside import set_aside
from khata.usecases.payments.take_due_payments import TakeDuePayments, Taken, take_due_payments
from khata.usecases.visits.settle_before_charging import settle_before_charging

_log = structlog.get_logger(__name__)

AT_ONCE = 10  # attempts that are opened in one transaction, before the first of them is sent
# The gateway does not say what became of an earlier attempt: no new one before it does.
_AFTER_NO_ANSWER = timedelta(hours=1)
# A payer has gone to a gateway in the meantime.
_AFTER_A_VISIT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class CollectDuePayments:
    tenant: UUID
    at: datetime
    limit: int = 500
    only: tuple[UUID, ...] | None = None  # these invoices; None: whatever is due


def collect_due_payments(command: CollectDuePayments, *, db: Database, gateways: Gateways) -> int:
    """Try what is due by `at`, the longest due first, and return how many were tried.

    Any number of collectors may run: each takes what no other holds. No gateway is called
    inside a transaction, and a crash at any line is found by the attempt's own row. A payment
    that breaks on a fault of ours is set aside; the others go on.
    """
    collecting = _Collecting(command, db, gateways)
    tried = 0
    while tried < command.limit:
        wanted = min(collecting.at_once, command.limit - tried)
        take = TakeDuePayments(command.tenant, command.at, wanted, command.only)
        taken = take_due_payments(take, db=db, gateways=gateways)
        again = [collecting.carry_out(one, is_first=place == 0) for place, one in enumerate(taken)]
        tried += len(taken)
        if len(taken) < wanted and not any(again):
            break
    return tried


@dataclass(frozen=True, slots=True)
class _Collecting:
    """One collector at work."""

    command: CollectDuePayments
    db: Database
    gateways: Gateways

    @property
    def at_once(self) -> int:
        """How many to open together: those that a crash leaves unsent are sent by their own rows.

        Where a gateway does not tell a second sending from a first, only one can be left so.
        """
        can = self.gateways.capabilities()
        again = all(one.replays or one.sent_again_after is not None for one in can)
        return AT_ONCE if again else 1

    def carry_out(self, taken: Taken, *, is_first: bool) -> bool:
        """Do what was written down, and say whether the payment may be due again at once."""
        step = taken.step
        try:
            if step is None:
                step = self._after_asking(taken)
            elif isinstance(step, ReadyToSend) and not is_first:
                looked = self._after_a_last_look(step)
                if isinstance(looked, PutOff):
                    return self._was_not_sent(step.attempt)
                step = looked
            return self._do(taken.payment, step)
        except psycopg.OperationalError:
            raise
        except Exception as fault:
            _log.exception("collecting_failed", payment=str(taken.payment.id))
            self._set_aside(step.attempt if isinstance(step, ReadyToSend) else taken.payment, fault)
            return False

    def _do(self, payment: Payment, step: Step | None) -> bool:
        if isinstance(step, ReadyToSend):
            tenant, at = self.command.tenant, self.command.at
            sent = send_attempt(step, tenant=tenant, at=at, db=self.db, gateways=self.gateways)
            return sent is not None and sent.decline_class in NOT_THE_PAYERS
        if isinstance(step, Planned) and step.tell is not None:
            step = self._told(step, step.tell)
        if isinstance(step, CannotSend):
            retrying(self.db, self.command.tenant, lambda uow: self._fail(uow, payment.id, step))
            return step.decline_class in NOT_THE_PAYERS
        return isinstance(step, PutOff) and step.falls_back

    def _told(self, step: Planned, tell: TellPayer) -> Step:
        """Have the payer told; what the gateway refuses to tell of has failed as a debit does."""
        no = tell_payer(tell, db=self.db, gateways=self.gateways)
        if no is None:
            return step
        tenant, way, code, at = self.command.tenant, step.way_id, no.decline_code, self.command.at
        if way is not None and no.decline_class is DeclineClass.MANDATE:
            retrying(self.db, tenant, lambda uow: end_refused_mandate(uow, way, code, at))
        return CannotSend(no.decline_class, code, way)

    def _after_a_last_look(self, step: ReadyToSend) -> ReadyToSend | PutOff | None:
        """Look again, for others were sent first: paid or void meanwhile, it is not sent.

        Nor is it where those before it have found nobody at its account.
        """

        def look(uow: UnitOfWork) -> ReadyToSend | PutOff | None:
            found = last_look(uow, step.attempt, may_be_sent=_is_as_it_was)
            if isinstance(found, NothingOwed):
                Attempts(uow.connection).never_left(step.attempt.id)
                return None  # it is closed when it is asked about
            if isinstance(found, ReadyToSend) and self._is_shut_since(step, found):
                return PutOff(self.command.at)
            return found

        return retrying(self.db, self.command.tenant, look)

    def _was_not_sent(self, attempt: Attempt) -> bool:
        tenant, at = self.command.tenant, self.command.at
        ended = note_not_reached(attempt, tenant=tenant, at=at, db=self.db)
        return ended is not None and ended.decline_class in NOT_THE_PAYERS

    def _is_shut_since(self, opened: ReadyToSend, now: ReadyToSend) -> bool:
        """Say whether its account was well when this was written down, and is not called now."""
        was_well = opened.account is not None and not opened.account.health.is_ailing
        circuit = now.account.health.circuit(self.command.at) if now.account else Circuit.CLOSED
        return was_well and circuit is Circuit.OPEN

    def _after_asking(self, taken: Taken) -> Step | None:
        """Open the attempt unless an earlier one, thought to have failed, has paid after all.

        A page where the payer could pay meanwhile is closed before, and one that is closed is asked
        about while its money may come late.
        """
        command = self.command
        until = retrying(self.db, command.tenant, lambda uow: self._held_until(uow, taken))
        if until is not None:
            return None
        answered = True
        for attempt in taken.ask_first:
            answered &= ask_about_attempt(
                Ask(attempt, is_last=False),
                tenant=command.tenant,
                at=command.at,
                db=self.db,
                gateways=self.gateways,
            )

        answered &= settle_before_charging(
            taken.visits,
            tenant=command.tenant,
            at=command.at,
            db=self.db,
            gateways=self.gateways,
        )

        def go_on(uow: UnitOfWork) -> Step | None:
            uow.invoices.lock(taken.payment.invoice_id)
            payment = uow.payments.lock(taken.payment.id)
            if not _is_due(payment, command.at):
                return None
            if not answered:
                uow.payments.change([due_at(payment, command.at + _AFTER_NO_ANSWER)])
                return None
            if Visits(uow.connection).open_of([payment.invoice_id]):
                uow.payments.change([due_at(payment, command.at + _AFTER_A_VISIT)])
                return None
            return self._opened(uow, payment)

        return retrying(self.db, command.tenant, go_on)

    def _held_until(self, uow: UnitOfWork, taken: Taken) -> datetime | None:
        """Put the payment off where whom it has to ask first is not to be called now."""
        asked = {one.gateway_account_id for one in taken.ask_first}
        waited_for = [one for one in taken.visits if one.is_waited_for(self.command.at)]
        asked |= {one.gateway_account_id for one in waited_for}
        uow.invoices.lock(taken.payment.invoice_id)
        payment = uow.payments.lock(taken.payment.id)
        held = (
            hold_back(uow, id, at=self.command.at, reads=True) for id in sorted(filter(None, asked))
        )
        until = max(filter(None, held), default=None)
        if until is not None and _is_due(payment, self.command.at):
            uow.payments.change([due_at(payment, until)])
        return until

    def _opened(self, uow: UnitOfWork, payment: Payment) -> Step:
        earlier = Attempts(uow.connection).of_invoices([payment.invoice_id])
        [step] = open_attempts(
            uow,
            [payment],
            earlier=earlier,
            cause=Cause.SCHEDULE,
            at=self.command.at,
            gateways=self.gateways,
        )
        return step

    def _fail(self, uow: UnitOfWork, payment_id: UUID, step: CannotSend) -> None:
        """Count the decline of a payment for which there was nobody to call."""
        owed = lock_owed(uow, uow.payments.get(payment_id).invoice_id)
        payment = uow.payments.lock(payment_id)
        if _is_due(payment, self.command.at):
            failure = Failure(
                step.decline_class,
                step.decline_code,
                None,
                step.payment_method_id,
                not_before=step.not_before,
            )
            fail_payment(uow, owed, payment, failure, at=self.command.at)

    def _set_aside(self, work: Attempt | Payment, fault: Exception) -> None:
        reason = unforeseen(fault)

        def park(uow: UnitOfWork) -> None:
            set_aside(uow, work, code="collecting_failed", reason=reason, at=self.command.at)

        retrying(self.db, self.command.tenant, park)


def _is_as_it_was(attempt: Attempt) -> bool:
    return attempt.status is AttemptStatus.SENDING


def _is_due(payment: Payment, at: datetime) -> bool:
    """Say whether the payment is still as it was when it was taken: due, and nobody else's."""
    return (
        payment.status is PaymentStatus.SCHEDULED
        and payment.next_attempt_at is not None
        and payment.next_attempt_at <= at
    )
