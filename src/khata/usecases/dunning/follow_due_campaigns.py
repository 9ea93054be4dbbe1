"""Follow campaigns: the mails between two tries, and the end of service when the grace is over."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import structlog

from khata.core.campaign import Campaign, Step
from khata.core.events import PaymentEndAnnounced, PaymentRetryAnnounced
from khata.core.payment import Payment, PaymentStatus
from khata.core.refusal import unforeseen
from khata.db.retrying import retrying
from khata.db.stores.parked import ParkedWork
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.dunning.end_campaign import end_campaign
from khata.usecases.dunning.follow_terms import follow_terms
from khata.usecases.payments.give_up import give_up
from khata.usecases.payments.lock_owed import Owed, lock_owed
from khata.usecases.payments.suspend import suspend

_log = structlog.get_logger(__name__)

# While an attempt is open nobody loses service: it may be taking the money.
_WHILE_OPEN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FollowDueCampaigns:
    tenant: UUID
    at: datetime
    limit: int = 200


def follow_due_campaigns(command: FollowDueCampaigns, *, db: Database) -> int:
    """Do what is due of campaigns, one by one, and return how many there were.

    Each is looked at again under its invoice's lock: what others did meanwhile is not done twice.
    One that breaks is set aside with its payment; the others go on.
    """
    with db.transaction(command.tenant) as uow:
        due = uow.dunning.due(command.at, limit=command.limit)
    for invoice_id in due:
        _follow(invoice_id, command, db)
    return len(due)


def _follow(invoice_id: UUID, command: FollowDueCampaigns, db: Database) -> None:
    try:
        retrying(db, command.tenant, lambda uow: _do_what_is_due(uow, invoice_id, command.at))
    except psycopg.OperationalError:
        raise
    except Exception as fault:
        _log.exception("campaign_failed", invoice=str(invoice_id))
        reason = unforeseen(fault)
        retrying(db, command.tenant, lambda uow: _set_aside(uow, invoice_id, reason, command.at))


def _set_aside(uow: UnitOfWork, invoice_id: UUID, reason: str, at: datetime) -> None:
    lock_owed(uow, invoice_id)
    campaign = uow.dunning.campaign(invoice_id)
    if campaign is not None:
        resume_at = campaign.next_step_at
        uow.dunning.stop_steps(invoice_id)
        work = ParkedWork("payment", campaign.payment_id, "dunning_failed", reason, resume_at)
        uow.parked.add([work], at)


def _do_what_is_due(uow: UnitOfWork, invoice_id: UUID, at: datetime) -> None:
    owed = lock_owed(uow, invoice_id)
    payment = uow.payments.latest_of(invoice_id)
    campaign = uow.dunning.campaign(invoice_id)
    if campaign is None or payment is None:
        return
    if campaign.next_step_at is None or campaign.next_step_at > at:
        return
    if owed.invoice.payable <= 0 or owed.is_canceled:
        end_campaign(uow, invoice_id, at=at, paid_by=None, outcome="closed")
        return
    if campaign.announces_at is not None and campaign.announces_at <= at:
        campaign = _announced(uow, campaign, payment, at)
    if campaign.warns_at is not None and campaign.warns_at <= at:
        campaign = _warned(uow, campaign, payment, at)
    uow.dunning.keep(campaign)
    if campaign.access_ends_at is not None and campaign.access_ends_at <= at:
        _end_access(uow, owed, campaign, payment, at)


def _announced(uow: UnitOfWork, campaign: Campaign, payment: Payment, at: datetime) -> Campaign:
    """Tell of the try to come, if it is still to come."""
    retry_at = payment.next_attempt_at
    if payment.status is PaymentStatus.SCHEDULED and retry_at is not None and retry_at > at:
        event = PaymentRetryAnnounced(
            payment.id,
            payment.invoice_id,
            payment.customer_id,
            payment.currency,
            payment.amount,
            campaign.last_class,
            payment.last_decline_code or campaign.decline_code,
            retry_at,
        )
        uow.events.add([event], at)
        uow.dunning.note(campaign.invoice_id, Step.ANNOUNCED, at, next_at=retry_at)
    return replace(campaign, announces_at=None)


def _warned(uow: UnitOfWork, campaign: Campaign, payment: Payment, at: datetime) -> Campaign:
    """Tell that service will stop, if it still will."""
    if campaign.stops_at is not None and campaign.stops_at > at:
        followed = follow_terms(uow, campaign.invoice_id, campaign)
        event = PaymentEndAnnounced(
            payment.id,
            payment.invoice_id,
            payment.customer_id,
            payment.currency,
            payment.amount,
            campaign.stops_at,
            followed.terms.after_last_retry,
        )
        uow.events.add([event], at)
        uow.dunning.note(campaign.invoice_id, Step.WARNED, at, stops_at=campaign.stops_at)
    return replace(campaign, warns_at=None)


def _end_access(
    uow: UnitOfWork, owed: Owed, campaign: Campaign, payment: Payment, at: datetime
) -> None:
    """The grace is over: that is the end where no try is left, and else service stops."""
    if payment.status is PaymentStatus.PROCESSING:
        uow.dunning.keep(replace(campaign, access_ends_at=at + _WHILE_OPEN))
        return
    uow.dunning.keep(replace(campaign, access_ends_at=None))
    if campaign.is_last_try_over and payment.status is PaymentStatus.GIVEN_UP:
        followed = follow_terms(uow, campaign.invoice_id, campaign)
        give_up(uow, owed, payment, followed.terms, at=at)
        return
    for subscription in owed.subscriptions:
        suspend(uow, subscription, at=at)
    uow.dunning.note(campaign.invoice_id, Step.SUSPENDED, at)
