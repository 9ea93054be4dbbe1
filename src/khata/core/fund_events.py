"""What can have happened to coupons and wallets."""

from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from khata.core.event import Event


@dataclass(frozen=True, slots=True)
class DiscountApplied(Event):
    """A coupon was redeemed, for one subscription or for all of a customer's."""

    type: ClassVar[str] = "discount.applied"
    discount_id: UUID
    customer_id: UUID
    subscription_id: UUID | None
    coupon_code: str


@dataclass(frozen=True, slots=True)
class WalletFilled(Event):
    """Money or granted credit came into a wallet."""

    type: ClassVar[str] = "wallet.filled"
    wallet_id: UUID
    customer_id: UUID
    currency: str
    amount: int
    balance: int
    cause: str


@dataclass(frozen=True, slots=True)
class WalletLow(Event):
    """What is left in a wallet fell below the threshold at which it tops itself up."""

    type: ClassVar[str] = "wallet.low"
    wallet_id: UUID
    customer_id: UUID
    currency: str
    balance: int


@dataclass(frozen=True, slots=True)
class WalletExpired(Event):
    """What was not spent in time is gone from a wallet."""

    type: ClassVar[str] = "wallet.expired"
    wallet_id: UUID
    customer_id: UUID
    currency: str
    amount: int
    balance: int


@dataclass(frozen=True, slots=True)
class VoucherIssued(Event):
    """A voucher was issued: of an advance received, or of one given back."""

    type: ClassVar[str] = "voucher.issued"
    voucher_id: UUID
    customer_id: UUID
    kind: str
    currency: str
    total: int
    tax: int


FUND_EVENTS: Final[tuple[type[Event], ...]] = (
    DiscountApplied,
    WalletFilled,
    WalletLow,
    WalletExpired,
    VoucherIssued,
)
