"""One invoice for several subscriptions that one customer pays and that fall due together."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from khata.core.coupon import after_period
from khata.core.credit_note import CreditNote
from khata.core.crediting import as_credited
from khata.core.due import Due, Renewal
from khata.core.events import Event, InvoiceFinalized, InvoicePaid
from khata.core.invoice import Billed, Invoice
from khata.core.issuing import Issuing, booked, draw_up, told
from khata.core.policies import Policies
from khata.core.refusal import Refusal
from khata.core.renewal import renew


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of a group. What is in neither list is due again, after what came first."""

    renewals: tuple[Renewal, ...]
    refused: tuple[tuple[Due, Refusal], ...]


def groups_of(due: Sequence[Due]) -> list[list[Due]]:
    """Return what is due in groups that one invoice may bill; mostly each is one of its own."""
    if not any(one.together for one in due):
        return [[one] for one in due]
    groups: dict[Hashable, list[Due]] = {}
    for one in due:
        groups.setdefault(_alike(one), []).append(one)
    return list(groups.values())


def _alike(due: Due) -> Hashable:
    subscription = due.subscription
    begins_with_payment = subscription.waits_for_payment and subscription.period is None
    if not due.together or begins_with_payment:
        return subscription.id
    return (
        due.terms.payer_id or subscription.customer_id,
        subscription.registration_id,
        subscription.currency,
        subscription.tax_behavior,
        subscription.collection_method,
        subscription.days_until_due,
        subscription.payment_method_id,
        subscription.next_billing_at,
        due.timezone,
    )


def renew_together(
    group: Sequence[Due],
    *,
    at: datetime,
    today: date,
    policies: Policies,
    ids: Iterator[UUID],
    notes: Sequence[CreditNote] = (),
) -> Decided:
    """Decide the next thing of each, and draw the periods that begin with it on one invoice.

    Where one has something else due first (a change, the end of a pause), that is decided alone,
    and the others wait for its period to begin. `notes` are of what was decided before and is not
    stored yet: they may lower the same invoices.
    """
    notes = list(notes)
    done: list[tuple[Due, Renewal]] = []
    refused: list[tuple[Due, Refusal]] = []
    for due in group:
        one = replace(due, billed=as_credited(due.billed, notes)) if due.billed and notes else due
        try:
            renewal = renew(one, at=at, today=today, policies=policies, ids=ids)
        except Refusal as refusal:
            refused.append((one, refusal))
        else:
            done.append((one, renewal))
            notes += renewal.notes
    if len(group) == 1:
        return Decided(tuple(renewal for _, renewal in done), tuple(refused))
    opening = [(one, renewal) for one, renewal in done if _opens(renewal)]
    rest = [renewal for _, renewal in done if not _opens(renewal)]
    if len(opening) > 1 and not any(_is_due_again(renewal) for renewal in rest):
        try:
            rest += _as_one(opening, at=at, today=today, policies=policies, ids=ids)
        except Refusal as refusal:
            refused += [(one, refusal) for one, _ in opening]
    elif not any(_is_due_again(renewal) for renewal in rest):
        rest += [renewal for _, renewal in opening]
    return Decided(tuple(rest), tuple(refused))


def _opens(renewal: Renewal) -> bool:
    return renewal.invoice is not None and renewal.invoice.period is not None


def _is_due_again(renewal: Renewal) -> bool:
    """Say whether the next thing of it is due at the same instant still."""
    then, now = renewal.after.next_billing_at, renewal.before.next_billing_at
    return then is not None and now is not None and then <= now


def _as_one(
    opening: Sequence[tuple[Due, Renewal]],
    *,
    at: datetime,
    today: date,
    policies: Policies,
    ids: Iterator[UUID],
) -> list[Renewal]:
    """Return the renewals with one invoice, which the first of them bears."""
    parts = [(due, renewal.invoice) for due, renewal in opening if renewal.invoice is not None]
    invoice = draw_together(parts, today=today, policies=policies, ids=ids)
    assert invoice.period is not None
    entry = booked(invoice, next(ids))
    discounts = {one.id: one for due, _ in parts for one in due.discounts}
    used = {cut.discount_id for line in invoice.lines for cut in line.cuts}
    waited = tuple(id for _, renewal in opening for id in renewal.waited)
    bearer, *others = (_without_invoice(renewal) for _, renewal in opening)
    bearer = replace(
        bearer,
        invoice=invoice,
        entries=bearer.entries if entry is None else (entry, *bearer.entries),
        events=(*told(invoice), *bearer.events),
        waited=waited,
        discounts=after_period(
            tuple(discounts.values()), begins_on=invoice.period.start, used=used, at=at
        ),
    )
    return [bearer, *others]


def _without_invoice(renewal: Renewal) -> Renewal:
    """Return a renewal without what its own invoice books, tells and uses up."""
    invoice = renewal.invoice
    assert invoice is not None
    return replace(
        renewal,
        invoice=None,
        entries=tuple(one for one in renewal.entries if one.source_id != invoice.id),
        events=tuple(event for event in renewal.events if not _tells_of(event, invoice)),
        waited=(),
        discounts=(),
    )


def _tells_of(event: Event, invoice: Invoice) -> bool:
    return isinstance(event, InvoiceFinalized | InvoicePaid) and event.invoice_id == invoice.id


def draw_together(
    parts: Sequence[tuple[Due, Invoice]], *, today: date, policies: Policies, ids: Iterator[UUID]
) -> Invoice:
    """Return one invoice instead of these, which are of one group: also the preview.

    Its lines are theirs, subscription after subscription; discounts, round-off and total are of
    the whole. A discount of one subscription lowers only that one's lines.
    """
    lead, first = parts[0]
    charges = [
        replace(line.charge, subscription_id=due.subscription.id)
        for due, invoice in parts
        for line in invoice.lines
    ]
    discounts = {one.id: one for due, _ in parts for one in due.discounts}
    under = Issuing(lead.subscription, lead.terms, today, policies, tuple(discounts.values()))
    invoice = draw_up(charges, first.period, under, ids)
    bills = tuple(
        Billed(due.subscription.id, one.period) for due, one in parts if one.period is not None
    )
    return replace(invoice, bills=bills)
