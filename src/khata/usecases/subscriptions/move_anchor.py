"""Move the billing anchor of a subscription, with proration."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import psycopg

from khata.core.anchoring import move_anchor as decide_anchor
from khata.core.ids import new_id
from khata.core.periods import day_of
from khata.core.proration import ProrationPolicy
from khata.core.refusal import Refusal
from khata.core.subscription import Subscription
from khata.db.transaction import Database
from khata.usecases.billing.catch_up import catch_up
from khata.usecases.billing.renew_due_subscriptions import store as store_renewals
from khata.usecases.billing.renew_first import renew_first
from khata.usecases.due_work.settle_invoices import SettleInvoices, settle_invoices
from khata.usecases.due_work.tools import Tools
from khata.usecases.subscriptions.agree_on_subscription import FURTHEST_AHEAD, FURTHEST_BACK
from khata.usecases.subscriptions.lock_subscription import lock_subscription
from khata.usecases.subscriptions.read_standing import read_standing


class AnchorOutOfRange(Refusal):
    """An anchor is a day at most one year back and two ahead."""


@dataclass(frozen=True, slots=True)
class MoveAnchor:
    """`anchor` is a day of the customer's calendar; the 31st means each month's last day."""

    tenant: UUID
    id: UUID
    at: datetime
    anchor: date
    policy: ProrationPolicy = ProrationPolicy.BY_DAY


def move_anchor(command: MoveAnchor, *, tools: Tools, db: Database) -> Subscription:
    """Count periods from another day; a period that begins with it today is billed at once.

    Raises: NotFound, ChangeUnderWay, AnchorNotMovable, AnchorOutOfRange, and what pricing and tax
    refuse.
    """
    with db.transaction(command.tenant) as uow:
        locked = lock_subscription(uow, command.id)
        subscription, before = renew_first(uow, locked, at=command.at)
        day = day_of(command.at, subscription.timezone)
        if not day - FURTHEST_BACK <= command.anchor <= day + FURTHEST_AHEAD:
            raise AnchorOutOfRange(
                f"{command.anchor} is more than a year back or two ahead", param="anchor"
            )
        today = day_of(command.at, uow.tenants.get().timezone)
        due = read_standing(uow, subscription, day, today)
        ids = iter(lambda: new_id(command.at), None)
        renewal = decide_anchor(due, command.anchor, command.policy, day=day, today=today, ids=ids)
        store_renewals(uow, [renewal], command.at)
        invoices = before + catch_up(uow, command.id, at=command.at)
    with suppress(psycopg.OperationalError):  # they are stored and due, whatever happens here
        settle_invoices(SettleInvoices(command.tenant, command.at, invoices), tools=tools)
    with db.transaction(command.tenant) as uow:
        return uow.subscriptions.get(command.id)
