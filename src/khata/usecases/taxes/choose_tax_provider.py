"""Choose who says sales tax in the United States: a provider, or the tenant's confirmations."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from khata.core.tax.quotes import TaxProviderName
from khata.db.stores.chosen_providers import ChosenProviders
from khata.db.stores.tax_quotes import TaxQuotes
from khata.ports.vault import Place
from khata.usecases.gateways.allow_base_url import BaseUrlNotAllowed, lies_under
from khata.usecases.gateways.tools import GatewayTools

ADDRESSES: Final = {
    TaxProviderName.STRIPE_TAX: ("https://api.stripe.com",),
    TaxProviderName.TAXJAR: ("https://api.taxjar.com", "https://api.sandbox.taxjar.com"),
}


@dataclass(frozen=True, slots=True)
class ChooseTaxProvider:
    """`product_code` is the provider's own, of what the tenant sells; None: its usual address."""

    tenant: UUID
    at: datetime
    provider: TaxProviderName
    api_key: str
    product_code: str
    base_url: str | None = None


def choose_tax_provider(command: ChooseTaxProvider, *, tools: GatewayTools) -> None:
    """Keep the choice, its key sealed: what is sold from now on, and what waits, is asked there.

    Raises: BaseUrlNotAllowed.
    """
    sealed = tools.vault.seal(
        json.dumps({"api_key": command.api_key}),
        Place("tax_providers", "credentials", command.tenant),
    )
    base_url = _allowed(command, tools)
    with tools.db.transaction(command.tenant) as uow:
        ChosenProviders(uow.connection).choose(
            command.provider, base_url, sealed, command.product_code, command.at
        )
        TaxQuotes(uow.connection).wake(command.at)


def _allowed(command: ChooseTaxProvider, tools: GatewayTools) -> str:
    usual = ADDRESSES[command.provider]
    if command.base_url is None:
        return usual[0]
    given = command.base_url.rstrip("/")
    if given in usual or any(lies_under(given, one) for one in tools.stand_ins):
        return given
    raise BaseUrlNotAllowed(
        f"{given[:80]} is not an address of {command.provider.full_name}; the operator of this "
        "installation allows others with KHATA_GATEWAY_STAND_INS",
        param="base_url",
    )
