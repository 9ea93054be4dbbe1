"""What is due of a subscription, and what was decided of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from khata.core.catalog import Item
from khata.core.charge import Charge
from khata.core.commitments import Gave
from khata.core.coupon import Discount
from khata.core.credit_note import BilledInvoice, CreditNote
from khata.core.events import Event
from khata.core.invoice import Invoice
from khata.core.ledger.posting import Entry
from khata.core.plan_change import DueChange
from khata.core.settling import Settled
from khata.core.subscription import Move, Subscription
from khata.core.terms import Terms
from khata.core.usage_periods import Metered, UsagePeriod
from khata.core.waiting import WaitingItem


@dataclass(frozen=True, slots=True)
class Due:
    """A subscription with something due, and all that deciding it needs.

    `timezone` is the customer's as it is now: what begins now ends by it. `waiting` is charged
    with its next invoice; `changes` are scheduled, in order; `billed` is what a change in the
    middle of a period takes back of.
    """

    subscription: Subscription
    items: tuple[Item, ...]
    terms: Terms
    timezone: str
    waiting: tuple[WaitingItem, ...] = ()
    changes: tuple[DueChange, ...] = ()
    billed: tuple[BilledInvoice, ...] = ()
    discounts: tuple[Discount, ...] = ()
    gave: Mapping[UUID, Gave] | None = None
    together: bool = False  # who pays wants one invoice of all that falls due together
    has_method: bool = True  # looked up only where the end of a trial asks for it
    usage: tuple[Metered, ...] = ()  # what is not settled, measured until the next thing is due
    open_invoices: tuple[str, ...] = ()  # their numbers, asked for where a currency changes


@dataclass(frozen=True, slots=True)
class Renewal:
    """The decision: the subscription as it becomes, and what else has to be written.

    `items` are its items where they are others now; `applied` are the changes that were due;
    `waited` are the waiting items that the invoice bills, `waiting` new ones, and `withdrawn` those
    that are charged no more.
    """

    before: Subscription
    after: Subscription
    move: Move | None
    invoice: Invoice | None
    entries: tuple[Entry, ...]
    events: tuple[Event, ...]
    items: tuple[Item, ...] | None = None
    notes: tuple[CreditNote, ...] = ()
    waiting: tuple[Charge, ...] = ()
    waited: tuple[UUID, ...] = ()
    applied: tuple[UUID, ...] = ()
    discounts: tuple[Discount, ...] = ()  # as the invoice leaves them
    settled: Settled | None = None  # what the customer's funds paid of the invoice
    withdrawn: tuple[UUID, ...] = ()
    once_paid: "Renewal | None" = None  # what it is where its invoice is paid as it is made
    usage: tuple[UsagePeriod, ...] = ()  # stretches that are new, or become others
    voids: bool = False  # whether the invoice that it never paid is void now
    dropped: Mapping[UUID, str] | None = None  # the changes that could not be made, and why
