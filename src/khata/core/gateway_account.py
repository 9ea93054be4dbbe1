"""A tenant's account with a gateway: whose money it moves, and where. Its secrets stay sealed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from khata.core.gateway_health import WELL, Health
from khata.core.payment_method import MethodKind
from khata.core.refusal import Refusal

MOST_FALLBACKS = 3  # of one rule


class AmountNeedsCurrency(Refusal):
    """An amount says nothing without its currency."""


class NoAmountBetween(Refusal):
    """A rule of routing ends at or before the amount at which it begins."""


class FallsBackOnItself(Refusal):
    """A rule of routing names an account twice: nobody falls back on what has just failed."""


class AccountStatus(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"  # nothing new is charged; what was begun is still asked about


@dataclass(frozen=True, slots=True)
class GatewayAccount:
    """`credentials` and `webhook_secrets` are sealed as they are stored; only a vault opens them.

    `version` grows with every change of the credentials. `reference` is the gateway's own id of
    the account, where it told one. One that `is_stand_in` has no credentials and is shown to
    nobody: it is there for what belongs to an account, at a gateway that needs none.
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
    health: Health = WELL
    is_stand_in: bool = False

    @property
    def takes_charges(self) -> bool:
        return self.status is AccountStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class Route:
    """A rule of routing: what it says nothing about, it takes.

    `min_amount` and `max_amount` are in minor units of `currency`: from the one on, and below the
    other. `fallbacks` are accounts of the same gateway that are asked, in order, where this one
    takes no charges or is out of reach.
    """

    account_id: UUID
    currency: str | None = None
    country: str | None = None  # of the customer, ISO 3166
    kind: MethodKind | None = None
    min_amount: int | None = None
    max_amount: int | None = None
    fallbacks: tuple[UUID, ...] = ()

    def takes(self, kind: MethodKind) -> bool:
        return self.kind in (None, kind)

    def takes_amount(self, amount: int | None) -> bool:
        """Say whether it is for this amount; None: none is known, so a rule with bounds is not."""
        if self.min_amount is None and self.max_amount is None:
            return True
        if amount is None:
            return False
        least, end = self.min_amount or 0, self.max_amount
        return least <= amount and (end is None or amount < end)

    @property
    def accounts(self) -> tuple[UUID, ...]:
        """The account it names, and those it falls back on."""
        return (self.account_id, *self.fallbacks)


def check_route(route: Route, *, param: str) -> None:
    """Refuse a rule that could never mean anything; `param` is its place in what was sent.

    Raises: AmountNeedsCurrency, NoAmountBetween, FallsBackOnItself.
    """
    least, end = route.min_amount, route.max_amount
    if route.currency is None and (least is not None or end is not None):
        raise AmountNeedsCurrency(
            "Say of which currency the amounts are", param=f"{param}.currency"
        )
    if end is not None and (least or 0) >= end:
        raise NoAmountBetween(
            f"There is no amount from {least or 0} on and below {end}", param=f"{param}.max_amount"
        )
    if len(set(route.accounts)) < len(route.accounts):
        raise FallsBackOnItself(
            "Each account stands once in a rule: the one it names, and others to fall back on",
            param=f"{param}.fallbacks",
        )


def routes_for(
    routes: Sequence[Route], *, currency: str, country: str, amount: int | None = None
) -> list[Route]:
    """Return the rules that fit a customer, in their order.

    Of which kind the payment method is, only an account that knows it can say: the first of these
    whose account does, and that takes the kind, decides. `amount` is in minor units; where none is
    known yet, rules for some amounts only are passed over.
    """
    return [
        route
        for route in routes
        if route.currency in (None, currency)
        and route.country in (None, country)
        and route.takes_amount(amount)
    ]
