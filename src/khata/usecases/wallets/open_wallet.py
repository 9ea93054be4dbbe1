"""Open a wallet for a customer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from khata.core.ids import public_id
from khata.core.refusal import NotFound
from khata.core.wallet import Wallet, WalletCurrencyDiffers, check_purpose, check_recharge
from khata.db.transaction import Database


@dataclass(frozen=True, slots=True)
class OpenWallet:
    """`priority` says which of a customer's wallets is spent first: the lowest.

    `tax_code` says what its money is for: paid top-ups are then advances, and taxed as such.
    """

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
    tax_code: str | None = None


def open_wallet(command: OpenWallet, *, db: Database) -> Wallet:
    """Add an empty wallet.

    Raises: NotFound, WalletCurrencyDiffers, RechargeIncomplete, UnknownTaxCode, AdvanceForGoods.
    """
    check_recharge(command.recharge_below, command.recharge_amount)
    check_purpose(command.tax_code)
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
        command.tax_code,
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
