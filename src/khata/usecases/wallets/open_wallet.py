"""Open a wallet for a customer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.core.wallet import Wallet, WalletCurrencyDiffers, check_recharge
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class OpenWallet:
    """`priority` says which of a customer's wallets is spent first: the lowest."""

    tenant: UUID
    id: UUID
    at: datetime
    customer_id: UUID
    currency: str
    name: str
    priority: int
    recharge_below: int | None
    recharge_amount: int | None
    metadata: Mapping[str, str]


def open_wallet(command: OpenWallet, *, db: Database) -> Wallet:
    """Add an empty wallet. Raises: NotFound, WalletCurrencyDiffers, RechargeIncomplete."""
    check_recharge(command.recharge_below, command.recharge_amount)
    wallet = Wallet(
        command.id,
        command.customer_id,
        command.currency,
        command.name,
        command.priority,
        0,
        command.recharge_below,
        command.recharge_amount,
        command.metadata,
        command.at,
    )
    with db.transaction(command.tenant) as uow:
        customer = uow.customers.get(command.customer_id)
        if customer is None:
            raise NotFound("customer", public_id("cus", command.customer_id), param="customer")
        if customer.currency != command.currency:
            raise WalletCurrencyDiffers(
                f"The customer is billed in {customer.currency}, not {command.currency}",
                param="currency",
            )
        uow.wallets.add(wallet)
    return wallet
