"""When this has happened, do that: every chain of khata, on one page.

A reaction gets all waiting events of its type at once and writes what follows from them, in the
same transaction that marks them reacted to: it happens once, and it is never lost.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from khata.core.dispute_events import DisputeEvidenceDue, DisputeLost, DisputeOpened
from khata.core.events import (
    CreditNoteIssued,
    InvoiceFinalized,
    InvoicePaid,
    InvoicePartPaid,
    InvoiceReminderDue,
    InvoiceVoided,
    PaymentEndAnnounced,
    PaymentFailed,
    PaymentGivenUp,
    PaymentRetryAnnounced,
    PaymentSucceeded,
    StoredEvent,
    SubscriptionCanceled,
    SubscriptionTrialEnding,
    SubscriptionTrialing,
    WebhookEndpointDisabled,
)
from khata.core.fund_events import WalletLow
from khata.core.gateway_events import GatewayAccountAiling
from khata.core.ids import new_ids
from khata.core.mandate_events import MandateEnding
from khata.core.payment import scheduled
from khata.core.subscription import CollectionMethod
from khata.core.webhooks import Disabled
from khata.core.working_days import mail_at
from khata.db.stores.mails import Wanted
from khata.db.stores.visits import Visits
from khata.db.transaction import UnitOfWork
from khata.usecases.disputes.cancel_after_loss import cancel_after_loss
from khata.usecases.mandates.let_idle_go import let_idle_go
from khata.usecases.wallets.recharge_wallet import recharge_wallet

Reaction = Callable[[UnitOfWork, Sequence[StoredEvent], datetime], None]


def collect(uow: UnitOfWork, events: Sequence[StoredEvent], at: datetime) -> None:
    """Schedule a payment at once for each invoice that is charged automatically."""
    owed = [
        event.facts
        for event in events
        if _due(event.facts) > 0
        and event.facts["collection_method"] == CollectionMethod.CHARGE_AUTOMATICALLY
    ]
    uow.payments.add(
        [
            scheduled(
                id=id,
                invoice_id=UUID(facts["invoice_id"]),
                customer_id=UUID(facts["customer_id"]),
                amount=_due(facts),
                currency=facts["currency"],
                at=at,
            )
            for id, facts in zip(new_ids(at, len(owed)), owed, strict=True)
        ]
    )


def _due(facts: Mapping[str, Any]) -> int:
    """Return what an invoice was to be collected when it got its number.

    An event of the release before says the total only, which nothing had lowered then.
    """
    due: int = facts.get("amount_due", facts["total"])
    return due


def watch(uow: UnitOfWork, events: Sequence[StoredEvent], at: datetime) -> None:
    """Look again, after its due date, at each invoice that the customer pays by hand."""
    owed = [
        event.subject_id
        for event in events
        if _due(event.facts) > 0
        and event.facts["collection_method"] == CollectionMethod.SEND_INVOICE
    ]
    if owed:
        uow.reminders.watch_invoices(owed, at)


def close_visits(uow: UnitOfWork, events: Sequence[StoredEvent], at: datetime) -> None:
    """Look at once after payers who are at a gateway for what, or so much as, is not owed now."""
    Visits(uow.connection).hasten([event.subject_id for event in events], at)


def watch_trial(uow: UnitOfWork, events: Sequence[StoredEvent], at: datetime) -> None:
    """Announce the end of each trial before it comes."""
    uow.reminders.watch_trials([event.subject_id for event in events], at)


def mail(kind: str, *, attaches_invoice: bool = False) -> Reaction:
    """Return the reaction that mails the customer about it."""

    def write(uow: UnitOfWork, events: Sequence[StoredEvent], at: datetime) -> None:
        wanted = [_wanted(kind, event, attaches_invoice) for event in events]
        uow.mails.queue(wanted, at)

    return write


def mail_in_hours(kind: str) -> Reaction:
    """Return the reaction that mails the customer when the dunning terms let mails leave."""

    def write(uow: UnitOfWork, events: Sequence[StoredEvent], at: datetime) -> None:
        hours = uow.dunning.mail_hours([event.subject_id for event in events])
        wanted = [_wanted(kind, event, False) for event in events]
        for place, event in enumerate(events):
            if event.subject_id in hours:
                terms, where = hours[event.subject_id]
                wanted[place] = replace(wanted[place], not_before=mail_at(terms, at, where))
        uow.mails.queue(wanted, at)

    return write


def mail_owner(uow: UnitOfWork, events: Sequence[StoredEvent], at: datetime) -> None:
    """Mail the tenant about endpoints that were disabled, unless a person of theirs did it."""
    uow.mails.queue_to_owner(
        [
            ("webhook_disabled", event.id)
            for event in events
            if event.facts["cause"] != Disabled.BY_PERSON
        ],
        at,
    )


def mail_owner_of(kind: str) -> Reaction:
    """Return the reaction that mails the tenant about it."""

    def write(uow: UnitOfWork, events: Sequence[StoredEvent], at: datetime) -> None:
        uow.mails.queue_to_owner([(kind, event.id) for event in events], at)

    return write


def after_loss(uow: UnitOfWork, events: Sequence[StoredEvent], at: datetime) -> None:
    """Let follow from each lost dispute what the tenant's policy says."""
    for event in events:
        cancel_after_loss(uow, UUID(event.facts["invoice_id"]), at=at)


def mail_owner_of_account(uow: UnitOfWork, events: Sequence[StoredEvent], at: datetime) -> None:
    """Mail the tenant about gateway accounts by which nothing is collected."""
    uow.mails.queue_to_owner([("gateway_account_ailing", event.id) for event in events], at)


def recharge(uow: UnitOfWork, events: Sequence[StoredEvent], at: datetime) -> None:
    """Top up each wallet that is low, if it is still so."""
    for wallet in sorted({event.subject_id for event in events}):
        recharge_wallet(uow, wallet, at=at)


def let_mandates_go(uow: UnitOfWork, events: Sequence[StoredEvent], at: datetime) -> None:
    """Look whether the mandates of what has ended are needed for anything else."""
    let_idle_go(uow, [event.subject_id for event in events], at=at)


def _wanted(kind: str, event: StoredEvent, attaches_invoice: bool) -> Wanted:
    facts = event.facts
    return Wanted(
        kind=kind,
        cause=event.id,
        customer_id=UUID(facts["customer_id"]),
        invoice_id=UUID(facts["invoice_id"]) if facts.get("invoice_id") else None,
        subscription_id=UUID(facts["subscription_id"]) if facts.get("subscription_id") else None,
        payment_id=UUID(facts["payment_id"]) if facts.get("payment_id") else None,
        credit_note_id=UUID(facts["credit_note_id"]) if facts.get("credit_note_id") else None,
        attaches_invoice=attaches_invoice,
    )


REACTIONS: Mapping[str, tuple[Reaction, ...]] = {
    SubscriptionTrialing.type: (watch_trial,),
    SubscriptionTrialEnding.type: (mail("trial_ending"),),
    InvoiceFinalized.type: (collect, watch, mail("invoice_issued", attaches_invoice=True)),
    InvoiceReminderDue.type: (mail("invoice_overdue", attaches_invoice=True),),
    InvoicePaid.type: (close_visits,),
    InvoicePartPaid.type: (close_visits,),
    InvoiceVoided.type: (close_visits,),
    CreditNoteIssued.type: (mail("credit_note_issued"),),
    PaymentSucceeded.type: (mail("receipt", attaches_invoice=True),),
    PaymentFailed.type: (mail_in_hours("payment_failed"),),
    PaymentRetryAnnounced.type: (mail_in_hours("payment_retrying"),),
    PaymentEndAnnounced.type: (mail_in_hours("payment_last_warning"),),
    PaymentGivenUp.type: (mail_in_hours("payment_given_up"),),
    SubscriptionCanceled.type: (let_mandates_go, mail("subscription_canceled")),
    WalletLow.type: (recharge,),
    MandateEnding.type: (mail("mandate_ending"),),
    WebhookEndpointDisabled.type: (mail_owner,),
    DisputeOpened.type: (mail_owner_of("dispute_opened"),),
    DisputeEvidenceDue.type: (mail_owner_of("dispute_due"),),
    DisputeLost.type: (after_loss,),
    GatewayAccountAiling.type: (mail_owner_of_account,),
}


def react(uow: UnitOfWork, events: Sequence[StoredEvent], at: datetime) -> None:
    """Do what follows from the events, type by type, in the order of the page above."""
    for type, reactions in REACTIONS.items():
        of_type = [event for event in events if event.type == type]
        if of_type:
            for reaction in reactions:
                reaction(uow, of_type, at)
