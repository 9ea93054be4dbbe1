"""End the trial of a subscription early: it is paid for from today."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import psycopg

from khata.core.life_events import SubscriptionTrialMoved
from khata.core.periods import day_of, start_of_day
from khata.core.subscription import Subscription
from khata.core.trial import running_trial, with_trial_until
from khata.db.transaction import Database
from khata.usecases.billing.catch_up import catch_up
from khata.usecases.billing.renew_first import renew_first
from khata.usecases.due_work.settle_invoices import SettleInvoices, settle_invoices
from khata.usecases.due_work.tools import Tools
from khata.usecases.subscriptions.lock_subscription import lock_subscription


@dataclass(frozen=True, slots=True)
class EndTrial:
    tenant: UUID
    id: UUID
    at: datetime


def end_trial(command: EndTrial, *, tools: Tools, db: Database) -> Subscription:
    """Let the trial end today and bill the first period at once, as its own end would.

    Raises: NotFound, ChangeUnderWay, NotOnTrial, and what pricing and tax refuse.
    """
    with db.transaction(command.tenant) as uow:
        locked = lock_subscription(uow, command.id)
        subscription, _ = renew_first(uow, locked, at=command.at)  # a trial may be over by now
        running_trial(subscription)
        today = day_of(command.at, subscription.timezone)
        ended = replace(
            with_trial_until(subscription, today),
            next_billing_at=start_of_day(today, subscription.timezone),
        )
        uow.subscriptions.change([ended])
        event = SubscriptionTrialMoved(ended.id, ended.customer_id, today)
        uow.events.add([event], command.at)
        invoices = catch_up(uow, command.id, at=command.at)
    with suppress(psycopg.OperationalError):  # they are stored and due, whatever happens here
        settle_invoices(SettleInvoices(command.tenant, command.at, invoices), tools=tools)
    with db.transaction(command.tenant) as uow:
        return uow.subscriptions.get(command.id)
