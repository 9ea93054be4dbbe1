"""What was taken to be decided: a subscription with all that deciding it needs, but the terms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from khata.core.catalog import Item
from khata.core.commitments import Gave
from khata.core.credit_note import BilledInvoice
from khata.core.plan_change import DueChange
from khata.core.refusal import Refusal
from khata.core.renewal import Due
from khata.core.subscription import Subscription
from khata.core.tax.parties import Buyer
from khata.core.terms import Terms, TermsOfDay
from khata.core.usage_periods import Metered
from khata.core.waiting import WaitingItem


@dataclass(frozen=True, slots=True)
class Taken:
    """A locked subscription, its items, and its buyer's tax side; the terms are yet to decide.

    The buyer is who pays: the payer, where the customer, here by its `name`, has one.
    """

    subscription: Subscription
    items: tuple[Item, ...]
    buyer: Buyer
    buyer_party_id: UUID
    timezone: str  # the customer's, as it is now
    name: str
    payer_id: UUID | None = None
    together: bool = False  # who pays wants one invoice of all that falls due together
    waiting: tuple[WaitingItem, ...] = ()
    changes: tuple[DueChange, ...] = ()
    billed: tuple[BilledInvoice, ...] = ()
    gave: Mapping[UUID, Gave] | None = None  # where an item has a minimum commitment
    has_method: bool = True
    usage: tuple[Metered, ...] = ()
    open_invoices: tuple[str, ...] = ()  # asked for where a scheduled change swaps the currency
    has_discounts: bool = False  # its own, or the buyer's
    has_funds: bool = False  # the buyer, in credit or a wallet

    @property
    def buyer_id(self) -> UUID:
        """Return the customer whom the invoice is for."""
        return self.payer_id or self.subscription.customer_id

    def terms(self, of_day: TermsOfDay) -> Terms:
        """Return its terms on a day. Raises: what decide_supply refuses."""
        return of_day.of(
            self.subscription.registration_id,
            self.buyer,
            self.buyer_party_id,
            payer_id=self.payer_id,
            for_whom=None if self.payer_id is None else self.name,
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """A subscription for which no decision could be made, and why."""

    subscription: Subscription
    refusal: Refusal


def with_terms(taken: Sequence[Taken], terms: TermsOfDay) -> tuple[list[Due], list[Refused]]:
    """Join each with its terms; what the tax law refuses is told apart."""
    due, refused = [], []
    for one in taken:
        subscription = one.subscription
        try:
            decided = one.terms(terms)
        except Refusal as refusal:
            refused.append(Refused(subscription, refusal))
        else:
            due.append(
                Due(
                    subscription,
                    one.items,
                    decided,
                    one.timezone,
                    one.waiting,
                    one.changes,
                    one.billed,
                    gave=one.gave,
                    together=one.together,
                    has_method=one.has_method,
                    usage=one.usage,
                    open_invoices=one.open_invoices,
                )
            )
    return due, refused
