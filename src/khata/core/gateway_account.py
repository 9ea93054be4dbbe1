"""A tenant's account with a gateway: whose money it moves, and where. Its secrets stay sealed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from khata.core.payment_method import MethodKind


class AccountStatus(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"  # nothing new is charged; what was begun is still asked about


@dataclass(frozen=True, slots=True)
class GatewayAccount:
    """`credentials` and `webhook_secrets` are sealed as they are stored; only a vault opens them.

    `version` grows with every change of the credentials. `reference` is the gateway's own id of
    the account, where it told one.
    """

    id: UUID
    gateway: str
    name: str
    base_url: str | None
    reference: str | None
    livemode: bool
    status: AccountStatus
    credentials: bytes = field(repr=False)
    webhook_secrets: bytes | None = field(repr=False)
    version: int
    verified_at: datetime
    created_at: datetime

    @property
    def takes_charges(self) -> bool:
        return self.status is AccountStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class Route:
    """A rule of routing: what it says nothing about, it takes."""

    account_id: UUID
    currency: str | None = None
    country: str | None = None  # of the customer, ISO 3166
    kind: MethodKind | None = None

    def takes(self, kind: MethodKind) -> bool:
        return self.kind in (None, kind)


def routes_for(routes: Sequence[Route], *, currency: str, country: str) -> list[Route]:
    """Return the rules that fit a customer, in their order.

    Of which kind the payment method is, only an account that knows it can say: the first of these
    whose account does, and that takes the kind, decides.
    """
    return [
        route
        for route in routes
        if route.currency in (None, currency) and route.country in (None, country)
    ]
