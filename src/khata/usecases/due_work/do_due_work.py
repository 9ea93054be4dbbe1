"""Do one tenant's due work: everything that is due by an instant, always in the same order."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.ids import new_id
from khata.core.periods import day_of
from khata.usecases.billing.run_billing import RunBilling, run_billing
from khata.usecases.due_work.react_to_events import ReactToEvents, react_to_events
from khata.usecases.due_work.tools import Tools
from khata.usecases.ledger.close_month import CloseMonth, close_month
from khata.usecases.mails.send_due_mails import SendDueMails, send_due_mails
from khata.usecases.payments.ask_about_attempts import AskAboutAttempts, ask_about_attempts
from khata.usecases.payments.collect_due_payments import (
    CollectDuePayments,
    collect_due_payments,
)
from khata.usecases.payments.send_due_refunds import SendDueRefunds, send_due_refunds

MOST_ROUNDS = 10_000  # a bound against our own bugs: work that makes work without end


class WorkWithoutEnd(RuntimeError):
    """Due work went on making due work at one instant."""


@dataclass(frozen=True, slots=True)
class DoDueWork:
    """`cause` is who asked: scheduler or clock."""

    tenant: UUID
    at: datetime
    cause: str = "scheduler"


def do_due_work(command: DoDueWork, *, tools: Tools) -> int:
    """Do what is due by `at` until nothing is, and return how many things were done.

    What others hold at this moment is theirs to do: where nothing else is due, this ends.
    Raises: WorkWithoutEnd.
    """
    steps = _steps(command, tools)
    done = 0
    for _ in range(MOST_ROUNDS):
        with tools.db.transaction(command.tenant) as uow:
            due = uow.clocks.kinds_due(command.at)
        if not due:
            return done
        done_now = _round(steps, due)
        if done_now == 0:
            return done
        done += done_now
    raise WorkWithoutEnd(
        f"tenant {command.tenant} at {command.at}: still due after {MOST_ROUNDS} rounds"
    )


Step = tuple[str, Callable[[], int]]

# What the steps before it may have made due a moment ago: done at once, without asking again.
_FOLLOWS = frozenset({"events", "payments", "mails"})


def _round(steps: Sequence[Step], due: Collection[str]) -> int:
    done, begun = 0, False
    for kind, step in steps:
        if kind in due or (begun and kind in _FOLLOWS):
            done += step()
            begun = True
    return done


def _steps(command: DoDueWork, tools: Tools) -> tuple[Step, ...]:
    tenant, at, db, gateways = command.tenant, command.at, tools.db, tools.gateways
    events: Step = ("events", lambda: react_to_events(ReactToEvents(tenant, at), db=db))
    return (
        ("close", lambda: close_month(CloseMonth(tenant, at), db=db)),
        ("billing", lambda: _bill(command, tools)),
        events,
        (
            "asks",
            lambda: ask_about_attempts(AskAboutAttempts(tenant, at), db=db, gateways=gateways),
        ),
        (
            "payments",
            lambda: collect_due_payments(CollectDuePayments(tenant, at), db=db, gateways=gateways),
        ),
        ("refunds", lambda: send_due_refunds(SendDueRefunds(tenant, at), db=db, gateways=gateways)),
        events,  # of the payments, so that their receipts leave with the invoices
        ("mails", lambda: send_due_mails(SendDueMails(tenant, at), tools=tools)),
    )


def _bill(command: DoDueWork, tools: Tools) -> int:
    with tools.db.transaction(command.tenant) as uow:
        zone = uow.tenants.get().timezone
    run = RunBilling(
        command.tenant, new_id(command.at), day_of(command.at, zone), command.at, command.cause
    )
    done = run_billing(run, db=tools.db)
    return done.invoices + done.parked
