"""The calendar of a subscription: what will be due of it, decided as it will be decided then."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from khata.core.catalog import Item
from khata.core.foreseeing import Foreseeing, due_on, steps_to_come
from khata.core.periods import Period, day_of
from khata.core.refusal import Refusal
from khata.core.renewal import Due, Renewal
from khata.core.subscription import Status, Subscription
from khata.core.words import grouped


class EntryKind(StrEnum):
    STARTS = "starts"
    TRIAL_ENDS = "trial_ends"
    RENEWS = "renews"
    CHANGES = "changes"
    PAUSES = "pauses"
    RESUMES = "resumes"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One thing on one day of the customer's calendar.

    `amount` is what the invoice of that day comes to with tax, in minor units, before credit and
    wallets; None where there is none or it cannot be decided today, and `reason` then says why.
    """

    subscription_id: UUID
    on: date
    kind: EntryKind
    summary: str
    currency: str
    amount: int | None
    period: Period | None
    reason: str | None = None


def a_year_after(day: date) -> date:
    """Return the day twelve months later; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 2, 28)


def foresee(due: Due, by: Foreseeing, until: date, ids: Iterator[UUID]) -> list[CalendarEntry]:
    """Return what will be due up to a day: each step is the renewal's own, and is not stored.

    What cannot be decided is told with the reason, and nothing after it. Usage that is yet to
    come is in no amount, but its minimum is.
    """
    entries: list[CalendarEntry] = []
    foreseen = False  # whether an invoice that does not exist yet was billed on the way
    steps = steps_to_come(due, by, ids)
    while (on := due_on(due)) is not None and on <= until:
        try:
            renewal, then = next(steps)
        except StopIteration:
            break
        except Refusal as refusal:
            entries.append(undecided(due.subscription, due.items, refusal))
            break
        entries += _told(due, renewal, on, credits_unknown=foreseen)
        foreseen = foreseen or renewal.invoice is not None
        due = then
    return entries


def undecided(
    subscription: Subscription, items: tuple[Item, ...], refusal: Refusal
) -> CalendarEntry:
    """Return the entry of something that is due and cannot be decided as things stand."""
    assert subscription.next_billing_at is not None
    on = day_of(subscription.next_billing_at, subscription.timezone)
    summary = f"{_plans(items)} is due"
    return CalendarEntry(
        subscription.id,
        on,
        EntryKind.RENEWS,
        summary,
        subscription.currency,
        None,
        None,
        refusal.detail,
    )


def _told(
    due: Due, renewal: Renewal, on: date, *, credits_unknown: bool
) -> Iterator[CalendarEntry]:
    before, after, plans = due.subscription, renewal.after, _plans(due.items)
    if due.terms.for_whom is not None:
        plans = f"{plans}, for {due.terms.for_whom},"
    invoice = renewal.invoice

    def entry(
        kind: EntryKind, summary: str, amount: int | None, reason: str | None = None
    ) -> CalendarEntry:
        if amount is not None:
            summary = f"{summary}: {grouped(amount, before.currency)}"
        period = after.period if kind is EntryKind.RENEWS else None
        return CalendarEntry(before.id, on, kind, summary, before.currency, amount, period, reason)

    if after.status is Status.CANCELED:
        yield entry(EntryKind.ENDS, f"{plans} ends", None)
    elif after.status is Status.PAUSED:
        until = after.resume_on
        back = "" if until is None else f" until {until.day} {until:%B %Y}"
        yield entry(EntryKind.PAUSES, f"{plans} is paused{back}", None)
    elif before.status is Status.PAUSED:
        yield entry(EntryKind.RESUMES, f"{plans} resumes", None)
    elif renewal.dropped:
        [why] = renewal.dropped.values()
        yield entry(EntryKind.CHANGES, f"{plans} would change", None, why)
    elif renewal.applied:
        summary = f"{plans} becomes {_plans(renewal.items or due.items)}"
        reason = "What is credited depends on invoices to come" if credits_unknown else None
        charged = invoice.total if invoice is not None and not credits_unknown else None
        yield entry(EntryKind.CHANGES, summary, charged, reason if invoice else None)
    elif after.status is Status.TRIALING:
        yield entry(EntryKind.STARTS, f"{plans} begins with a trial", None)
    else:
        if before.status is Status.TRIALING:
            yield entry(EntryKind.TRIAL_ENDS, f"The trial of {plans} ends", None)
        begins = before.status is Status.INCOMPLETE
        kind = EntryKind.STARTS if begins else EntryKind.RENEWS
        amount = None if invoice is None else invoice.total
        yield entry(kind, f"{plans} {'begins' if begins else 'renews'}", amount)


def _plans(items: tuple[Item, ...]) -> str:
    return " and ".join(
        item.plan_name if item.quantity == 1 else f"{item.quantity} × {item.plan_name}"
        for item in items
    )
