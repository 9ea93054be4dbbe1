"""Do one round of a tenant's due work: each kind that is due, once, always in the same order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
import structlog

from khata.core.ids import new_id
from khata.usecases.billing.bill_share import BillShare, bill_share
from khata.usecases.billing.run_billing import RunBilling, run_billing
from khata.usecases.disputes.look_at_due_disputes import (
    LookAtDueDisputes,
    look_at_due_disputes,
)
from khata.usecases.documents.render_due_documents import (
    RenderDueDocuments,
    render_due_documents,
)
from khata.usecases.due_work.react_to_events import ReactToEvents, react_to_events
from khata.usecases.due_work.tools import Tools
from khata.usecases.dunning.chase_due_reminders import ChaseDueReminders, chase_due_reminders
from khata.usecases.dunning.follow_due_campaigns import (
    FollowDueCampaigns,
    follow_due_campaigns,
)
from khata.usecases.e_invoices.register_due_e_invoices import (
    RegisterDueEInvoices,
    register_due_e_invoices,
)
from khata.usecases.gateways.apply_gateway_events import (
    ApplyGatewayEvents,
    apply_gateway_events,
)
from khata.usecases.gateways.reconcile_due_days import ReconcileDueDays, reconcile_due_days
from khata.usecases.ledger.close_month import CloseMonth, close_month
from khata.usecases.mails.send_due_mails import SendDueMails, send_due_mails
from khata.usecases.mandates.chase_due_mandates import ChaseDueMandates, chase_due_mandates
from khata.usecases.mandates.forget_due_methods import ForgetDueMethods, forget_due_methods
from khata.usecases.payments.ask_about_attempts import AskAboutAttempts, ask_about_attempts
from khata.usecases.payments.collect_due_payments import (
    CollectDuePayments,
    collect_due_payments,
)
from khata.usecases.payments.send_due_refunds import SendDueRefunds, send_due_refunds
from khata.usecases.selling.check_due_tax_ids import CheckDueTaxIds, check_due_tax_ids
from khata.usecases.settlements.fetch_due_settlements import (
    FetchDueSettlements,
    fetch_due_settlements,
)
from khata.usecases.taxes.ask_due_quotes import AskDueQuotes, ask_due_quotes
from khata.usecases.taxes.tell_due_reversals import TellDueReversals, tell_due_reversals
from khata.usecases.usage.bill_usage_early import BillUsageEarly, bill_usage_early
from khata.usecases.visits.settle_due_visits import SettleDueVisits, settle_due_visits
from khata.usecases.wallets.expire_credits import ExpireCredits, expire_credits

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DoRound:
    """`kinds` are due at `at` (see DueTimes); `cause` is who asked: scheduler, clock or api.

    `only` keeps the round to these kinds, also in what follows; a share bills a bounded part.
    """

    tenant: UUID
    at: datetime
    kinds: frozenset[str]
    cause: str = "scheduler"
    only: frozenset[str] | None = None
    is_share: bool = False


def do_round(command: DoRound, *, tools: Tools) -> int:
    """Do what is due of each kind and what follows from it, and return how many things were done.

    None done means that others hold what is due: it is theirs to do. A kind that breaks hinders
    no other; the first fault is raised when all have had their turn.
    """
    done, begun = 0, False
    follows = _FOLLOWS if command.only is None else _FOLLOWS & command.only
    if tools.keeps_mail:
        follows -= {"documents"}  # none is made ahead of a mail that stays here
    faults: list[Exception] = []
    for kind, step in _steps(command, tools):
        if kind in command.kinds or (begun and kind in follows):
            begun = True
            try:
                done += step()
            except psycopg.OperationalError:
                raise  # the database itself: nothing else would go better
            except Exception as fault:
                _log.exception("due_work_broke", kind=kind)
                faults.append(fault)
    if faults:
        raise faults[0]
    return done


Step = tuple[str, Callable[[], int]]

# What the steps before it may have made due a moment ago: done at once, without asking again.
_FOLLOWS = frozenset({"events", "payments", "e_invoices", "documents", "mails"})


def _steps(command: DoRound, tools: Tools) -> Sequence[Step]:
    tenant, at, db, gateways = command.tenant, command.at, tools.db, tools.gateways
    react = ReactToEvents(
        tenant, at, renders_ahead=not tools.keeps_mail, streams=tools.streams_events
    )
    events: Step = ("events", lambda: react_to_events(react, db=db))
    return (
        ("close", lambda: close_month(CloseMonth(tenant, at), db=db)),
        ("expiries", lambda: expire_credits(ExpireCredits(tenant, at), db=db)),
        ("billing", lambda: _bill(command, tools)),
        ("tax_quotes", lambda: _ask_quotes(command, tools)),
        ("usage", lambda: bill_usage_early(BillUsageEarly(tenant, at), db=db)),
        events,
        (
            "told",
            lambda: apply_gateway_events(ApplyGatewayEvents(tenant, at), db=db, gateways=gateways),
        ),
        (
            "asks",
            lambda: ask_about_attempts(AskAboutAttempts(tenant, at), db=db, gateways=gateways),
        ),
        ("mandates", lambda: chase_due_mandates(ChaseDueMandates(tenant, at), db=db)),
        (
            "visits",
            lambda: settle_due_visits(SettleDueVisits(tenant, at), db=db, gateways=gateways),
        ),
        (
            "payments",
            lambda: collect_due_payments(CollectDuePayments(tenant, at), db=db, gateways=gateways),
        ),
        ("refunds", lambda: send_due_refunds(SendDueRefunds(tenant, at), db=db, gateways=gateways)),
        ("reminders", lambda: chase_due_reminders(ChaseDueReminders(tenant, at), db=db)),
        ("dunning", lambda: follow_due_campaigns(FollowDueCampaigns(tenant, at), db=db)),
        (
            "reconcile",
            lambda: reconcile_due_days(ReconcileDueDays(tenant, at), db=db, gateways=gateways),
        ),
        (
            "disputes",
            lambda: look_at_due_disputes(LookAtDueDisputes(tenant, at), db=db, gateways=gateways),
        ),
        (
            "settlements",
            lambda: fetch_due_settlements(
                FetchDueSettlements(tenant, at), db=db, gateways=gateways
            ),
        ),
        (
            "forgettings",
            lambda: forget_due_methods(ForgetDueMethods(tenant, at), db=db, gateways=gateways),
        ),
        ("tax_ids", lambda: _check_tax_ids(command, tools)),
        ("e_invoices", lambda: _register(command, tools)),
        events,  # of payments and reminders, so that their letters leave with the invoices
        (
            "documents",
            lambda: render_due_documents(RenderDueDocuments(tenant, at), tools=tools),
        ),
        ("mails", lambda: send_due_mails(SendDueMails(tenant, at), tools=tools)),
    )


def _bill(command: DoRound, tools: Tools) -> int:
    if command.is_share:
        return bill_share(BillShare(command.tenant, command.at, command.cause), db=tools.db)
    run = RunBilling(command.tenant, new_id(command.at), None, command.at, command.cause)
    done = run_billing(run, db=tools.db)
    return done.invoices + done.parked


def _check_tax_ids(command: DoRound, tools: Tools) -> int:
    due = CheckDueTaxIds(command.tenant, command.at)
    return check_due_tax_ids(due, db=tools.db, registers=tools.registers)


def _ask_quotes(command: DoRound, tools: Tools) -> int:
    due = AskDueQuotes(command.tenant, command.at)
    asked = ask_due_quotes(due, db=tools.db, providers=tools.tax_providers)
    told = TellDueReversals(command.tenant, command.at)
    return asked + tell_due_reversals(told, db=tools.db, providers=tools.tax_providers)


def _register(command: DoRound, tools: Tools) -> int:
    due = RegisterDueEInvoices(command.tenant, command.at)
    return register_due_e_invoices(due, db=tools.db, registries=tools.irps)
