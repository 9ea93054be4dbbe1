"""Apply what a gateway told: ask it about what the event names, and record the answer."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from khata.core.gateway_event import EventStatus, KeptEvent, Subject
from khata.core.mandate import ENDED
from khata.core.payment import Answer, Attempt, AttemptStatus, Outcome, Refund, SaidBy
from khata.core.visiting import Visit
from khata.db.retrying import retrying
from khata.db.stores.attempts import Attempts
from khata.db.stores.refunds import Refunds
from khata.db.stores.visits import Visits
from khata.db.transaction import Database, UnitOfWork
from khata.ports.gateway import AnswerLost, Gateway, NotReached
from khata.ports.gateways import Gateways
from khata.usecases.disputes.ask_about_dispute import (
    AskAboutDispute,
    NoAnswer,
    ask_about_dispute,
)
from khata.usecases.mandates.follow_told_mandate import follow_told_mandate
from khata.usecases.mandates.record_notice import RecordNotice, record_notice
from khata.usecases.payments.give_back_money import give_back_money
from khata.usecases.payments.look_up_attempt import look_up_attempt
from khata.usecases.payments.record_refund import record_refund
from khata.usecases.payments.record_result import RecordResult, record_result
from khata.usecases.settlements.hear_of_payout import HearOfPayout, hear_of_payout
from khata.usecases.visits.keep_saved_later import KeepSavedLater, keep_saved_later
from khata.usecases.visits.settle_visit import SettleVisit, settle_visit

# An event may overtake the answer that tells us the reference it goes by.
_TRIES_TO_FIND = 4


@dataclass(frozen=True, slots=True)
class ApplyGatewayEvent:
    tenant: UUID
    event: KeptEvent
    at: datetime


def apply_gateway_event(command: ApplyGatewayEvent, *, db: Database, gateways: Gateways) -> None:
    """Let follow what follows from an event, and note what came of it.

    Money is never believed of an event: the gateway is asked. What names an attempt of another
    account, or none of ours, changes nothing. What cannot be told now is tried again later.
    """
    applied = _Applied(command.tenant, command.event, command.at, db, gateways)
    subject = command.event.told.subject
    if subject is Subject.CHARGE:
        applied.charge()
    elif subject is Subject.REFUND:
        applied.refund()
    elif subject is Subject.METHOD:
        applied.method()
    elif subject is Subject.VISIT:
        applied.visit()
    elif subject is Subject.DISPUTE:
        applied.dispute()
    elif subject in (Subject.NOTICE_TOLD, Subject.NOTICE_FAILED):
        applied.notice()
    elif subject in (Subject.PAYOUT, Subject.FAILED_PAYOUT):
        applied.payout()
    else:
        applied.settle(EventStatus.SET_ASIDE, "nothing follows from it here")


@dataclass(frozen=True, slots=True)
class _Applied:
    """One event on its way through."""

    tenant: UUID
    event: KeptEvent
    at: datetime
    db: Database
    gateways: Gateways

    def charge(self) -> None:
        """Ask what became of the attempt that it names."""
        with self.db.transaction(self.tenant) as uow:
            attempt = self._attempt(uow)
            is_visit = attempt is None and self._visit(uow) is not None
        if is_visit:  # its money has the visit's id, and is no attempt before it is recorded
            self.visit()
            return
        if attempt is None:
            self._not_found("an attempt")
            return
        if attempt.gateway_account_id != self.event.account_id:
            self.settle(EventStatus.SET_ASIDE, "it names an attempt of another account")
            return
        if _is_told_in_full(attempt):
            self.settle(EventStatus.APPLIED, f"the attempt {Outcome.SUCCEEDED}")
            return
        answer = look_up_attempt(
            attempt, tenant=self.tenant, at=self.at, db=self.db, gateways=self.gateways
        )
        if answer is None or answer.outcome is Outcome.UNKNOWN:
            self._put_off("the gateway cannot say now what became of the attempt")
            return
        answer = self._beside_what_was_told(attempt, answer)
        result = RecordResult(self.tenant, attempt.id, answer, self.at, SaidBy.WEBHOOK)
        record_result(result, db=self.db)
        self.settle(EventStatus.APPLIED, f"the attempt {answer.outcome}")

    def refund(self) -> None:
        """Ask what became of the refund that it names."""
        with self.db.transaction(self.tenant) as uow:
            refund = self._refund(uow)
            attempt = Attempts(uow.connection).get(refund.attempt_id) if refund else None
        if refund is None or attempt is None:
            self._not_found("a refund")
            return
        if attempt.gateway_account_id != self.event.account_id:
            self.settle(EventStatus.SET_ASIDE, "it names a refund of another account")
            return
        answer = give_back_money(
            refund,
            tenant=self.tenant,
            at=self.at,
            db=self.db,
            gateways=self.gateways,
            only_ask=True,
        )
        if answer.outcome is Outcome.UNKNOWN:
            self._put_off("the gateway cannot say now what became of the refund")
            return

        def record(uow: UnitOfWork) -> None:
            record_refund(uow, refund.id, answer, at=self.at)

        retrying(self.db, self.tenant, record)
        self.settle(EventStatus.APPLIED, f"the refund {answer.outcome}")

    def method(self) -> None:
        """Read the payment method anew: one that cannot be charged any more is detached."""
        told = self.event.told
        with self.db.transaction(self.tenant) as uow:
            account = uow.gateway_accounts.get(self.event.account_id)
            visit = self._saved_at(uow)
            methods = uow.payment_methods.by_token(self.event.account_id, told.reference or "")
        gateway = self.gateways.of(account.gateway, account) if account else None
        if visit is not None and gateway is not None:
            self._saved(visit, gateway, told.reference or "")
            return
        if not methods or gateway is None:
            self.settle(EventStatus.SET_ASIDE, "it names no payment method of ours")
            return
        token, holder = methods[0].token, methods[0].saved.holder
        try:
            saved = gateway.read_method(token, holder=holder)
        except (NotReached, AnswerLost):
            self._put_off("the gateway cannot say now how the payment method is")
            return

        def write(uow: UnitOfWork) -> None:
            for method in methods:
                mandate = uow.mandates.of_method(method.id)
                if mandate is not None:
                    now = follow_told_mandate(uow, mandate, saved, at=self.at)
                    if now in ENDED:
                        continue  # the method went with it
                uow.customers.lock(method.customer_id)
                if saved is not None and not saved.has_ended:
                    uow.payment_methods.refresh(method.id, saved)
                else:
                    uow.payment_methods.detach(method.id, self.at)

        retrying(self.db, self.tenant, write)
        gone = saved is None or saved.has_ended
        self.settle(EventStatus.APPLIED, f"the payment method {'ended' if gone else 'is as told'}")

    def _saved(self, visit: Visit, gateway: Gateway, token: str) -> None:
        """Keep what was saved at a visit, which the gateway tells by itself, and perhaps later."""
        command = SettleVisit(self.tenant, visit.id, self.at)
        visit = settle_visit(command, db=self.db, gateways=self.gateways)
        if visit.is_open:
            self._put_off("it names a visit whose end is not known yet")
            return
        if not visit.waits_for_saved:
            self.settle(EventStatus.APPLIED, f"the visit is {visit.status}")
            return
        try:
            saved = gateway.read_method(token)
        except (NotReached, AnswerLost):
            self._put_off("the gateway cannot say now what was saved")
            return
        if saved is None or not saved.usable:
            self.settle(EventStatus.APPLIED, "what was saved cannot be charged")
            return
        keep_saved_later(KeepSavedLater(self.tenant, visit.id, saved, self.at), db=self.db)
        self.settle(EventStatus.APPLIED, "what was saved is kept")

    def visit(self) -> None:
        """Settle the visit that it names."""
        with self.db.transaction(self.tenant) as uow:
            visit = self._visit(uow)
        if visit is None:
            self._not_found("a visit")
            return
        if visit.gateway_account_id != self.event.account_id:
            self.settle(EventStatus.SET_ASIDE, "it names a visit of another account")
            return
        command = SettleVisit(self.tenant, visit.id, self.at)
        settled = settle_visit(command, db=self.db, gateways=self.gateways)
        self.settle(EventStatus.APPLIED, f"the visit is {settled.status}")

    def dispute(self) -> None:
        """Ask how the dispute that it names stands; many events may tell of the same money."""
        ask = AskAboutDispute(
            self.tenant,
            self.event.account_id,
            self.event.told.reference or "",
            self.at,
            SaidBy.WEBHOOK,
        )
        try:
            dispute = ask_about_dispute(ask, db=self.db, gateways=self.gateways)
        except NoAnswer as no:
            self._put_off(str(no))
            return
        if dispute is None:
            self._not_found("a payment")
        else:
            self.settle(EventStatus.APPLIED, f"the dispute is {dispute.status}")

    def notice(self) -> None:
        """Note whether the payer was told: only the event says it, and it moves no money."""
        told = self.event.told
        is_told = told.subject is Subject.NOTICE_TOLD
        command = RecordNotice(
            self.tenant,
            self.at,
            self.event.account_id,
            told.reference or "",
            (told.created_at or self.at) if is_told else None,
        )
        if record_notice(command, db=self.db):
            said = "was told" if is_told else "could not be told"
            self.settle(EventStatus.APPLIED, f"the payer {said}")
        else:
            self._not_found("a notice")

    def payout(self) -> None:
        """Let the account's payouts be asked for, where this one is not in the books."""
        event = self.event
        told = HearOfPayout(
            event.account_id,
            event.told.reference or "",
            event.told.subject is Subject.FAILED_PAYOUT,
            self.at,
        )
        is_news = retrying(self.db, self.tenant, lambda uow: hear_of_payout(uow, told))
        words = "payouts are asked for" if is_news else "the books have the payout"
        self.settle(EventStatus.APPLIED, words)

    def settle(self, status: EventStatus, outcome: str) -> None:
        with self.db.transaction(self.tenant) as uow:
            uow.gateway_events.settle(self.event.id, status, outcome)

    def _put_off(self, outcome: str) -> None:
        with self.db.transaction(self.tenant) as uow:
            uow.gateway_events.put_off(self.event, outcome, self.at)

    def _not_found(self, what: str) -> None:
        if self.event.tries < _TRIES_TO_FIND:
            self._put_off(f"it names {what} that is not known yet")
        else:
            self.settle(EventStatus.SET_ASIDE, f"it names {what} that is none of ours")

    def _attempt(self, uow: UnitOfWork) -> Attempt | None:
        told, attempts = self.event.told, Attempts(uow.connection)
        found = attempts.find(told.ours) if told.ours else None
        if found is None and told.reference:
            found = attempts.by_reference(self.event.account_id, told.reference)
        return found

    def _visit(self, uow: UnitOfWork) -> Visit | None:
        told, visits = self.event.told, Visits(uow.connection)
        found = visits.find(told.ours) if told.ours else None
        if found is None and told.reference:
            found = visits.by_reference(self.event.account_id, told.reference)
        return found

    def _saved_at(self, uow: UnitOfWork) -> Visit | None:
        """Return the visit at which the method that is named was saved, where that is told."""
        at = self.event.told.charge
        return Visits(uow.connection).by_reference(self.event.account_id, at) if at else None

    def _refund(self, uow: UnitOfWork) -> Refund | None:
        told, refunds = self.event.told, Refunds(uow.connection)
        found = refunds.find(told.ours) if told.ours else None
        if found is None and told.reference:
            found = refunds.by_reference(self.event.account_id, told.reference)
        return found

    def _beside_what_was_told(self, attempt: Attempt, answer: Answer) -> Answer:
        """Return the answer; where the event told another sum than was asked for, with that.

        The two of the gateway's words differ then, and a person has to look.
        """
        told = self.event.told
        differs = told.amount is not None and told.amount != attempt.amount
        if answer.outcome is Outcome.SUCCEEDED and differs:
            return replace(answer, amount=told.amount, currency=told.currency or answer.currency)
        return answer


def _is_told_in_full(attempt: Attempt) -> bool:
    """Say whether its money and its fee are booked: no answer about it would change anything.

    Gateways tell of one payment two or three times, and count how often they are asked.
    """
    return attempt.status is AttemptStatus.SUCCEEDED and attempt.fee > 0
