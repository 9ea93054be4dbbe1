"""A wallet: prepaid money and granted credit, what is spent first, and when it is topped up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from khata.core.refusal import Kind, Refusal
from khata.core.tax.rate_table import check_form


class RechargeIncomplete(Refusal):
    """A recharge has both a threshold and an amount, or neither."""


class WalletCurrencyDiffers(Refusal):
    """A wallet is of its customer's currency: its money pays that customer's invoices."""


class ExpiryPassed(Refusal):
    """Credit that expires can be spent on at least one day: today or later."""


class WalletBeingToppedUp(Refusal):
    """A top-up of the wallet waits to be paid; pay or void its invoice first."""

    kind = Kind.CONFLICT


class AdvanceForGoods(Refusal):
    """Only advances for services are taxed when they come; those for goods need no tax code."""


class GrantKind(StrEnum):
    GRANTED = "granted"  # given for nothing; spent before paid money
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class Wallet:
    """`priority` says which of a customer's wallets is spent first: the lowest.

    `balance` is what is left of all its grants. Below `recharge_below` it tops itself up.
    """

    id: UUID
    customer_id: UUID
    currency: str
    name: str
    priority: int
    balance: int
    recharge_below: int | None
    recharge_amount: int | None
    metadata: Mapping[str, str]
    created_at: datetime
    tax_code: str | None = None  # what its money is for: then paid top-ups are advances


@dataclass(frozen=True, slots=True)
class Grant:
    """What came into a wallet, and what is left of it; not spent from `expires_at` on."""

    id: UUID
    wallet_id: UUID
    kind: GrantKind
    amount: int
    remaining: int
    priority: int
    expires_at: datetime | None
    name: str | None
    created_at: datetime
    expired_at: datetime | None = None
    advance: bool = False  # its tax was paid when it came


@dataclass(frozen=True, slots=True)
class Spendable:
    """A grant with money left, and the priority of the wallet it lies in."""

    grant_id: UUID
    wallet_id: UUID
    kind: GrantKind
    remaining: int
    priority: int
    wallet_priority: int
    expires_at: datetime | None
    created_at: datetime
    advance: bool = False  # its tax was paid when it came


def spend(grants: Sequence[Spendable], amount: int, *, at: datetime) -> list[tuple[Spendable, int]]:
    """Return what is taken of which grant, in order, until the amount or the money is used up.

    By the wallet's priority, then the grant's; granted before paid; what expires first, and
    what never does last; older before newer. What has expired is not spent.
    Source: docs/coupons_and_wallets.md
    """
    taken = []
    for grant in sorted(grants, key=_turn):
        if amount <= 0:
            break
        if grant.expires_at is not None and grant.expires_at <= at:
            continue
        part = min(grant.remaining, amount)
        if part > 0:
            taken.append((grant, part))
            amount -= part
    return taken


def _turn(grant: Spendable) -> tuple[int, int, bool, bool, float, datetime, UUID]:
    expires = grant.expires_at
    return (
        grant.wallet_priority,
        grant.priority,
        grant.kind is GrantKind.PAID,
        expires is None,
        0.0 if expires is None else expires.timestamp(),
        grant.created_at,
        grant.grant_id,
    )


def is_low(wallet: Wallet) -> bool:
    """Say whether a wallet is to be topped up by itself."""
    return wallet.recharge_below is not None and wallet.balance < wallet.recharge_below


def check_recharge(below: int | None, amount: int | None) -> None:
    """Refuse half a recharge. Raises: RechargeIncomplete."""
    if (below is None) != (amount is None):
        missing = "recharge_below" if below is None else "recharge_amount"
        raise RechargeIncomplete("Give both the threshold and the amount", param=missing)


def check_purpose(tax_code: str | None) -> None:
    """Refuse what is no code of a service. Raises: UnknownTaxCode, AdvanceForGoods.

    Source: Notification 66/2017-CT: no tax is due on advances for goods.
    """
    if tax_code is None:
        return
    check_form(tax_code)
    if not tax_code.startswith("99"):
        raise AdvanceForGoods(
            f"{tax_code} is a code of goods, for which no tax is due on advances "
            "(Notification 66/2017-CT): open the wallet without a code",
            param="tax_code",
        )
