"""Reconcile a day of a gateway account: its list beside our attempts, in both directions."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from khata.core.gateway_account import GatewayAccount
from khata.core.gateway_health import Trouble
from khata.core.ids import new_id
from khata.core.payment import Answer, Outcome, SaidBy
from khata.core.periods import start_of_day
from khata.core.reconciliation import Difference, Finding, OurPayment, SeenPayment, compare
from khata.db.retrying import retrying
from khata.db.stores.attempts import Attempts
from khata.db.stores.parked import ParkedWork
from khata.db.stores.reconciliations import Reconciliation, Reconciliations
from khata.db.transaction import Database, UnitOfWork
from khata.ports.disputes import disputes_of
from khata.ports.gateway import AnswerLost, CredentialsRefused, Gateway, NotReached
from khata.ports.gateways import Gateways
from khata.usecases.disputes.record_dispute import RecordDispute, record_dispute
from khata.usecases.gateways.hold_back import hold_back
from khata.usecases.gateways.note_call import NoteCall, note_call
from khata.usecases.payments.look_up_attempt import look_up_attempt
from khata.usecases.payments.record_result import RecordResult, record_result

# A payment asked for at midnight may be listed on either side of it.
_OVERLAP = timedelta(days=1)
# What is asked for by a card with a mandate is taken a day and a half later, and a failure may
# turn into a success for three days: attempts of so many days before are compared once more.
_LOOKS_BACK = timedelta(days=5)
_AFTER_NO_ANSWER = timedelta(hours=1)
# A day is compared six hours after its end, when lists that lag have caught up.
_AFTER_THE_DAY = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class ReconcileGatewayAccount:
    tenant: UUID
    day: Reconciliation
    at: datetime


def reconcile_gateway_account(
    command: ReconcileGatewayAccount, *, db: Database, gateways: Gateways
) -> bool:
    """Compare, record what can be recorded, and keep what still differs; False: no answer now.

    Money that the gateway took and that is not booked is asked about once more and booked. What
    differs after that is set aside for a person, with every figure of both sides. The day after
    becomes due in its turn.
    """
    tenant, day = command.tenant, command.day
    if retrying(db, tenant, lambda uow: _is_put_off(uow, command)):
        return False
    with db.transaction(tenant) as uow:
        account = uow.gateway_accounts.get(day.account_id)
        zone = uow.tenants.get().timezone
    assert account is not None, "a reconciliation is of an account"
    gateway = gateways.of(account.gateway, account)
    start, end = start_of_day(day.day, zone), start_of_day(day.day + timedelta(days=1), zone)
    try:
        if gateway is None:
            raise NotReached
        theirs = list(gateway.payments_between(start - _LOOKS_BACK - _OVERLAP, end + _OVERLAP))
    except (NotReached, AnswerLost) as no:
        _note(command, account, no, db=db)
        with db.transaction(tenant) as uow:
            Reconciliations(uow.connection).put_off(day.id, command.at + _AFTER_NO_ANSWER)
        return False
    _note(command, account, None, db=db)
    _find_disputes(command, gateway, start, end, db=db)
    findings = _compared(command, start, end, theirs, db)
    confirmed = _asks(command, findings, db=db, gateways=gateways)
    if confirmed:
        findings = [
            finding
            for finding in _compared(command, start, end, theirs, db)
            if finding.difference is not Difference.ATTEMPT_WITHOUT_MONEY
            or finding.attempt_id not in confirmed
        ]
    listed = sum(start <= seen.created_at < end for seen in theirs)
    retrying(db, tenant, lambda uow: _done(uow, command, listed, findings, zone))
    return True


def _is_put_off(uow: UnitOfWork, command: ReconcileGatewayAccount) -> bool:
    """Let the day be due when its account may be called, where that is not now."""
    until = hold_back(uow, command.day.account_id, at=command.at, reads=True)
    if until is not None:
        Reconciliations(uow.connection).put_off(command.day.id, until)
    return until is not None


def _note(
    command: ReconcileGatewayAccount,
    account: GatewayAccount,
    fault: Exception | None,
    *,
    db: Database,
) -> None:
    """Note how the call went; a list that is not to be had says nothing of the account."""
    if isinstance(fault, AnswerLost) or (not fault and account.health.trouble is Trouble.FAULT):
        return
    trouble = None
    if fault:
        is_refused = isinstance(fault, CredentialsRefused)
        trouble = Trouble.REFUSED if is_refused else Trouble.NOT_REACHED
    note_call(NoteCall(command.tenant, account, trouble, command.at), db=db)


def _find_disputes(
    command: ReconcileGatewayAccount,
    gateway: Gateway,
    start: datetime,
    end: datetime,
    *,
    db: Database,
) -> None:
    """Record the disputes of these days, in case what told of them was lost.

    Without an answer nothing is lost either: the next day looks back as far.
    """
    disputes = disputes_of(gateway)
    if disputes is None:
        return
    try:
        seen = list(disputes.disputes_between(start - _LOOKS_BACK - _OVERLAP, end + _OVERLAP))
    except (NotReached, AnswerLost):
        return
    tenant, at = command.tenant, command.at
    for one in seen:
        record = RecordDispute(tenant, command.day.account_id, one, at, SaidBy.SWEEP)
        record_dispute(record, db=db)


def _compared(
    command: ReconcileGatewayAccount,
    start: datetime,
    end: datetime,
    theirs: list[SeenPayment],
    db: Database,
) -> list[Finding]:
    """Return what differs: of their list of the day, and of our attempts of it and just before."""
    with db.transaction(command.tenant) as uow:
        ours = Reconciliations(uow.connection).ours(
            command.day.account_id,
            start=start - _LOOKS_BACK,
            end=end,
            ids=[seen.attempt_id for seen in theirs if seen.attempt_id],
            references=[seen.reference for seen in theirs],
        )
        born = Attempts(uow.connection).born_between(
            command.day.account_id, start - _LOOKS_BACK, end
        )
    todays = {one.attempt_id for one in ours if one.attempt_id in born}
    findings = compare(ours, theirs)
    listed = {seen.reference: seen for seen in theirs}
    return [
        finding
        for finding in findings
        if finding.attempt_id in todays or _is_of(finding, listed, ours, start, end)
    ]


def _is_of(
    finding: Finding,
    listed: dict[str, SeenPayment],
    ours: list[OurPayment],
    start: datetime,
    end: datetime,
) -> bool:
    """Say whether money that none of our rows asked for came on this very day."""
    if finding.attempt_id in {one.attempt_id for one in ours} or finding.reference is None:
        return False
    seen = listed.get(finding.reference)
    return seen is not None and start <= seen.created_at < end


def _asks(
    command: ReconcileGatewayAccount, findings: list[Finding], *, db: Database, gateways: Gateways
) -> set[UUID]:
    """Ask about what is not booked, booked and not listed, or booked without the fee it has now.

    Return what took money after all.
    """
    doubtful = (Difference.MONEY_NOT_BOOKED, Difference.ATTEMPT_WITHOUT_MONEY)
    confirmed: set[UUID] = set()
    for finding in findings:
        late_fee = finding.difference is Difference.FEE_DIFFERS and finding.ours == 0
        if finding.attempt_id is None or not (late_fee or finding.difference in doubtful):
            continue
        with db.transaction(command.tenant) as uow:
            attempt = Attempts(uow.connection).get(finding.attempt_id)
        answer: Answer | None = look_up_attempt(
            attempt, tenant=command.tenant, at=command.at, db=db, gateways=gateways
        )
        if answer is not None and answer.outcome is not Outcome.UNKNOWN:
            result = RecordResult(command.tenant, attempt.id, answer, command.at, SaidBy.SWEEP)
            record_result(result, db=db)
            if answer.outcome is Outcome.SUCCEEDED:
                confirmed.add(attempt.id)
    return confirmed


def _done(
    uow: UnitOfWork,
    command: ReconcileGatewayAccount,
    listed: int,
    findings: list[Finding],
    zone: str,
) -> None:
    rows, day = Reconciliations(uow.connection), command.day
    rows.done(day.id, listed, findings, command.at)
    uow.parked.end("reconciliation", [day.id], command.at)
    if findings:
        more = f", and {len(findings) - 1} more" if len(findings) > 1 else ""
        reason = f"{day.day} does not agree with the gateway. {findings[0].sentence}{more}"
        parked = ParkedWork("reconciliation", day.id, "does_not_agree", reason, None)
        uow.parked.add([parked], command.at)
    if uow.tenants.get().livemode:
        want_day(uow, day.account_id, day.day + timedelta(days=1), zone, at=command.at)


def want_day(uow: UnitOfWork, account_id: UUID, day: date, zone: str, *, at: datetime) -> None:
    """Let a day be compared once it is over, unless that or a later one was or is to be."""
    due = start_of_day(day + timedelta(days=1), zone) + _AFTER_THE_DAY
    Reconciliations(uow.connection).want_next(new_id(at), account_id, day, due)
