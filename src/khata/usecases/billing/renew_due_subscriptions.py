"""Renew the subscriptions that are due: one batch of a tenant's billing run."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain, repeat
from uuid import UUID

from khata.core.awaiting import as_paid
from khata.core.credit_note import CreditNote
from khata.core.events import SubscriptionParked
from khata.core.ids import new_id, new_ids
from khata.core.invoice import InvoiceStatus
from khata.core.periods import day_of
from khata.core.renewal import Due, Renewal
from khata.core.subscription import COUNTED, Status, Subscription, mrr_reason
from khata.core.tax.quotes import TaxQuoteNeeded
from khata.core.termination import end, is_ending
from khata.core.together import groups_of, renew_together
from khata.core.waiting import ScheduleStatus
from khata.db.stores.due import DueWork
from khata.db.stores.parked import ParkedWork
from khata.db.stores.reductions import Reductions
from khata.db.stores.runs import BillingRun
from khata.db.stores.taken import Refused, Taken, with_terms
from khata.db.stores.tax_quotes import TaxQuotes
from khata.db.transaction import Database, UnitOfWork
from khata.usecases.billing.pay_from_funds import pay_from_funds
from khata.usecases.billing.store_changes import store_changes
from khata.usecases.credit_notes.store_notes import store_notes
from khata.usecases.invoices.store_settled import store_settled
from khata.usecases.invoices.void_unpaid_first import void_unpaid_first

# So many are decided before the server gets to write them: few, so that it soon has work, and
# enough that a statement has many rows.
PORTION = 250


@dataclass(frozen=True, slots=True)
class RenewDueSubscriptions:
    """What is due by `due_by` is renewed, and `at` is when that happens."""

    tenant: UUID
    due_by: datetime
    at: datetime
    issued_on: date | None = None  # the documents' day; None: the tenant's day of `at`
    limit: int = 500
    run_id: UUID | None = None  # the run it is a part of
    but: tuple[UUID, ...] = ()  # these are left as they are


@dataclass(frozen=True, slots=True)
class Batch:
    """`is_last` where nothing more is due, but for what others hold at this moment.

    `run` is the run it is a part of, with this batch counted in.
    """

    taken: int
    invoiced: int
    parked: int
    is_last: bool
    run: BillingRun | None = None


def renew_due_subscriptions(command: RenewDueSubscriptions, *, db: Database) -> Batch:
    """Bill one batch and open its next periods.

    Invoices, postings and events of the batch are stored together or not at all, and so is what
    it adds to its run. Asking twice bills nobody twice: an invoice is unique by subscription and
    period.
    """
    with _undisturbed(), db.transaction(command.tenant) as uow:
        taken = DueWork(uow.connection).take_due(
            command.due_by, limit=command.limit, but=command.but
        )
        return renew_taken(uow, taken, command)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let the collector of cycles rest: a batch makes many values and no cycle.

    It would look through all of them time and again, for a third of our time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def renew_taken(uow: UnitOfWork, taken: Sequence[Taken], command: RenewDueSubscriptions) -> Batch:
    """Decide and store the renewals of locked subscriptions; park those that refuse.

    By portions: the server writes one while we decide the next. The numbers are drawn when all
    are decided, and the invoices, which bear them, come last.
    """
    renewals: list[Renewal] = []
    refused: list[Refused] = []
    if taken:
        with uow.connection.pipeline():
            decide_on = _decider(uow, taken, at=command.at, issued_on=command.issued_on)
            funded = {one.buyer_id for one in taken if one.has_funds}
            portion = len(taken) if any(one.together for one in taken) else PORTION
            for n in range(0, len(taken), portion):
                decided, no = decide_on(taken[n : n + portion])
                paid = _begun(pay_from_funds(uow, decided, funded, command.at))
                _store_facts(uow, paid, command.at)
                renewals += paid
                refused += no
            _store_invoices(uow, renewals, command.at)
        park(uow, refused, command.at)
    invoiced = sum(renewal.invoice is not None for renewal in renewals)
    is_last = len(taken) < command.limit and not _due_again(renewals, command.due_by)
    return count(uow, Batch(len(taken), invoiced, len(refused), is_last), command.run_id)


def _due_again(renewals: Sequence[Renewal], due_by: datetime) -> bool:
    """Say whether one that began in the past has its next period to catch up with, too."""
    next_times = (renewal.after.next_billing_at for renewal in renewals)
    return any(at is not None and at <= due_by for at in next_times)


def count(uow: UnitOfWork, batch: Batch, run_id: UUID | None) -> Batch:
    """Add the batch to its run, if it is a part of one."""
    if run_id is None:
        return batch
    run = uow.runs.count(
        run_id, invoices=batch.invoiced, parked=batch.parked, is_last=batch.is_last
    )
    return replace(batch, run=run)


_Decider = Callable[[Sequence[Taken]], tuple[list[Renewal], list[Refused]]]


def _decider(
    uow: UnitOfWork, taken: Sequence[Taken], *, at: datetime, issued_on: date | None
) -> _Decider:
    """Read what deciding these needs, and return what decides any of them without asking more."""
    tenant = uow.tenants.get()
    today = issued_on or day_of(at, tenant.timezone)
    terms = DueWork(uow.connection).terms_of(taken, on=today, livemode=tenant.livemode)
    reductions = Reductions(uow.connection, taken, locking=True)
    notes: list[CreditNote] = []

    def decided(some: Sequence[Taken]) -> tuple[list[Renewal], list[Refused]]:
        ending = [one.subscription for one in some if _just_ends(one)]
        others = [one for one in some if not _just_ends(one)] if ending else some
        due, refused = with_terms(others, terms)
        ids = _ids(due, len(ending), at)
        renewals = [end(subscription, at=at, ids=ids) for subscription in ending]
        for group in groups_of(due):
            lowered = [reductions.joined(one) for one in group]
            done = renew_together(
                lowered, at=at, today=today, policies=tenant.policies, ids=ids, notes=notes
            )
            refused += [Refused(one.subscription, refusal) for one, refusal in done.refused]
            for renewal in done.renewals:
                reductions.keep(renewal.discounts)
                notes.extend(renewal.notes)
            renewals += done.renewals
        return renewals, refused

    return decided


def _just_ends(one: Taken) -> bool:
    """Say whether its next thing is its end, with which nothing is given back or billed."""
    if (
        one.subscription.cancel_policy is not None
        or one.gave is not None
        or one.waiting
        or one.usage
    ):
        return False
    return is_ending(one.subscription)


def decide(
    uow: UnitOfWork, taken: Sequence[Taken], *, at: datetime, issued_on: date | None
) -> tuple[list[Renewal], list[Refused]]:
    """Decide all of these at once."""
    return _decider(uow, taken, at=at, issued_on=issued_on)(taken)


def _ids(due: Sequence[Due], ending: int, at: datetime) -> Iterator[UUID]:
    """Yield ids enough for each one's lines, invoice, entry and move, and for each end's move.

    More where a change or what waits asks for them.
    """
    ordinary = new_ids(at, ending + sum(len(one.items) + 3 for one in due))
    return chain(ordinary, (new_id(at) for _ in repeat(None)))


def store(uow: UnitOfWork, renewals: Sequence[Renewal], at: datetime) -> None:
    """Write each table once; the invoices, with their numbers, come last.

    The server writes a table while we spell the rows of the next: nobody waits for an answer.
    """
    with uow.connection.pipeline():
        funded = uow.funds.owners([r.invoice.customer_id for r in renewals if r.invoice])
        paid = _begun(pay_from_funds(uow, renewals, funded, at))
        _store_facts(uow, paid, at)
        _store_invoices(uow, paid, at)


def _begun(renewals: Sequence[Renewal]) -> Sequence[Renewal]:
    """Let those that wait for their first payment begin where funds have made it already."""
    if not any(renewal.once_paid for renewal in renewals):
        return renewals
    return [
        as_paid(one)
        if one.once_paid and one.invoice and one.invoice.status is InvoiceStatus.PAID
        else one
        for one in renewals
    ]


def _store_facts(uow: UnitOfWork, renewals: Sequence[Renewal], at: datetime) -> None:
    """Write all that may be written before the numbers are drawn, of a part of a batch."""
    uow.subscriptions.change([renewal.after for renewal in renewals])
    uow.subscriptions.add_moves([r.move for r in renewals if r.move is not None])
    ended = [r.after.id for r in renewals if r.move and r.after.status is Status.CANCELED]
    if ended:
        uow.payments.stop_retries(ended, at)
        uow.schedule.cancel_of(ended, at)
        void_unpaid_first(uow, [r.after.id for r in renewals if r.voids], at=at)
    paused = [r.after.id for r in renewals if r.move and r.after.status is Status.PAUSED]
    if paused:
        uow.schedule.finish_pauses(paused, ScheduleStatus.APPLIED, at)
    store_changes(uow, renewals, at)
    uow.events.add_of_held((event for renewal in renewals for event in renewal.events), at)
    uow.books.post([entry for renewal in renewals for entry in renewal.entries], at)
    uow.invoices.add_lines([r.invoice for r in renewals if r.invoice is not None])
    _store_reductions(uow, renewals, at)


def _store_reductions(uow: UnitOfWork, renewals: Sequence[Renewal], at: datetime) -> None:
    """Write what lowered these invoices and what paid them at once; mostly there is nothing."""
    lowered = [r for r in renewals if r.discounts]
    if lowered:
        discounts = [discount for r in lowered for discount in r.discounts]
        uow.coupons.change_discounts(discounts)
        uow.coupons.add_line_discounts(
            [r.invoice for r in lowered if r.invoice is not None],
            {discount.id: discount for discount in discounts},
        )
    store_settled(uow, [r.settled for r in renewals if r.settled is not None], at)


def _store_invoices(uow: UnitOfWork, renewals: Sequence[Renewal], at: datetime) -> None:
    """Write what a whole batch has in common: its customers' MRR, the numbers, the invoices.

    Customers are locked once, in one order for all who do.
    """
    uow.entitlements.settle(
        [r.after.customer_id for r in renewals if r.move is not None or r.items is not None],
        at,
        beside=(r.after.customer_id for r in renewals if r.after.mrr != r.before.mrr),
    )
    uow.subscriptions.count_mrr(
        [
            change
            for r in renewals
            if r.after.status in COUNTED or r.before.mrr
            for change in _mrr_changes(r)
        ],
        at,
    )
    notes = [note for renewal in renewals for note in renewal.notes]
    store_notes(uow, notes, at, credit_is_given=True)
    uow.invoices.number([r.invoice for r in renewals if r.invoice is not None], at)


def _mrr_changes(renewal: Renewal) -> Sequence[tuple[Subscription, int, str]]:
    """Return whose MRR is another now, and what it was: a swap ends it in the old currency."""
    before, after = renewal.before, renewal.after
    reason = mrr_reason(renewal.move) if renewal.move else "changed"
    if before.currency == after.currency:
        return ((after, before.mrr, reason),)
    return ((replace(before, mrr=0), before.mrr, reason), (after, 0, reason))


def park(uow: UnitOfWork, refused: Sequence[Refused], at: datetime) -> None:
    """Set aside what refused, with its reason: it is due again only when it is released."""
    if not refused:
        return
    uow.parked.add(
        [
            ParkedWork(
                "subscription",
                one.subscription.id,
                one.refusal.code,
                one.refusal.detail,
                one.subscription.next_billing_at,
            )
            for one in refused
        ],
        at,
    )
    uow.subscriptions.set_aside([one.subscription.id for one in refused])
    needed = [
        (one.refusal, one.subscription.id)
        for one in refused
        if isinstance(one.refusal, TaxQuoteNeeded)
    ]
    TaxQuotes(uow.connection).want(needed, at)
    uow.events.add(
        [
            SubscriptionParked(one.subscription.id, one.refusal.code, one.refusal.detail)
            for one in refused
            if not isinstance(one.refusal, TaxQuoteNeeded)  # it goes on by itself in a moment
        ],
        at,
    )
