"""The wish for a gateway's own pages: a payer goes there, pays or saves a way to pay, comes back.

No card number touches khata: what is typed is typed at the gateway.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast
from uuid import UUID

from khata.core.mandate_terms import MandateTerms
from khata.core.payment import Answer
from khata.core.payment_method import MethodKind, SavedMethod
from khata.core.visit import Purpose, VisitStatus
from khata.ports.gateway import Gateway


@dataclass(frozen=True, slots=True)
class Payer:
    """Who goes there. `holder` is the gateway's own id of the customer, where it has one."""

    name: str
    email: str | None
    phone: str | None = None
    holder: str | None = None


@dataclass(frozen=True, slots=True)
class VisitRequest:
    """A visit that is to be prepared. `visit_id` is the idempotency key, and what is asked by.

    `amount` is in minor units; 0 only where nothing is paid. The gateway sends the payer back to
    `return_url` whatever happened, or to `cancel_url` when they turned back. `mandate` holds the
    terms of what is saved, on the rails that want them.
    """

    visit_id: UUID
    merchant: str
    purpose: Purpose
    kind: MethodKind
    amount: int
    currency: str
    description: str
    payer: Payer
    return_url: str
    cancel_url: str
    expires_at: datetime
    invoice_number: str | None = None
    mandate: MandateTerms | None = None


@dataclass(frozen=True, slots=True)
class OpenedVisit:
    """`url`: where the payer goes. `upi_link`: what a UPI app opens, on a phone or from a QR code.

    At least one is given. `reference` is the gateway's own of the visit; `holder` its id of the
    payer, where one was made.
    """

    reference: str
    url: str | None
    upi_link: str | None = None
    holder: str | None = None


@dataclass(frozen=True, slots=True)
class VisitState:
    """What has come of a visit. `paid` is the money's answer, with its amount and reference;
    `saved` the way to pay that can be charged from now on. While open, `decline_code` is why the
    payer's last try was refused."""

    status: VisitStatus
    paid: Answer | None = None
    saved: SavedMethod | None = None
    decline_code: str | None = None


class GatewayVisits(Protocol):
    """What a gateway with pages of its own can do beside charging. Raises as Gateway's calls do."""

    def open_visit(self, request: VisitRequest, *, at: datetime) -> OpenedVisit:
        """Prepare the page; the same `visit_id` again opens no second one that could be paid."""
        ...

    def finish_visit(self, request: VisitRequest, *, reference: str, at: datetime) -> VisitState:
        """Take what the payer has agreed to, where the gateway leaves that to us; else just ask.

        Safe to repeat: money is taken once.
        """
        ...

    def visit_state(
        self, request: VisitRequest, *, reference: str | None, at: datetime
    ) -> VisitState | None:
        """Say what has come of a visit, moving nothing; None: the gateway never heard of it."""
        ...

    def close_visit(self, request: VisitRequest, *, reference: str, at: datetime) -> VisitState:
        """End it, so that nobody can pay there any more; what was paid meanwhile is told."""
        ...


def visits_of(gateway: Gateway) -> GatewayVisits | None:
    """Return what a gateway can do with visits; None: it has no pages of its own."""
    return cast(GatewayVisits, gateway) if gateway.capabilities.visits else None
